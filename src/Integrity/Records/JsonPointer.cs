namespace Consortium.Integrity;

/// <summary>RFC 6901 pointers as the leaves carry them.</summary>
internal static class JsonPointer
{
    /// <summary>
    /// Whether a property name could be read as an array position (<c>0</c>, <c>17</c>). Leaves do not tell an array
    /// from an object, so such a name would let two different records share one commitment; FHIR has none, and a record
    /// that has one is refused (docs/decisions/0020).
    /// </summary>
    public static bool IsArrayPosition(ReadOnlySpan<byte> name) =>
        name.Length > 0
        && !name.ContainsAnyExceptInRange((byte)'0', (byte)'9')
        && (name.Length == 1 || name[0] != (byte)'0');

    /// <summary>Writes a name with <c>~</c> as <c>~0</c> and <c>/</c> as <c>~1</c>; returns the bytes written (at most twice the name's).</summary>
    public static int Escape(ReadOnlySpan<byte> name, Span<byte> destination)
    {
        if (!name.ContainsAny((byte)'~', (byte)'/'))
        {
            name.CopyTo(destination);
            return name.Length;
        }

        int at = 0;
        foreach (byte b in name)
        {
            if (b is (byte)'~' or (byte)'/')
            {
                destination[at++] = (byte)'~';
                destination[at++] = b == (byte)'~' ? (byte)'0' : (byte)'1';
            }
            else
            {
                destination[at++] = b;
            }
        }

        return at;
    }

    /// <summary>Whether the text is a pointer: empty, or <c>/</c>-led tokens in which each <c>~</c> is followed by 0 or 1.</summary>
    public static bool IsWellFormed(string pointer)
    {
        if (pointer.Length == 0) return true;
        if (pointer[0] != '/') return false;
        for (int at = pointer.IndexOf('~', StringComparison.Ordinal); at >= 0; at = pointer.IndexOf('~', at + 1))
        {
            if (at + 1 == pointer.Length || pointer[at + 1] is not ('0' or '1')) return false;
        }

        return true;
    }
}
