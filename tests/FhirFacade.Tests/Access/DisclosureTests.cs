using System.Data.Common;
using System.Text;
using System.Text.Json;
using Consortium.FhirFacade.Tests.Rest;
using Consortium.Integrity;
using Consortium.Ledger;
using Consortium.Messaging;
using Consortium.Storage;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace Consortium.FhirFacade.Tests.Access;

/// <summary><c>$disclose</c> and <c>$receipt</c>.</summary>
public sealed class DisclosureTests
{
    private const string Patient = """{"resourceType":"Patient","id":"p","identifier":[{"system":"urn:mrn","value":"7"}],"name":[{"text":"欧阳测试"}],"gender":"female"}""";

    [Theory, BothStores]
    public async Task EachRole_GetsAViewThatVerifiesAgainstTheCommitment(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/p", Patient);
        Tag128 recordId = IndexIdentifiers.RecordId(host.Options.CustodianKey, "Patient", "p", "1");

        foreach (MemberRole role in new[] { MemberRole.Hospital, MemberRole.Telemedicine, MemberRole.Regulator })
        {
            using LocalSigner member = host.Membership.Member(role);
            Answer answer = await host.PostAsync("$disclose", Parameters(recordId), await host.TokenAsync(member));

            Assert.Equal(200, answer.Status);
            Assert.True(Verify(answer).Ok);
            Assert.Equal(role == MemberRole.Hospital, answer.Text.Contains("欧阳测试", StringComparison.Ordinal));
            Assert.Null(answer.Parameter("receipt"));
        }

        Assert.Equal(200, (await host.GetAsync($"$disclose?recordId={recordId}")).Status);
        Assert.True(Verify(await host.GetAsync("Patient/p/_history/1/$disclose")).Ok);
    }

    [Theory, BothStores]
    public async Task AlteredBytes_AreDisclosedAsTheyAre_AndDoNotVerify(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/p", Patient);
        await AlterAsync(host, "\"female\"", "\"femalE\"");

        Answer answer = await host.GetAsync("Patient/p/$disclose");

        Assert.Equal(200, answer.Status);
        Assert.False(Verify(answer).Ok);
        Assert.Equal("femalE", answer.Parameter("view")!.Value.GetProperty("resource").GetProperty("gender").GetString());
    }

    [Theory, BothStores]
    public async Task BytesThatAreNoJsonAnyMore_AreA500ThatNamesTheRecord(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/p", Patient);
        await AlterAsync(host, "\"female\"", "\"female ");
        Tag128 recordId = IndexIdentifiers.RecordId(host.Options.CustodianKey, "Patient", "p", "1");

        foreach (MemberRole role in new[] { MemberRole.Hospital, MemberRole.Regulator })
        {
            using LocalSigner member = host.Membership.Member(role);
            Answer answer = (await host.PostAsync("$disclose", Parameters(recordId), await host.TokenAsync(member))).ShouldFail(500, "exception");
            Assert.Contains(recordId.ToString(), answer.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("欧阳", answer.Text, StringComparison.Ordinal);
        }
    }

    [Theory, BothStores]
    public async Task UnknownRecordId_Is404_AndABadOne400(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);

        (await host.PostAsync("$disclose", Parameters(Tag128.Zero))).ShouldFail(404, "not-found");
        (await host.PostAsync("$disclose", """{"resourceType":"Parameters","parameter":[{"name":"recordId","valueString":"x"}]}""")).ShouldFail(400, "value");
        (await host.PostAsync("$disclose", """{"resourceType":"Parameters","parameter":[{"name":"other","valueString":"x"}]}""")).ShouldFail(400, "required");
        (await host.PostAsync("$disclose", """{"resourceType":"Patient"}""")).ShouldFail(400, "invalid");
        (await host.PostAsync("$disclose", "[")).ShouldFail(400, "structure");
    }

