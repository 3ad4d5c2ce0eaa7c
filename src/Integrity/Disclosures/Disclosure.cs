using System.Buffers;
using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Consortium.Integrity;

/// <summary>A visible leaf.</summary>
/// <param name="Index">Its position among the sorted leaves (<c>i</c>).</param>
/// <param name="Pointer">RFC 6901 pointer from the root of the resource (<c>p</c>).</param>
/// <param name="Type"><c>s</c>, <c>n</c>, <c>b</c> or <c>z</c> (<c>t</c>).</param>
/// <param name="Value">The payload as text (<c>v</c>).</param>
/// <param name="Salt">The 16 bytes of its salt.</param>
public sealed record DisclosedLeaf(int Index, string Pointer, char Type, string Value, Tag128 Salt);

/// <summary>A maximal subtree without a visible leaf.</summary>
/// <param name="Index">Its first leaf position (<c>i</c>).</param>
/// <param name="Leaves">The number of leaves below it (<c>n</c>).</param>
/// <param name="Hash">Its hash (<c>h</c>).</param>
public sealed record HiddenSubtree(int Index, int Leaves, Hash256 Hash);

/// <summary>
/// What lets the holder of a redacted view recompute the commitment (<c>record-commitment.md</c>, "Disclosure").
/// It holds nothing of what is hidden but hashes.
/// </summary>
public sealed record Disclosure
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The version of the scheme; only 1 exists.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The hash function.</summary>
    public required CommitmentSuite Suite { get; init; }

    /// <summary>The number of leaves of the whole record.</summary>
    public required int Leaves { get; init; }

    /// <summary>The visible leaves, ascending by position.</summary>
    public required IReadOnlyList<DisclosedLeaf> Disclosed { get; init; }

    /// <summary>The hidden subtrees, ascending by position.</summary>
    public required IReadOnlyList<HiddenSubtree> Hidden { get; init; }

    /// <summary>Reads a disclosure and checks all of its structure, so that what is returned covers each leaf exactly once.</summary>
    /// <exception cref="DisclosureFormatException">Anything the definition does not allow; the message says what.</exception>
    public static Disclosure Parse(ReadOnlySpan<byte> json)
    {
        Disclosure disclosure = DisclosureReader.Read(json);
        DisclosureTree.Check(disclosure);
        return disclosure;
    }

    /// <summary>The JSON form, UTF-8, no white space.</summary>
    public byte[] ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>(256 + (Disclosed.Count * 128) + (Hidden.Count * 80));
        using (var writer = new Utf8JsonWriter(buffer, Plain)) Write(writer);
        return buffer.WrittenSpan.ToArray();
    }

    private void Write(Utf8JsonWriter writer)
    {
        Span<byte> text = stackalloc byte[44];
        writer.WriteStartObject();
        writer.WriteNumber("version"u8, Version);
        writer.WriteString("suite"u8, Suite.Name());
        writer.WriteNumber("leaves"u8, Leaves);
        writer.WriteStartArray("disclosed"u8);
        foreach (DisclosedLeaf leaf in Disclosed)
        {
            writer.WriteStartObject();
            writer.WriteNumber("i"u8, leaf.Index);
            writer.WriteString("p"u8, leaf.Pointer);
            writer.WriteString("t"u8, [leaf.Type]);
            writer.WriteString("v"u8, leaf.Value);
            writer.WriteString("salt"u8, text[..Base64Url.EncodeToUtf8(leaf.Salt.Span, text)]);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("hidden"u8);
        foreach (HiddenSubtree subtree in Hidden)
        {
            writer.WriteStartObject();
            writer.WriteNumber("i"u8, subtree.Index);
            writer.WriteNumber("n"u8, subtree.Leaves);
            writer.WriteString("h"u8, text[..Base64Url.EncodeToUtf8(subtree.Hash.Span, text)]);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}

/// <summary>The bytes or values are no disclosure. The message says what is wrong and never carries a value of the record.</summary>
public sealed class DisclosureFormatException : FormatException
{
    internal DisclosureFormatException(string reason, Exception? inner = null)
        : base(reason, inner)
    {
    }
}
