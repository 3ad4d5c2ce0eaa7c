using Consortium.Storage;
using Dapper;

namespace Consortium.Facade.Bench;

/// <summary>Gives the floor's table the bytes that the facade stores, so that both read from as much.</summary>
internal static class Floors
{
    public static async Task FillAsync(string store)
    {
        Database database = Database.Open(store);
        await using var floor = new Floor(database);
        await floor.InitializeAsync();
        await database.TransactAsync(transaction => transaction.Connection!.ExecuteAsync(
            "INSERT INTO floor (type, id, body) SELECT r.type, r.id, v.body FROM resource r JOIN resource_version v ON v.type = r.type AND v.id = r.id AND v.version = r.version WHERE r.deleted = 0 " +
            "ON CONFLICT (type, id) DO NOTHING", transaction: transaction, commandTimeout: 3600));
    }
}
