using System.Data.Common;
using Consortium.Fhir;
using Consortium.FhirFacade.Access;
using Consortium.Storage;
using Dapper;

namespace Consortium.FhirFacade.Terminology;

/// <summary>
/// The code systems and value sets of FHIR R4 with those that are stored in the facade: what a site puts there its terminology operations know. Read again when one of
/// them has changed. Thread-safe.
/// </summary>
internal sealed class SiteTerminology(Database database)
{
    private static readonly string[] Types = ["CodeSystem", "ValueSet"];

    private volatile Loaded _loaded = new((0, 0), FhirDefinitions.R4);

    /// <summary>The definitions that a caller may ask: from outside those of R4, which are everybody's.</summary>
    public async ValueTask<FhirDefinitions> ForAsync(Caller caller, CancellationToken cancellationToken) =>
        caller.IsOutside ? FhirDefinitions.R4 : await CurrentAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>The definitions as they are now.</summary>
    public async Task<FhirDefinitions> CurrentAsync(CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        (long, long) stamp = await connection.QuerySingleAsync<(long, long)>(new CommandDefinition(
            "SELECT COUNT(*), COALESCE(MAX(v.seq), 0) FROM resource r JOIN resource_version v ON v.type = r.type AND v.id = r.id AND v.version = r.version WHERE r.type IN (@a, @b)",
            new { a = Types[0], b = Types[1] }, cancellationToken: cancellationToken)).ConfigureAwait(false);
        Loaded loaded = _loaded;
        if (loaded.Stamp == stamp) return loaded.Definitions;
        List<FhirDocument> stored = [];
        foreach (byte[] body in await connection.QueryAsync<byte[]>(new CommandDefinition(
            "SELECT v.body FROM resource r JOIN resource_version v ON v.type = r.type AND v.id = r.id AND v.version = r.version WHERE r.type IN (@a, @b) AND r.deleted = 0 ORDER BY r.key",
            new { a = Types[0], b = Types[1] }, cancellationToken: cancellationToken)).ConfigureAwait(false))
        {
            stored.Add(FhirDocument.Parse(body));
        }

        _loaded = loaded = new Loaded(stamp, stored.Count == 0 ? FhirDefinitions.R4 : FhirDefinitions.R4.With(stored));
        return loaded.Definitions;
    }

    private sealed record Loaded((long Count, long Latest) Stamp, FhirDefinitions Definitions);
}
