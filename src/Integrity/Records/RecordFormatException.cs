namespace Consortium.Integrity;

/// <summary>
/// The bytes are no record that can be committed to or verified: not strict JSON, or something that FHIR forbids.
/// The message names the place and never carries a value of the record.
/// </summary>
public sealed class RecordFormatException : FormatException
{
    internal RecordFormatException(string reason, string pointer, long offset, Exception? inner = null)
        : base($"{reason} (at {(pointer.Length == 0 ? "the root" : pointer)}, byte {offset.ToString(System.Globalization.CultureInfo.InvariantCulture)})", inner)
    {
        Reason = reason;
        Pointer = pointer;
        Offset = offset;
    }

    /// <summary>What is wrong.</summary>
    public string Reason { get; }

    /// <summary>RFC 6901 pointer of the element; empty for the root.</summary>
    public string Pointer { get; }

    /// <summary>Offset of the offending byte or token from the start of the input, in bytes.</summary>
    public long Offset { get; }
}
