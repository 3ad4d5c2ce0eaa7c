using System.Text;

namespace Consortium.Adapters.Files.Rtf;

/// <summary>The fonts of an RTF file: which character set the bytes of their text are in.</summary>
internal sealed class RtfFonts
{
    private const int DefaultCharset = 1;
    private const int SymbolCharset = 2;

    private readonly Dictionary<int, Font> _fonts = [];
    private readonly Dictionary<int, Encoding> _encodings = [];
    private readonly StringBuilder _name = new();
    private Font? _current;

    /// <summary>Code page of the document (<c>\ansicpg</c>, <c>\mac</c>, <c>\pc</c>, <c>\pca</c>).</summary>
    public int CodePage { get; set; } = 1252;

    /// <summary>Begins a font of the table.</summary>
    public void Define(int number)
    {
        EndName();
        _current = new Font();
        _fonts[number] = _current;
    }

    /// <summary><c>\fcharset</c> of the font.</summary>
    public void SetCharset(int charset)
    {
        if (_current is not null) _current.Charset = charset;
    }

    /// <summary><c>\cpg</c> of the font.</summary>
    public void SetCodePage(int codePage)
    {
        if (_current is not null) _current.CodePage = codePage;
    }

    /// <summary>A byte of the font's name; a semicolon ends it. Only names in ASCII matter, those of symbol fonts.</summary>
    public void AddName(byte value)
    {
        if (value == ';') EndName();
        else if (_name.Length < 64) _name.Append((char)value);
    }

    /// <summary>The symbol font of this number; null where it is a font of letters.</summary>
    public string? SymbolFont(int? number)
    {
        if (number is null || !_fonts.TryGetValue(number.Value, out Font? font)) return null;
        return font.Charset == SymbolCharset || SymbolFonts.IsSymbolFont(font.Name) ? font.Name ?? "" : null;
    }

    /// <summary>The encoding of a font's bytes; it refuses what does not fit.</summary>
    /// <exception cref="FileRefusedException">The character set is not known.</exception>
    public Encoding EncodingOf(int? number)
    {
        int page = CodePage;
        if (number is { } known && _fonts.TryGetValue(known, out Font? font)) page = font.CodePage ?? (font.Charset is { } charset and not DefaultCharset ? PageOf(charset) : CodePage);
        if (_encodings.TryGetValue(page, out Encoding? encoding)) return encoding;
        try
        {
            encoding = CodePagesEncodingProvider.Instance.GetEncoding(page, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)
                ?? Encoding.GetEncoding(page, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new FileRefusedException("not-supported", $"the RTF is in code page {page}, which is not known here. Save it in Unicode (Word does).", null, e);
        }

        return _encodings[page] = encoding;
    }

    private void EndName()
    {
        if (_current is not null && _name.Length > 0) _current.Name ??= _name.ToString().Trim();
        _name.Clear();
    }

    // RTF 1.9.1, "Font Table", \fcharset.
    private static int PageOf(int charset) => charset switch
    {
        0 => 1252,
        77 => 10000,
        128 => 932,
        129 => 949,
        130 => 1361,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        254 => 437,
        255 => 850,
        _ => 1252,
    };

    private sealed class Font
    {
        public int? Charset { get; set; }

        public int? CodePage { get; set; }

        public string? Name { get; set; }
    }
}
