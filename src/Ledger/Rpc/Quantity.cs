using System.Globalization;
using System.Text.Json;
using Consortium.Integrity;

namespace Consortium.Ledger;

/// <summary>The hexadecimal forms of Ethereum's JSON-RPC: quantities without leading zeros, and data of whole bytes.</summary>
internal static class Quantity
{
    public static string Write(ulong value) => "0x" + value.ToString("x", CultureInfo.InvariantCulture);

    public static string Write(UInt128 value) => "0x" + value.ToString("x", CultureInfo.InvariantCulture);

    public static string Write(ReadOnlySpan<byte> data) => "0x" + Convert.ToHexStringLower(data);

    public static ulong ReadUInt64(JsonElement element) =>
        ulong.TryParse(Digits(element), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong value) ? value : throw Malformed("quantity");

    public static UInt128 ReadUInt128(JsonElement element) =>
        UInt128.TryParse(Digits(element), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out UInt128 value) ? value : throw Malformed("quantity");

    public static byte[] ReadBytes(JsonElement element) => TryBytes(Text(element), out byte[] bytes) ? bytes : throw Malformed("data");

    public static Hash256 ReadHash(JsonElement element) => Hash256.TryParse(Text(element), out Hash256 hash) ? hash : throw Malformed("hash");

    public static Address ReadAddress(JsonElement element) => Address.TryParse(Text(element), out Address address) ? address : throw Malformed("address");

    public static bool TryBytes(string? text, out byte[] bytes)
    {
        bytes = [];
        if (text is null || !text.StartsWith("0x", StringComparison.Ordinal) || text.Length % 2 != 0) return false;
        bytes = new byte[(text.Length - 2) / 2];
        return Convert.FromHexString(text.AsSpan(2), bytes, out _, out _) == System.Buffers.OperationStatus.Done;
    }

    /// <summary>A member that must be there.</summary>
    public static JsonElement Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement member)
            ? member
            : throw new FormatException($"The answer has no '{name}'.");

    /// <summary>A member that may be absent or null.</summary>
    public static JsonElement? OptionalMember(this JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement member) && member.ValueKind != JsonValueKind.Null ? member : null;

    private static string Text(JsonElement element) => element.ValueKind == JsonValueKind.String ? element.GetString()! : throw Malformed("string");

    private static ReadOnlySpan<char> Digits(JsonElement element)
    {
        string text = Text(element);
        return text.StartsWith("0x", StringComparison.Ordinal) && text.Length > 2 ? text.AsSpan(2) : throw Malformed("quantity");
    }

    private static FormatException Malformed(string what) => new($"The answer has a malformed {what}.");
}
