using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using Consortium.Fhir.Definitions;
using Consortium.Fhir.Json;

namespace Consortium.Fhir.Validation;

/// <summary>An Attachment's <c>size</c> and <c>hash</c> are those of its <c>data</c> (FHIR R4 datatypes.html#attachment).</summary>
internal static class AttachmentRules
{
    private static readonly int s_data = R4Tables.Instance.FindName("data"u8);
    private static readonly int s_size = R4Tables.Instance.FindName("size"u8);
    private static readonly int s_hash = R4Tables.Instance.FindName("hash"u8);

    public static void Check(FhirDocument document, int at, IssueList issues)
    {
        int data = 0, size = 0, hash = 0;
        ElementChildren children = document.ChildrenOf(at);
        while (children.MoveNext())
        {
            int name = R4Tables.Instance.Elements[document.Nodes[children.Current].Element].Name;
            if (name == s_data && document.HasValue(children.Current)) data = children.Current;
            else if (name == s_size && document.HasValue(children.Current)) size = children.Current;
            else if (name == s_hash && document.HasValue(children.Current)) hash = children.Current;
        }

        if (data == 0 || (size == 0 && hash == 0)) return;
        // Data that is no base64 is the format check's finding.
        if (DecodedLength(document.Value(data)) is not { } length) return;
        if (size != 0 && Utf8Parser.TryParse(document.Value(size), out long stated, out int used) && used == document.Value(size).Length && stated != length)
        {
            issues.Error(size, "invalid", $"The attachment's size says {stated} bytes; its data has {length} (FHIR R4 datatypes.html#attachment: size is of the data before base64).");
        }

        if (hash != 0 && !HasHash(document.Value(data), document.Value(hash)))
        {
            issues.Warning(hash, "invalid", "The attachment's hash is not the SHA-1 of its data (FHIR R4 datatypes.html#attachment).");
        }
    }

    /// <summary>The number of bytes that base64 stands for, white space aside; null where its length is none of base64.</summary>
    public static long? DecodedLength(ReadOnlySpan<byte> base64)
    {
        long characters = 0, padding = 0;
        foreach (byte b in base64)
        {
            if (b is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') continue;
            characters++;
            if (b == '=') padding++;
        }

        return characters % 4 == 0 && padding <= 2 ? (characters / 4 * 3) - padding : null;
    }

    private static bool HasHash(ReadOnlySpan<byte> data, ReadOnlySpan<byte> hash)
    {
        byte[] decoded = ArrayPool<byte>.Shared.Rent(Base64.GetMaxDecodedFromUtf8Length(data.Length));
        try
        {
            if (Base64.DecodeFromUtf8(data, decoded, out _, out int written) != OperationStatus.Done) return true;
#pragma warning disable CA5350 // The specification defines this element as SHA-1; nothing is secured by it here.
            Span<byte> computed = stackalloc byte[SHA1.HashSizeInBytes];
            SHA1.HashData(decoded.AsSpan(0, written), computed);
#pragma warning restore CA5350
            Span<byte> stated = stackalloc byte[64];
            return Base64.DecodeFromUtf8(hash, stated, out _, out int length) == OperationStatus.Done && computed.SequenceEqual(stated[..length]);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(decoded);
        }
    }
}
