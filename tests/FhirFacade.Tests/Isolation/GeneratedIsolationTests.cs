using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Consortium.FhirFacade.Redaction;
using Consortium.FhirFacade.Rest;
using Consortium.Ledger;
using Consortium.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Consortium.FhirFacade.Tests.Isolation;

/// <summary>
/// For every role and every route: nothing that is marked as hidden comes out, and two stores that differ only in what is hidden cannot be told apart. Routes come from the
/// server's own table, records and searches are made by seed.
/// </summary>
public sealed class GeneratedIsolationTests
{
    private const int Seed = 20261123;

    public static TheoryData<Dialect, ViewRole> Cases()
    {
        var cases = new TheoryData<Dialect, ViewRole>();
        foreach (Dialect dialect in Enum.GetValues<Dialect>())
        {
            foreach (ViewRole role in (ViewRole[])[ViewRole.Telemedicine, ViewRole.Resident, ViewRole.Regulator]) cases.Add(dialect, role);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task NoRoute_ShowsWhatTheRoleMayNotSee(Dialect dialect, ViewRole role)
    {
        string[] marks = role == ViewRole.Resident ? [MarkedRecords.MedicationMark] : [MarkedRecords.Mark, MarkedRecords.EncodedMark];
        await using MarkedHost host = await MarkedHost.StartAsync(dialect, DateTimeOffset.UtcNow, [.. new MarkedRecords(Seed).All().Select(record => (record.Type, record.Id, Bytes(record.Json)))]);
        using LocalSigner signer = LocalSigner.Generate();
        string caller = (await host.CallerAsync(role, signer))!;
        List<string> leaks = [];
        int shown = 0;
        var random = new Random(Seed);
        foreach (Route route in host.Services.GetRequiredService<RouteTable>().Routes)
        {
            foreach (Asked asked in RouteRequests.Of(route, dialect == Dialect.Sqlite, random))
            {
                await foreach (Said said in FollowAsync(host, asked, caller))
                {
                    string readable = said.Readable;
                    if (marks.Any(mark => readable.Contains(mark, StringComparison.OrdinalIgnoreCase))) leaks.Add($"{asked.Method} {asked.Path}: {Around(readable, marks)}");
                    if (route.Right == Right.Write && said.Status is not (403 or 404)) leaks.Add($"{asked.Method} {asked.Path} is for the hospital itself, and answered {said.Status}");
                    if (said.Status >= 500) leaks.Add($"{asked.Method} {asked.Path} failed: {said.Body}");
                    if (said is { Status: 200, Body.Length: > 0 }) shown++;
                }
            }
        }

        Assert.True(leaks.Count == 0, $"{leaks.Count}:\n{string.Join('\n', leaks.Take(25))}");
        Assert.True(shown > (dialect == Dialect.Sqlite ? 200 : 50), $"only {shown} answers had a content");
    }

    [Theory, BothStores]
    public async Task Nobody_SeesNothingOfRecords(Dialect dialect)
    {
        await using MarkedHost host = await MarkedHost.StartAsync(dialect, DateTimeOffset.UtcNow, [.. new MarkedRecords(Seed).All().Select(record => (record.Type, record.Id, Bytes(record.Json)))]);
        List<string> wrong = [];
        var random = new Random(Seed);
        foreach (Route route in host.Services.GetRequiredService<RouteTable>().Routes)
        {
            foreach (Asked asked in RouteRequests.Of(route, all: false, random))
            {
                Said said = await host.AskAsync(asked, null);
                bool good = route.Right == Right.Public ? said.Status < 500 : said.Status == 401;
                if (!good || said.Readable.Contains(MarkedRecords.Mark, StringComparison.OrdinalIgnoreCase)) wrong.Add($"{asked.Method} {asked.Path}: {said.Status}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Take(25)));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task TwoStoresThatDifferInWhatIsHidden_AnswerTheSame(Dialect dialect, ViewRole role)
    {
        var random = new Random(Seed);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        var records = new MarkedRecords(Seed).All();
        (string Type, string Id, byte[] Json)[] one = [.. records.Select(record => (record.Type, record.Id, Bytes(record.Json)))];
        (string Type, string Id, byte[] Json)[] other = [.. records.Select(record => (record.Type, record.Id, HiddenTwin.Of(record.Json, role, random)))];
        await using MarkedHost left = await MarkedHost.StartAsync(dialect, now, one), right = await MarkedHost.StartAsync(dialect, now, other);
        using LocalSigner signer = LocalSigner.Generate();
        string leftCaller = (await left.CallerAsync(role, signer))!, rightCaller = (await right.CallerAsync(role, signer))!;

        var indexer = left.Services.GetRequiredService<RecordStore>().Catalogs.Current.Indexer;
        IEnumerable<string> searches = SearchProbes.Of(indexer, one, new Random(Seed)).Concat(SearchProbes.Of(indexer, other, new Random(Seed)))
            .Distinct(StringComparer.Ordinal).Where(_ => random.Next(dialect == Dialect.Sqlite ? 3 : 12) == 0);
        List<string> differ = [];
        int found = 0, asked = 0;
        foreach (string path in Plain(dialect == Dialect.Sqlite).Concat(searches))
        {
            asked++;
            Asked request = new("GET", path);
            List<Said> here = await AllAsync(left, request, leftCaller), there = await AllAsync(right, request, rightCaller);
            if (!here.Select(said => said.Comparable).SequenceEqual(there.Select(said => said.Comparable))) differ.Add($"{path}\n  {Difference(here, there)}");
            if (here[0].Status == 200 && here[0].Body.Contains("\"fullUrl\"", StringComparison.Ordinal)) found++;
            if (here[0].Status >= 500) differ.Add($"{path} failed: {here[0].Body}");
        }

        Assert.True(differ.Count == 0, $"{differ.Count} of {asked}:\n{string.Join('\n', differ.Take(15))}");
        Assert.True(found > asked / 20, $"only {found} of {asked} searches found something");
    }

    /// <summary>Reads, histories, lists, everything and the bulk export. What <c>$disclose</c> and <c>$receipt</c> give is made of secrets and hashes, which differ always.</summary>
    private static IEnumerable<string> Plain(bool all)
    {
        // Before there are AuditEvents of the asking itself: several that are written together stand in the order of their random ids.
        yield return "_history?_count=20";
        foreach (string type in all ? MarkedRecords.Types : RouteRequests.Core)
        {
            for (int i = 0; i < (all ? 1 : MarkedRecords.Each); i++)
            {
                foreach (string form in (string[])["", "?_format=xml", "?_summary=true", "/_history", "/_history/1", "/$meta"]) yield return $"{type}/{MarkedRecords.Id(type, i)}{form}";
            }

            foreach (string form in (string[])["", "?_count=2&_total=accurate", "?_sort=-_id&_count=2", "?_include=*", "/_history?_count=2"]) yield return type + form;
        }

        for (int i = 0; i < MarkedRecords.Each; i++)
        {
            string patient = $"Patient/{MarkedRecords.Id("Patient", i)}";
            foreach (string form in (string[])["/$everything", "/$everything?_count=5", "/$everything?start=2015", "/$everything?end=2015-06", "/$everything?_type=Observation,Condition", "/*", "/Observation?_count=1"]) yield return patient + form;
        }

        foreach (string path in (string[])["?_type=Patient,Observation", "?_count=10", $"$export?_type={string.Join(',', MarkedRecords.Types)}", "$export?_type=Patient,MedicationRequest&_since=2020", "ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/administrative-gender"]) yield return path;
        yield return $"ValueSet/{MarkedRecords.Id("ValueSet", 0)}/$expand";
        yield return "CodeSystem/$lookup?system=http://example.org/cs-a&code=alpha";
    }

    private static async Task<List<Said>> AllAsync(MarkedHost host, Asked asked, string caller)
    {
        List<Said> all = [];
        await foreach (Said said in FollowAsync(host, asked, caller)) all.Add(said);
        return all;
    }

    /// <summary>The answer, the next pages (some), and of an export its status and its files.</summary>
    private static async IAsyncEnumerable<Said> FollowAsync(MarkedHost host, Asked asked, string caller)
    {
        Said said = await host.AskAsync(asked, caller);
        yield return said;
        for (int pages = 0; asked.Method == "GET" && said.Next is { } next && pages < 3; pages++) yield return said = await host.AskAsync(new Asked("GET", next), caller);
        if (said.ContentLocation is not { } status) yield break;
        yield return said = await host.AskAsync(new Asked("GET", status), caller);
        if (said.Status != 200) yield break;
        foreach (JsonElement file in JsonDocument.Parse(said.Body).RootElement.GetProperty("output").EnumerateArray())
        {
            yield return await host.AskAsync(new Asked("GET", file.GetProperty("url").GetString()!), caller);
        }
    }

    private static string Difference(List<Said> here, List<Said> there)
    {
        if (here.Count != there.Count) return $"{here.Count} answers and {there.Count}";
        (string left, string right) = here.Zip(there, (one, other) => (one.Comparable, other.Comparable)).First(pair => pair.Item1 != pair.Item2);
        int at = left.Zip(right).TakeWhile(pair => pair.First == pair.Second).Count();
        return $"…{Cut(left, at)}…\n  …{Cut(right, at)}…";
    }

    private static string Around(string text, string[] marks) => Cut(text, marks.Select(mark => text.IndexOf(mark, StringComparison.OrdinalIgnoreCase)).Where(at => at >= 0).Min());

    private static string Cut(string text, int at) => text[Math.Max(0, at - 120)..Math.Min(text.Length, at + 80)].ReplaceLineEndings(" ");

    private static byte[] Bytes(JsonNode json) => Encoding.UTF8.GetBytes(json.ToJsonString());
}
