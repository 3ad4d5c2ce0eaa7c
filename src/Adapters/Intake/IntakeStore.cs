using Consortium.Adapters.Table.Sql;
using Consortium.Storage;

namespace Consortium.Adapters.Intake;

/// <summary>The intake's tables, for who restores a backup into them.</summary>
public static class IntakeStore
{
    /// <summary>Tables without rows in a store that nobody has used yet.</summary>
    public static IReadOnlyCollection<string> GuardTables { get; } = ["intake"];

    /// <summary>Makes the tables, empty.</summary>
    public static async Task PrepareAsync(Database database, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(database);
        await database.MigrateAsync(IntakeSchema.Component, IntakeSchema.Scripts, cancellationToken).ConfigureAwait(false);
        await new QueryStates(database).InitializeAsync(cancellationToken).ConfigureAwait(false);
    }
}
