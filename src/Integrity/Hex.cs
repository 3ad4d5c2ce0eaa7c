using System.Buffers;

namespace Consortium.Integrity;

internal static class Hex
{
    /// <summary>Decodes exactly <c>bytes.Length</c> bytes, with or without <c>0x</c>.</summary>
    public static bool TryDecode(ReadOnlySpan<char> hex, Span<byte> bytes)
    {
        if (hex.StartsWith("0x", StringComparison.OrdinalIgnoreCase)) hex = hex[2..];
        return hex.Length == bytes.Length * 2
            && Convert.FromHexString(hex, bytes, out _, out _) == OperationStatus.Done;
    }
}
