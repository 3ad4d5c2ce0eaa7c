using Consortium.Storage;
using Dapper;

namespace Consortium.Cli.Host;

/// <summary>
/// Where each component of a host keeps its tables: an SQLite file each (so that they do not wait for one another's lock),
/// or a schema each in the one PostgreSQL database that the site names.
/// </summary>
internal sealed class StoreUrls(HospitalOptions options)
{
    public string Intake => For("intake");

    public string Facade => For("facade");

    public string Anchor => For("anchor");

    public string Projection => For("projection");

    /// <summary>Creates the schemas where the store is PostgreSQL; SQLite files create themselves.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.State);
        if (options.Store is null) return;
        await using Database database = Database.Open(options.Store);
        if (database.Dialect == Dialect.Sqlite) return; // refused with its reason when a component asks for its URL
        await database.TransactAsync(async transaction =>
        {
            // Several programs of one hospital start at once; CREATE SCHEMA IF NOT EXISTS alone may still collide.
            await transaction.Connection!.ExecuteAsync("SELECT pg_advisory_xact_lock(4712)", transaction: transaction);
            foreach (string component in (string[])["intake", "facade", "anchor", "projection"])
            {
                await transaction.Connection!.ExecuteAsync($"CREATE SCHEMA IF NOT EXISTS {component}", transaction: transaction);
            }
        }, cancellationToken);
    }

    private string For(string component)
    {
        if (options.Store is not { } store) return $"sqlite:{Path.Combine(options.State, component + ".db")}";
        if (store.StartsWith("sqlite:", StringComparison.OrdinalIgnoreCase))
        {
            throw CommandException.Misunderstood("Configuration key Store names one SQLite file; leave it out and set State to a folder instead (a file a component).");
        }

        return store + (store.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "schema=" + component;
    }
}
