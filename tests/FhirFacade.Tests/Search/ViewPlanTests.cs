using System.Data.Common;
using Consortium.FhirFacade.Redaction;
using Consortium.FhirFacade.Rest;
using Consortium.FhirFacade.Search.Query;
using Consortium.FhirFacade.Search.Sql;
using Consortium.FhirFacade.Search.Views;
using Consortium.FhirFacade.Tests.Rest;
using Consortium.Integrity;
using Consortium.Storage;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace Consortium.FhirFacade.Tests.Search;

/// <summary>What a restricted caller's search costs: the engines put the view's rows in the place of the names and look them up by index, and the hospital's statement has none of it.</summary>
public sealed class ViewPlanTests
{
    private static readonly string[] s_searches =
    [
        "Observation?code=http://loinc.org|2339-0&date=ge2021&status=final", "Observation?patient=Patient/pat1&_sort=-date", "Observation?patient.gender=male&code:not=x",
        "Patient?_has:Observation:patient:code=2339-0", "Patient?birthdate=ge1980&gender:missing=false", "Observation?code-value-quantity=2339-0$5.4", "Patient?_tag=test&_sort=birthdate",
    ];

    [Fact]
    public async Task Sqlite_LooksRowsOfTheViewUpByIndex()
    {
        await using FacadeHost host = await SearchSample.StartAsync(Dialect.Sqlite);
        foreach (string search in s_searches)
        {
            string plan = await PlanAsync(host, search, "EXPLAIN QUERY PLAN ", Scope, Dialect.Sqlite);
            Assert.DoesNotContain("SCAN view_", plan, StringComparison.Ordinal);
            Assert.DoesNotContain("MATERIALIZE search_", plan, StringComparison.Ordinal);
            Assert.DoesNotContain("SCAN main.resource", plan, StringComparison.Ordinal);
            Assert.Contains("view_", plan, StringComparison.Ordinal);
            Assert.DoesNotContain(" search_", plan, StringComparison.Ordinal); // no row of the hospital's
        }
    }

    [Fact]
    public async Task Postgres_LooksRowsOfTheViewUpByIndex()
    {
        await using FacadeHost host = await SearchSample.StartAsync(Dialect.Postgres);
        foreach (string search in s_searches)
        {
            string plan = await PlanAsync(host, search, "SET LOCAL enable_seqscan = off; EXPLAIN ", Scope, Dialect.Postgres); // of a small table it would read all
            Assert.DoesNotContain("CTE Scan", plan, StringComparison.Ordinal);
            Assert.DoesNotContain("Seq Scan on view_", plan, StringComparison.Ordinal);
            Assert.Contains("view_", plan, StringComparison.Ordinal);
            Assert.DoesNotContain(" on search_", plan, StringComparison.Ordinal);
        }
    }

    [Theory, BothStores]
    public async Task Hospital_ReadsItsOwnTablesAlone(Dialect dialect)
    {
        await using FacadeHost host = await SearchSample.StartAsync(dialect);
        foreach (string search in s_searches)
        {
            string plan = await PlanAsync(host, search, dialect == Dialect.Sqlite ? "EXPLAIN QUERY PLAN " : "EXPLAIN ", SearchScope.Everything, dialect);
            Assert.DoesNotContain("view_", plan, StringComparison.Ordinal);
        }
    }

    private static SearchScope Scope { get; } = new(ViewRole.Telemedicine, new Tag128(new byte[16]));

    private static async Task<string> PlanAsync(FacadeHost host, string search, string explain, SearchScope scope, Dialect dialect)
    {
        string[] parts = search.Split('?');
        SearchQuery query = host.Services.GetRequiredService<SearchParser>().Parse(parts[0], FhirEndpoint.Form("?" + parts[1])) with { Scope = scope };
        var statement = new SearchStatement(query, TimeProvider.System, dialect);
        string sql = explain + statement.Page(50);
        await using DbConnection connection = await host.Services.GetRequiredService<Database>().ConnectAsync();
        await using DbTransaction transaction = await connection.BeginTransactionAsync();
        List<string> plan = [];
        await using DbDataReader row = await connection.ExecuteReaderAsync(sql, statement.Values, transaction);
        while (await row.ReadAsync()) plan.Add(row.GetValue(row.FieldCount - 1).ToString()!);
        return string.Join('\n', plan);
    }
}