    [Theory, BothStores]
    public async Task SeveralRecords_HaveEachTheAnswerThatTheyHaveAlone(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        foreach (string id in new[] { "p1", "p2", "p3" }) await host.PutAsync($"Patient/{id}", Patient.Replace("\"p\"", $"\"{id}\"", StringComparison.Ordinal));
        await AlterAsync(host, "\"female\"", "\"female ", "p2");
        await host.PutAsync("Observation/o", """{"resourceType":"Observation","id":"o","status":"final","code":{"text":"K"},"subject":{"reference":"Patient/p1"},"note":[{"text":"欧阳测试 repeated"}]}""");
        Tag128[] ids = [.. new[] { ("Patient", "p1"), ("Patient", "p2"), ("Patient", "never"), ("Observation", "o") }.Select(one => IndexIdentifiers.RecordId(host.Options.CustodianKey, one.Item1, one.Item2, "1"))];
        using LocalSigner regulator = host.Membership.Member(MemberRole.Regulator);

        Answer answer = await host.PostAsync("$disclose", Parameters(ids), await host.TokenAsync(regulator));

        Assert.Equal(200, answer.Status);
        Assert.DoesNotContain("欧阳", answer.Text, StringComparison.Ordinal);
        JsonElement[][] records = [.. answer.Json.GetProperty("parameter").EnumerateArray().Select(one => one.GetProperty("part").EnumerateArray().ToArray())];
        Assert.Equal(ids.Select(id => id.ToString()), records.Select(parts => parts[0].GetProperty("valueString").GetString()));
        Assert.Equal([200, 500, 404, 200], records.Select(parts => parts[1].GetProperty("valueDecimal").GetInt32()));
        foreach ((Tag128 id, JsonElement[] parts) in ids.Zip(records).Where(one => one.Second[1].GetProperty("valueDecimal").GetInt32() == 200))
        {
            Answer alone = await host.PostAsync("$disclose", Parameters(id), await host.TokenAsync(regulator));
            Assert.Equal(alone.Text, parts[2].GetProperty("resource").GetRawText());
        }

        (await host.PostAsync("$disclose", Parameters([.. Enumerable.Repeat(ids[0], 101)]), await host.TokenAsync(regulator))).ShouldFail(400, "too-costly");
    }

    [Theory, BothStores]
    public async Task Inventory_ListsEveryVersionInPages_ForRegulatorsAndTheHospitalAlone(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        foreach (string id in new[] { "p1", "p2", "p3" }) await host.PutAsync($"Patient/{id}", Patient.Replace("\"p\"", $"\"{id}\"", StringComparison.Ordinal));
        await host.DeleteAsync("Patient/p2");
        string[] expected = [.. new[] { ("p1", "1"), ("p2", "1"), ("p3", "1"), ("p2", "2") }.Select(one => IndexIdentifiers.RecordId(host.Options.CustodianKey, "Patient", one.Item1, one.Item2).ToString())];
        using LocalSigner regulator = host.Membership.Member(MemberRole.Regulator), telemedicine = host.Membership.Member(MemberRole.Telemedicine), hospital = host.Membership.Member(MemberRole.Hospital);

        List<string> found = [];
        for (string? after = "0"; after is not null;)
        {
            Answer page = await host.GetAsync($"$inventory?_count=2&_after={after}", await host.TokenAsync(regulator));
            Assert.Equal(200, page.Status);
            Assert.DoesNotContain("p1", page.Text, StringComparison.Ordinal);
            found.AddRange(page.Json.GetProperty("parameter").EnumerateArray().Where(one => one.GetProperty("name").GetString() == "record").Select(one => one.GetProperty("part")[0].GetProperty("valueString").GetString()!));
            after = page.Parameter("next")?.GetProperty("valueString").GetString();
        }

        Assert.Equal(expected, found.Take(4));
        Assert.Equal(200, (await host.GetAsync("$inventory")).Status);
        (await host.GetAsync("$inventory", await host.TokenAsync(telemedicine))).ShouldFail(403, "forbidden");
        (await host.GetAsync("$inventory", await host.TokenAsync(hospital))).ShouldFail(403, "forbidden");
        (await host.GetAsync("$inventory?_count=0")).ShouldFail(400, "value");
        (await host.GetAsync("$inventory?_count=1001")).ShouldFail(400, "value");
        (await host.GetAsync("$inventory?_after=x")).ShouldFail(400, "value");
    }

    [Theory, BothStores]
    public async Task Deletion_IsDisclosedAsItsTombstone(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/p", Patient);
        await host.DeleteAsync("Patient/p");

        Answer answer = await host.PostAsync("$disclose", Parameters(IndexIdentifiers.RecordId(host.Options.CustodianKey, "Patient", "p", "2")));

        Assert.True(Verify(answer).Ok);
        Assert.Contains("urn:consortium:record-lifecycle", answer.Text, StringComparison.Ordinal);
    }

