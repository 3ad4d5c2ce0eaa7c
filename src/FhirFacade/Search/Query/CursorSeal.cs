using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Consortium.FhirFacade.Rest;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.Search.Query;

/// <summary>
/// Cursors as they stand in links: sealed, because a page may end at a name, and links are logged by everybody on the way. AES-256-GCM under a key of this
/// custodian's own, so that any of its servers opens them and nobody makes one up.
/// </summary>
internal sealed class CursorSeal(FacadeOptions options)
{
    private readonly SealedBox _box = new(options, "search cursor");

    /// <summary>The text for a link.</summary>
    public string Seal(SearchCursor cursor) => Base64Url.EncodeToString(_box.Seal(JsonSerializer.SerializeToUtf8Bytes(new Contents(
        cursor.Key, [.. cursor.Values.Select(value => value as string)], [.. cursor.Values.Select(value => value as long?)], [.. cursor.Values.Select(value => value as double?)], cursor.IsBackward))));

    /// <summary>What a link says.</summary>
    /// <param name="text">The value of <c>_cursor</c>.</param>
    /// <param name="rules">How many rules the sort of the search has.</param>
    /// <exception cref="FhirException">400: it was made up, or belongs to another search.</exception>
    public SearchCursor Open(string text, int rules)
    {
        try
        {
            byte[] plain = _box.Open(Base64Url.DecodeFromChars(text));
            if (JsonSerializer.Deserialize<Contents>(Encoding.UTF8.GetString(plain)) is { } read && read.Texts.Length == rules)
            {
                return new SearchCursor([.. Enumerable.Range(0, rules).Select(i => (object?)read.Texts[i] ?? (object?)read.Numbers[i] ?? read.Fractions[i])], read.Key, read.IsBackward);
            }
        }
        catch (Exception e) when (e is FormatException or CryptographicException or ArgumentException or JsonException)
        {
            // as below
        }

        throw FhirException.BadRequest("value", "_cursor comes from a link of the same search and cannot be made up.");
    }

    private sealed record Contents(long Key, string?[] Texts, long?[] Numbers, double?[] Fractions, bool IsBackward = false);
}
