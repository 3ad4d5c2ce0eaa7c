using System.Data.Common;
using System.Text.RegularExpressions;
using Consortium.FhirFacade.Rest;
using Consortium.FhirFacade.Search.Query;
using Consortium.FhirFacade.Search.Sql;
using Consortium.FhirFacade.Tests.Rest;
using Consortium.Storage;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace Consortium.FhirFacade.Tests.Search;

/// <summary>
/// How each kind of search finds its way: by which index, and that it goes through no table. SQLite keeps no statistics here, so its plan is the same for a million
/// resources. PostgreSQL plans by what the tables hold, which is nothing here: it is asked with sequential scans forbidden, so that one shows where no index serves.
/// </summary>
public sealed partial class SearchPlanTests
{
    private const string Table = """
        Patient?_id=a                                                          resource
        Patient?identifier=urn:mrn|1                                           search_token_code
        Patient?gender=male                                                    search_token_code
        Patient?name=x                                                         search_string_folded
        Patient?family:exact=X                                                 search_string_folded
        Observation?subject=Patient/a                                          search_reference_target
        Observation?subject:identifier=urn:mrn|1                               search_token_code
        Observation?date=2021-03                                               search_date_low
        Observation?date=ge2021-03-01&date=lt2021-03-02                        search_date_low
        Observation?date=2021,2022                                             search_date_low
        Observation?date=gt2021                                                search_date_low
        Observation?value-quantity=5.4                                         search_quantity_low
        Observation?value-quantity=5.4|http://unitsofmeasure.org|mg/L          search_quantity_canonical
        RiskAssessment?probability=0.8                                         search_quantity_low
        ValueSet?url=http://x.org/a                                            search_token_code
        ValueSet?url:below=http://x.org                                        search_token_code
        Questionnaire?url=http://x.org/a|1                                     search_token_code
        Observation?code-value-quantity=1$5                                    search_token_code
        Observation?subject:Patient.name=x                                     search_string_folded
        Observation?subject:Patient.birthdate=ge1980&subject:Patient.birthdate=lt1981   search_date_low
        Patient?_has:Observation:patient:code=1                                search_token_code
        Patient?_has:Observation:patient:date=2021-03-01                       search_date_low
        Patient?_list=l                                                        PRIMARY KEY (key=?
        Location?near=31|121|5                                                 search_position_latitude
        Patient?_filter=family eq "x" and birthdate ge 1980                    search_string_folded
        Patient?_filter=family eq "x" or identifier eq 1                       search_token_code
        ?_tag=x                                                                search_token_code
        Patient?gender:not=male                                                PRIMARY KEY (key=?
        Patient?organization:missing=true                                      PRIMARY KEY (key=?
        Patient?gender=male&_sort=-birthdate                                   PRIMARY KEY (key=?
        """;

    [Theory, BothStores]
    public async Task EachKindOfSearch_BeginsInAnIndex(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        List<string> wrong = [];
        foreach (string line in Table.Split('\n', StringSplitOptions.TrimEntries))
        {
            string[] parts = Gap().Split(line);
            string plan = await PlanAsync(host, dialect, parts[0]);
            // An index by its name; SQLite calls those of keys and UNIQUE its own, and a table clustered by the resource has its primary key.
            bool uses = dialect == Dialect.Postgres || parts[1] == "resource" || plan.Contains(parts[1], StringComparison.Ordinal);
            if (!uses || GoesThroughATable(plan, dialect)) wrong.Add($"{parts[0]}: not by {parts[1]}:\n{plan}");
        }

        Assert.True(wrong.Count == 0, string.Join("\n\n", wrong));
    }

    [Theory, BothStores]
    public async Task FullText_IsLookedUp(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        foreach (string query in new[] { "Condition?_text=bone", "Condition?_content=bone marrow", "Condition?_content=bone OR liver" })
        {
            string plan = await PlanAsync(host, dialect, query);
            if (dialect == Dialect.Sqlite) Assert.Contains("VIRTUAL TABLE INDEX", plan, StringComparison.Ordinal);
            Assert.False(GoesThroughATable(plan, dialect), plan);
        }
    }

    // With another collation no index of PostgreSQL serves where the two are joined, and each page goes through all versions.
    [Fact]
    public async Task Postgres_TheNamesOfVersionsAreComparedAsThoseOfResources()
    {
        await using FacadeHost host = await FacadeHost.StartAsync(Dialect.Postgres);
        await using DbConnection connection = await host.Services.GetRequiredService<Database>().ConnectAsync();
        string[] collations = [.. await connection.QueryAsync<string>(
            "SELECT c.collname FROM pg_attribute a JOIN pg_collation c ON c.oid = a.attcollation WHERE a.attrelid IN ('resource'::regclass, 'resource_version'::regclass) AND a.attname IN ('type', 'id')")];
        Assert.Equal(["C", "C", "C", "C"], collations);
    }

    // A scan of what was gathered before, of constants, or of a virtual table by its index is none of a table.
    private static bool GoesThroughATable(string plan, Dialect dialect)
    {
        if (dialect == Dialect.Postgres) return Sequential().IsMatch(plan);
        HashSet<string> gathered = [.. Gathered().Matches(plan).Select(match => match.Groups[1].Value)];
        return Scan().Matches(plan).Any(match => !gathered.Contains(match.Groups[1].Value) && match.Groups[1].Value != "CONSTANT" && !match.Value.Contains("VIRTUAL TABLE INDEX", StringComparison.Ordinal));
    }

    private static async Task<string> PlanAsync(FacadeHost host, Dialect dialect, string query)
    {
        int mark = query.IndexOf('?', StringComparison.Ordinal);
        string type = mark == 0 ? "Resource" : query[..mark];
        SearchQuery parsed = host.Services.GetRequiredService<SearchParser>().Parse(type, FhirEndpoint.Form(query[mark..]));
        Assert.Empty(parsed.Unknown);
        var statement = new SearchStatement(parsed, TimeProvider.System, dialect);
        string sql = statement.Page(51);
        await using DbConnection connection = await host.Services.GetRequiredService<Database>().ConnectAsync();
        if (dialect == Dialect.Sqlite) return string.Join('\n', (await connection.QueryAsync($"EXPLAIN QUERY PLAN {sql}", statement.Values)).Select(row => (string)row.detail));
        await connection.ExecuteAsync("SET enable_seqscan = off");
        return string.Join('\n', await connection.QueryAsync<string>($"EXPLAIN (COSTS OFF) {sql}", statement.Values));
    }

    [GeneratedRegex(" {2,}")]
    private static partial Regex Gap();

    [GeneratedRegex(@"(?:MATERIALIZE|CO-ROUTINE) (\w+)")]
    private static partial Regex Gathered();

    [GeneratedRegex(@"\bSCAN (\w+)[^\n]*")]
    private static partial Regex Scan();

    [GeneratedRegex(@"Seq Scan on (search_|resource)")]
    private static partial Regex Sequential();
}
