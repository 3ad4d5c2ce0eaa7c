using System.Data.Common;
using Consortium.FhirFacade.Search.Sql;
using Consortium.FhirFacade.Store;
using Consortium.Storage;
using Dapper;

namespace Consortium.FhirFacade.Access;

/// <summary>Which resources are labelled restricted now.</summary>
internal sealed class RestrictedRecords(Database database)
{
    private const int MostAtOnce = 500;

    /// <summary>Those of the resources whose current version has a label.</summary>
    public async Task<IReadOnlySet<RecordKey>> AmongAsync(IReadOnlyCollection<RecordKey> keys, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        var found = new HashSet<RecordKey>();
        if (keys.Count == 0) return found;
        await using DbConnection? own = transaction is null ? await database.ConnectAsync(cancellationToken).ConfigureAwait(false) : null;
        DbConnection connection = own ?? transaction!.Connection!;
        foreach (RecordKey[] part in keys.Chunk(MostAtOnce))
        {
            var parameters = new SqlParameters();
            string which = string.Join(" OR ", part.GroupBy(key => key.Type, StringComparer.Ordinal)
                .Select(type => $"(r.type = {parameters.Add(type.Key)} AND r.id IN {parameters.List(type.Select(key => key.Id))})"));
            string sql = $"SELECT r.type, r.id FROM resource r WHERE ({which}) AND EXISTS (SELECT 1 FROM search_token t WHERE t.key = r.key AND +t.parameter = {parameters.Add(Confidentiality.Parameter)}" +
                $" AND t.system = {parameters.Add(Confidentiality.System)} AND t.code IN {parameters.List(Confidentiality.Restricted)})";
            foreach ((string type, string id) in await connection.QueryAsync<(string, string)>(new CommandDefinition(sql, parameters.Values, transaction, cancellationToken: cancellationToken)).ConfigureAwait(false))
            {
                found.Add(new RecordKey(type, id));
            }
        }

        return found;
    }
}
