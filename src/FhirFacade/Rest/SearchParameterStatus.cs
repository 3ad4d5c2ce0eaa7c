using System.Data.Common;
using Consortium.FhirFacade.Search.Custom;
using Consortium.FhirFacade.Store;
using Consortium.Storage;
using Dapper;

namespace Consortium.FhirFacade.Rest;

/// <summary><c>SearchParameter/$status</c> and <c>SearchParameter/id/$status</c>: how far the site's own search parameters are (docs/rest.md).</summary>
internal sealed class SearchParameterStatus(Database database, RecordQueries records)
{
    /// <summary>Of each that is in force or leaves the index.</summary>
    public async Task<FhirResponse> OfAllAsync(FhirRequest request, CancellationToken cancellationToken)
    {
        using var parameters = new ParametersWriter();
        foreach (Row row in await ReadAsync("state <> 3", new { }, cancellationToken).ConfigureAwait(false))
        {
            parameters.Parts("searchParameter", () =>
            {
                parameters.Text("id", row.Id);
                Write(parameters, row);
            });
        }

        return new FhirResponse(200) { Body = parameters.Finish() };
    }

    /// <summary>Of one.</summary>
    /// <exception cref="FhirException">404: there is no such SearchParameter.</exception>
    public async Task<FhirResponse> OfAsync(FhirRequest request, string id, CancellationToken cancellationToken)
    {
        Row? row = (await ReadAsync("id = @id", new { id }, cancellationToken).ConfigureAwait(false)).LastOrDefault();
        if (row is null && await records.CurrentAsync("SearchParameter", id, cancellationToken).ConfigureAwait(false) is null) throw FhirException.NotFound("SearchParameter", id);
        using var parameters = new ParametersWriter();
        if (row is null) parameters.Code("state", "not-in-force"); // retired, unknown, or R4's own
        else Write(parameters, row);
        return new FhirResponse(200) { Body = parameters.Finish() };
    }

    private static void Write(ParametersWriter parameters, Row row)
    {
        parameters.Text("url", row.Url);
        parameters.Code("code", row.Code);
        parameters.Code("state", (CustomState)row.State switch
        {
            CustomState.Indexing => "indexing",
            CustomState.Ready => "ready",
            CustomState.Leaving => "leaving",
            _ => "not-in-force",
        });
        if ((CustomState)row.State is not (CustomState.Indexing or CustomState.Ready)) return;
        parameters.Number("indexed", (ulong)row.Done);
        // Resources that came meanwhile were indexed when they were written, and counted when they were passed.
        if (row.Total is { } total) parameters.Number("total", (ulong)Math.Max(total, row.Done));
    }

    private async Task<Row[]> ReadAsync(string where, object values, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        return [.. await connection.QueryAsync<Row>(new CommandDefinition(
            $"SELECT id, url, code, state, done, total FROM search_parameter WHERE {where} ORDER BY number", values, cancellationToken: cancellationToken)).ConfigureAwait(false)];
    }

    private sealed class Row
    {
        public string Id { get; init; } = "";

        public string Url { get; init; } = "";

        public string Code { get; init; } = "";

        public long State { get; init; }

        public long Done { get; init; }

        public long? Total { get; init; }
    }
}