    [Theory, BothStores]
    public async Task Receipt_OnceAnchored_ProvesTheInclusion(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        for (int i = 0; i < 3; i++) await host.PutAsync($"Patient/p{i}", Patient.Replace("\"p\"", $"\"p{i}\"", StringComparison.Ordinal));
        IndexEntry[] entries = await EntriesAsync(host);
        await host.Services.GetRequiredService<ReceiptStore>().AnchorAsync(new RecordsAnchored
        {
            Custodian = host.Options.Custodian.ToString(),
            ChainId = host.Options.ChainId,
            Contract = host.Options.Contract.ToString(),
            FirstSequence = 10,
            Root = BatchTree.Root(entries).ToString(),
            Head = new string('1', 64),
            TransactionHash = new string('2', 64),
            BlockNumber = 17,
            BlockHash = new string('3', 64),
            BlockTimestamp = 1,
            Entries = IndexEntry.Pack(entries),
        });

        Answer answer = await host.GetAsync("Patient/p1/$disclose");

        System.Text.Json.JsonElement[] parts = [.. answer.Parameter("receipt")!.Value.GetProperty("part").EnumerateArray()];
        Assert.Equal(11UL, parts.Single(part => part.GetProperty("name").GetString() == "sequence").GetProperty("valueDecimal").GetUInt64());
        Hash256[] path = [.. parts.Where(part => part.GetProperty("name").GetString() == "inclusionPath").Select(part => Hash256.Parse(part.GetProperty("valueString").GetString()!))];
        Assert.True(BatchTree.VerifyInclusion(entries[1], 1, 3, path, BatchTree.Root(entries)));
        Assert.Equal((await host.GetAsync("Patient/p1/$receipt")).Parameter("receipt")!.Value.GetRawText(), answer.Parameter("receipt")!.Value.GetRawText());

        FacadeCounts counts = await host.Services.GetRequiredService<FacadeStatus>().CountsAsync();
        Assert.Equal((3L, 3L, 3L, 0L), (counts.Resources, counts.Versions, counts.Anchored, counts.Pending));
        Assert.All(await host.Services.GetRequiredService<FacadeStatus>().RecentAsync(2), record => Assert.True(record.Anchored));
    }

    private static string Parameters(params Tag128[] recordIds) =>
        "{\"resourceType\":\"Parameters\",\"parameter\":[" + string.Join(',', recordIds.Select(id => "{\"name\":\"recordId\",\"valueString\":\"" + id + "\"}")) + "]}";

    private static VerificationResult Verify(Answer answer) => DisclosureVerifier.Verify(
        answer.Parameter("viewBytes")!.Value.GetProperty("valueBase64Binary").GetBytesFromBase64(),
        Disclosure.Parse(answer.Parameter("disclosure")!.Value.GetProperty("valueBase64Binary").GetBytesFromBase64()),
        Hash256.Parse(answer.Parameter("commitment")!.Value.GetProperty("valueString").GetString()!));

    private static async Task AlterAsync(FacadeHost host, string from, string to, string id = "p")
    {
        await using DbConnection connection = await host.Services.GetRequiredService<Database>().ConnectAsync();
        byte[] body = await connection.QuerySingleAsync<byte[]>("SELECT body FROM resource_version WHERE id = @id", new { id });
        string changed = Encoding.UTF8.GetString(body).Replace(from, to, StringComparison.Ordinal);
        await connection.ExecuteAsync("UPDATE resource_version SET body = @body WHERE id = @id", new { body = Encoding.UTF8.GetBytes(changed), id });
    }

    private static async Task<IndexEntry[]> EntriesAsync(FacadeHost host)
    {
        await using DbConnection connection = await host.Services.GetRequiredService<Database>().ConnectAsync();
        return [.. (await connection.QueryAsync<byte[]>("SELECT body FROM outbox_facade ORDER BY seq"))
            .SelectMany(body => IndexEntry.Unpack(System.Text.Json.JsonSerializer.Deserialize<RecordCommitted>(body)!.Entries))];
    }
}
