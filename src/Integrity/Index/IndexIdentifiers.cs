using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Consortium.Integrity;

/// <summary>The keyed names of the index (<c>record-commitment.md</c>, "Batch tree", "Fields").</summary>
public static class IndexIdentifiers
{
    private static readonly string[] Kinds = ReadKinds();

    private static readonly FrozenDictionary<string, ushort> KindByName =
        Kinds.Select((name, i) => KeyValuePair.Create(name, (ushort)(i + 1))).ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The custodian's name for one version of one record; it tells an outsider nothing.</summary>
    /// <param name="custodianKey">The custodian's own key.</param>
    /// <param name="type">Resource type.</param>
    /// <param name="id">Logical id.</param>
    /// <param name="versionId"><c>meta.versionId</c>.</param>
    public static Tag128 RecordId(ReadOnlySpan<byte> custodianKey, string type, string id, string versionId) =>
        Tag(custodianKey, $"record-id/1/{type}/{id}/_history/{versionId}");

    /// <summary>The name under which all members that hold the consortium's key find one patient.</summary>
    /// <param name="indexKey">The consortium's key.</param>
    /// <param name="epoch">The key's epoch.</param>
    /// <param name="system">System of the patient's strongest identifier.</param>
    /// <param name="value">Value of that identifier.</param>
    public static Tag128 SubjectTag(ReadOnlySpan<byte> indexKey, int epoch, string system, string value) =>
        Tag(indexKey, string.Create(CultureInfo.InvariantCulture, $"subject-tag/1/{epoch}/{system}|{value}"));

    /// <summary>The position of a resource type in R4's alphabetical list, from 1; 0 for anything else.</summary>
    public static ushort Kind(string resourceType) => KindByName.GetValueOrDefault(resourceType);

    /// <summary>The resource type at a position; null where there is none.</summary>
    public static string? KindName(ushort kind) => kind >= 1 && kind <= Kinds.Length ? Kinds[kind - 1] : null;

    private static Tag128 Tag(ReadOnlySpan<byte> key, string text)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text), mac);
        return new Tag128(mac[..Tag128.Length]);
    }

    private static string[] ReadKinds()
    {
        using Stream stream = typeof(IndexIdentifiers).Assembly.GetManifestResourceStream("resource-types.txt")
            ?? throw new InvalidOperationException("resource-types.txt is not embedded.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
