using System.Data.Common;
using System.Security.Cryptography;
using Consortium.Fhir;
using Consortium.FhirFacade.Rest;
using Consortium.FhirFacade.Search.Parameters;
using Consortium.FhirFacade.Store;
using Dapper;

namespace Consortium.FhirFacade.Search.Custom;

/// <summary>
/// Which stored SearchParameters are in force, and with which numbers in the index. Changed in the transaction that stores one, so that a search parameter and the
/// resource that defines it are never apart. A definition that finds something else gets a new number: rows of two definitions never mix.
/// </summary>
internal static class CustomRegistry
{
    /// <summary>Numbers from here are the site's own; those of R4 end far below.</summary>
    public const int FirstNumber = 1_000_000;

    /// <summary>The parameters that are in force, in the order of their numbers.</summary>
    public static async Task<IReadOnlyList<CustomParameter>> ReadAsync(DbConnection connection, DbTransaction? transaction)
    {
        List<CustomParameter> found = [];
        foreach ((long number, string id, long state, string kinds, byte[] body) in await connection.QueryAsync<(long, string, long, string, byte[])>(
            "SELECT p.number, p.id, p.state, p.kinds, v.body FROM search_parameter p JOIN resource_version v ON v.type = 'SearchParameter' AND v.id = p.id AND v.version = p.version " +
            "WHERE p.state IN (0, 1) ORDER BY p.number", transaction: transaction).ConfigureAwait(false))
        {
            if (CustomDefinition.Read(FhirDocument.Parse(body).Root) is not { } definition) continue;
            found.Add(new CustomParameter(
                (int)number, id, (CustomState)state, definition, [.. kinds.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Enum.Parse<SearchParameterKind>)]));
        }

        return found;
    }

    /// <summary>Says that the parameters have changed: every server reads them again. Never the same twice, so that a value that was rolled back means nothing later.</summary>
    public static Task TouchAsync(DbTransaction transaction) => transaction.Connection!.ExecuteAsync(
        "UPDATE search_state SET generation = @generation", new { generation = (long)(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)) >> 1) }, transaction);

    /// <summary>Follows what a transaction has stored of SearchParameters.</summary>
    /// <exception cref="FhirException">422: one cannot be searched by. 409: another one has the same code, or needs it.</exception>
    public static async Task RegisterAsync(DbTransaction transaction, IEnumerable<VersionRow> written)
    {
        bool changed = false;
        foreach (VersionRow row in written.Where(row => row.Key.Type == "SearchParameter").GroupBy(row => row.Key).Select(versions => versions.Last()))
        {
            CustomDefinition? definition = row.Deleted ? null : CustomDefinition.Accept(FhirDocument.Parse(row.Body).Root);
            changed |= await RegisterAsync(transaction, row, definition).ConfigureAwait(false);
        }

        if (changed) await TouchAsync(transaction).ConfigureAwait(false);
    }

    private static async Task<bool> RegisterAsync(DbTransaction transaction, VersionRow row, CustomDefinition? definition)
    {
        DbConnection connection = transaction.Connection!;
        IReadOnlyList<CustomParameter> inForce = await ReadWithoutAsync(connection, transaction, row).ConfigureAwait(false);
        Known? known = await connection.QuerySingleOrDefaultAsync<Known>(
            "SELECT number, meaning, url FROM search_parameter WHERE id = @id AND state IN (0, 1)", new { id = row.Key.Id }, transaction).ConfigureAwait(false);
        if (definition is not null) Check(definition, inForce);
        if (known is not null && (definition is null || definition.Url != known.Url) && inForce.FirstOrDefault(other => other.Definition.Components.Any(part => Bare(part.Definition) == known.Url)) is { } needs)
        {
            throw new FhirException(409, "conflict", $"SearchParameter/{needs.Id} is a composite that has this one as a part. Change or delete that first.");
        }

        string kinds = definition is null ? "" : string.Join(' ', definition.Components.Select((part, i) => KindOf(part.Definition, i, inForce)));
        string meaning = definition is null ? "" : $"{definition.Meaning}\n{kinds}";
        if (known is not null && definition is not null && known.Meaning == meaning)
        {
            // The same values: the index stays, and the newest version says what it is called.
            await connection.ExecuteAsync(
                "UPDATE search_parameter SET version = @version, url = @url WHERE number = @number", new { version = row.Version, url = definition.Url, number = known.Number }, transaction).ConfigureAwait(false);
            return true;
        }

        if (known is not null) await connection.ExecuteAsync("UPDATE search_parameter SET state = 2 WHERE number = @Number", known, transaction).ConfigureAwait(false);
        if (definition is null) return known is not null;
        await connection.ExecuteAsync(
            "INSERT INTO search_parameter (number, id, version, url, code, meaning, kinds, state, at_type, position, done) " +
            "SELECT COALESCE(MAX(number) + @step, @first), @id, @version, @url, @code, @meaning, @kinds, 0, '', 0, 0 FROM search_parameter",
            new { step = SearchParameter.Numbers, first = FirstNumber, id = row.Key.Id, version = row.Version, url = definition.Url, code = definition.Code, meaning, kinds }, transaction).ConfigureAwait(false);
        return true;
    }

    private static async Task<IReadOnlyList<CustomParameter>> ReadWithoutAsync(DbConnection connection, DbTransaction transaction, VersionRow row) =>
        [.. (await ReadAsync(connection, transaction).ConfigureAwait(false)).Where(one => one.Id != row.Key.Id)];

    private static void Check(CustomDefinition definition, IReadOnlyList<CustomParameter> inForce)
    {
        foreach (CustomParameter other in inForce)
        {
            if (other.Definition.Url == definition.Url) throw new FhirException(409, "duplicate", $"SearchParameter/{other.Id} has the same url; two definitions of one parameter would contradict each other.", "SearchParameter.url");
            if (other.Definition.Code != definition.Code || other.Definition.Types.Intersect(definition.Types, StringComparer.Ordinal).FirstOrDefault() is not { } type) continue;
            throw new FhirException(409, "duplicate", $"{type} has a search parameter '{definition.Code}' by SearchParameter/{other.Id}; a search would not tell which is meant.", "SearchParameter.code");
        }
    }

    private static SearchParameterKind KindOf(string canonical, int component, IReadOnlyList<CustomParameter> inForce)
    {
        SearchParameterKind? kind = null;
        if (FhirDefinitions.R4.Find("SearchParameter", canonical)?.Root.Child("type").Value is { } type && SearchCatalog.Kinds.TryGetValue(type, out SearchParameterKind official)) kind = official;
        kind ??= inForce.FirstOrDefault(one => one.Definition.Url == Bare(canonical))?.Definition.Kind;
        return kind is not (null or SearchParameterKind.Composite)
            ? kind.Value
            : throw new FhirException(422, "not-found", "The definition of a component is a search parameter of R4 or one that is in force here, and no composite.", $"SearchParameter.component[{component}].definition");
    }

    private static string Bare(string canonical) => canonical.Split('|')[0];

    private sealed record Known(long Number, string Meaning, string Url);
}
