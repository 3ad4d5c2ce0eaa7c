using System.Buffers;

namespace Consortium.Fhir.Xml;

/// <summary>Writes XML 1.0 in UTF-8, one attribute at a time; values are escaped so that every parser gives them back unchanged.</summary>
internal readonly struct XmlOutput(IBufferWriter<byte> output)
{
    // Besides markup: tab and line ends, which an attribute value only keeps as references (XML 1.0 3.3.3), the characters
    // below space that XML has no form for, and the first byte of U+FFFE and U+FFFF.
    private static readonly SearchValues<byte> s_special = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Select(i => (byte)i), (byte)'&', (byte)'<', (byte)'>', (byte)'"', 0xEF]);

    public void Raw(ReadOnlySpan<byte> xml) => output.Write(xml);

    /// <summary>Opens a start tag; attributes may follow.</summary>
    public void StartTag(ReadOnlySpan<byte> name)
    {
        Raw("<"u8);
        Raw(name);
    }

    public void EndTag(ReadOnlySpan<byte> name)
    {
        Raw("</"u8);
        Raw(name);
        Raw(">"u8);
    }

    /// <summary>Writes an attribute; false where the value has a character that XML cannot carry.</summary>
    public bool TryAttribute(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        Raw(" "u8);
        Raw(name);
        Raw("=\""u8);
        while (true)
        {
            int special = value.IndexOfAny(s_special);
            if (special < 0) break;
            if (!TryEscape(value[special..], out ReadOnlySpan<byte> escape)) return false;
            Raw(value[..special]);
            Raw(escape);
            value = value[(special + 1)..];
        }

        Raw(value);
        Raw("\""u8);
        return true;
    }

    /// <summary>Whether XML 1.0 has a form for every character (2.2 Characters).</summary>
    public static bool CanCarry(ReadOnlySpan<byte> text)
    {
        for (int special = text.IndexOfAny(s_special); special >= 0; special = text.IndexOfAny(s_special))
        {
            if (!TryEscape(text[special..], out _)) return false;
            text = text[(special + 1)..];
        }

        return true;
    }

    private static bool TryEscape(ReadOnlySpan<byte> at, out ReadOnlySpan<byte> escape)
    {
        escape = at[0] switch
        {
            (byte)'&' => "&amp;"u8,
            (byte)'<' => "&lt;"u8,
            (byte)'>' => "&gt;"u8,
            (byte)'"' => "&quot;"u8,
            (byte)'\t' => "&#9;"u8,
            (byte)'\n' => "&#10;"u8,
            (byte)'\r' => "&#13;"u8,
            0xEF => at.StartsWith("\uFFFE"u8) || at.StartsWith("\uFFFF"u8) ? default : at[..1],
            _ => default,
        };
        return escape.Length > 0;
    }
}
