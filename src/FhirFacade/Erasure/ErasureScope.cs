using System.Data.Common;
using System.Text.Json;
using Consortium.FhirFacade.Search;
using Consortium.FhirFacade.Search.Parameters;
using Consortium.FhirFacade.Search.Sql;
using Consortium.FhirFacade.Store;
using Consortium.Integrity;
using Consortium.Storage;
using Dapper;

namespace Consortium.FhirFacade.Erasure;

/// <summary>
/// Which records are a patient's: the Patient, what is in its compartment (compartmentdefinition.html), every version that was stored about the same person, the Provenance of all of
/// these, and the Binaries that they refer to. AuditEvents stay: they hold no content, and the law wants them kept.
/// </summary>
internal sealed class ErasureScope(Database database, FacadeOptions options)
{
    private const int MostRounds = 8;

    /// <summary>All records of a patient.</summary>
    public async Task<IReadOnlyList<ErasureTarget>> OfPatientAsync(string id, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        var whole = new HashSet<RecordKey> { new("Patient", id) };
        var single = new HashSet<ErasureTarget>();
        byte[]? tag = await connection.ExecuteScalarAsync<byte[]?>(
            "SELECT subject_tag FROM resource_version WHERE type = 'Patient' AND id = @id AND subject_tag <> @zero ORDER BY seq DESC LIMIT 1", new { id, zero = Tag128.Zero.ToArray() }).ConfigureAwait(false);
        if (tag is not null)
        {
            Add(whole, await connection.QueryAsync<(string, string)>("SELECT type, id FROM resource WHERE subject_tag = @tag", new { tag }).ConfigureAwait(false));
            // Versions of what is somebody else's by now: filed under this person first, and put right later.
            foreach ((string type, string of, long version) in await connection.QueryAsync<(string, string, long)>("SELECT type, id, version FROM resource_version WHERE subject_tag = @tag", new { tag }).ConfigureAwait(false))
            {
                single.Add(new ErasureTarget(new RecordKey(type, of), version, version));
            }
        }

        foreach ((string type, SearchParameter[] by) in Compartment.Of("Patient")!.By)
        {
            foreach (SearchParameter parameter in by) Add(whole, await ReferringAsync(connection, type, parameter, whole.Where(key => key.Type == "Patient")).ConfigureAwait(false));
        }

        await FollowAsync(connection, whole).ConfigureAwait(false);
        whole.RemoveWhere(key => key.Type == "AuditEvent");
        return [.. whole.Order().Select(key => new ErasureTarget(key)), .. single.Where(one => one.Key.Type != "AuditEvent" && !whole.Contains(one.Key))];
    }

    /// <summary>The patients whom a record is about, in any of its versions.</summary>
    public async Task<IReadOnlyList<RecordKey>> PatientsOfAsync(RecordKey key, DbTransaction transaction)
    {
        var found = new HashSet<RecordKey>();
        foreach (byte[] body in await transaction.Connection!.QueryAsync<byte[]>(
            "SELECT body FROM resource_version WHERE type = @type AND id = @id AND deleted = 0", new { type = key.Type, id = key.Id }, transaction).ConfigureAwait(false))
        {
            foreach (RecordKey reference in References(body)) if (reference.Type == "Patient") found.Add(reference);
        }

        return [.. found];
    }

    /// <summary>Digests of raw records that Provenances name as their source.</summary>
    public static IReadOnlyList<string> RawDigests(IEnumerable<byte[]> provenances)
    {
        var digests = new HashSet<string>(StringComparer.Ordinal);
        foreach (byte[] body in provenances)
        {
            Strings(body, text =>
            {
                string digest = text[(text.LastIndexOf(':') + 1)..];
                if (digest.Length == 64 && digest.All(char.IsAsciiHexDigitLower)) digests.Add(digest);
            });
        }

        return [.. digests.Order(StringComparer.Ordinal)];
    }

    /// <summary>Provenances of what is there, and Binaries that it refers to, until nothing new comes.</summary>
    private async Task FollowAsync(DbConnection connection, HashSet<RecordKey> whole)
    {
        SearchParameter target = SearchCatalog.R4.Find("Provenance", "target")!;
        var looked = new HashSet<RecordKey>();
        for (int round = 0; round < MostRounds; round++)
        {
            RecordKey[] fresh = [.. whole.Where(key => key.Type != "AuditEvent" && looked.Add(key))];
            if (fresh.Length == 0) return;
            Add(whole, await ReferringAsync(connection, "Provenance", target, fresh).ConfigureAwait(false));
            foreach (RecordKey key in fresh)
            {
                foreach (byte[] body in await connection.QueryAsync<byte[]>("SELECT body FROM resource_version WHERE type = @type AND id = @id AND deleted = 0", new { type = key.Type, id = key.Id }).ConfigureAwait(false))
                {
                    foreach (RecordKey binary in References(body)) if (binary.Type == "Binary") whole.Add(binary);
                }
            }
        }
    }

    private static async Task<IEnumerable<(string, string)>> ReferringAsync(DbConnection connection, string type, SearchParameter by, IEnumerable<RecordKey> targets)
    {
        List<(string, string)> found = [];
        foreach (RecordKey target in targets)
        {
            var parameters = new SqlParameters();
            found.AddRange(await connection.QueryAsync<(string, string)>(
                $"SELECT r.type, r.id FROM search_reference s JOIN resource r ON r.key = s.key WHERE {parameters.IsOf("s", [by.Number])} AND s.target_id = {parameters.Add(target.Id)} " +
                $"AND s.target_type = {parameters.Add(target.Type)} AND r.type = {parameters.Add(type)}", parameters.Values).ConfigureAwait(false));
        }

        return found;
    }

    private static void Add(HashSet<RecordKey> keys, IEnumerable<(string Type, string Id)> rows)
    {
        foreach ((string type, string id) in rows) keys.Add(new RecordKey(type, id));
    }

    /// <summary>What a resource refers to on this server, as a Reference or as a URL (Attachment.url).</summary>
    private List<RecordKey> References(byte[] body)
    {
        List<RecordKey> found = [];
        Strings(body, text =>
        {
            if (text.Length <= 512 && LocalReference.TryParse(text, options.BaseUrl, out RecordKey key)) found.Add(key);
        });
        return found;
    }

    /// <summary>Every string of a resource; nothing where the bytes are no JSON any more.</summary>
    private static void Strings(byte[] body, Action<string> each)
    {
        var reader = new Utf8JsonReader(body);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.String) each(reader.GetString()!);
            }
        }
        catch (JsonException)
        {
            // Altered from outside: the audit finds it, and it is erased with its record all the same.
        }
    }
}
