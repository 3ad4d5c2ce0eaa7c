using System.Collections.Frozen;
using System.Text;
using Consortium.Adapters.Hl7V2.Er7;

namespace Consortium.Adapters.Hl7V2.Language.Conditions;

/// <summary>Texts that a value is compared with: codes mostly, which are compared as numbers, all of them at once.</summary>
internal sealed class TextSet
{
    private readonly FrozenSet<string> _texts;
    private readonly ulong[] _short;
    private readonly byte[][] _long;

    /// <summary>A set of these texts.</summary>
    public TextSet(IEnumerable<string> texts)
    {
        _texts = texts.ToFrozenSet(StringComparer.Ordinal);
        byte[][] utf8 = [.. _texts.Select(Encoding.UTF8.GetBytes)];
        _short = [.. utf8.Where(IsShort).Select(bytes => Er7ShortTexts.Key(bytes))];
        _long = [.. utf8.Where(bytes => !IsShort(bytes))];
    }

    /// <summary>True where the text of a value is one of these, to the case (<see cref="Er7Value.PeekText"/>).</summary>
    public bool Has(in Er7Value value)
    {
        if (!value.TryPeekUtf8(out ReadOnlySpan<byte> utf8)) return value.PeekText is { } text && _texts.Contains(text);
        if (utf8.Length is > 0 and <= Er7ShortTexts.Longest && _short.AsSpan().Contains(Er7ShortTexts.Key(utf8))) return true;
        foreach (byte[] known in _long)
        {
            if (utf8.SequenceEqual(known)) return true;
        }

        return false;
    }

    // A number of eight bytes says how many of them are there as long as none of them is NUL.
    private static bool IsShort(byte[] bytes) => bytes.Length is > 0 and <= Er7ShortTexts.Longest && !bytes.Contains((byte)0);
}
