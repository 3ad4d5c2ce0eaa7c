using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text;

namespace Consortium.Adapters.Hl7V2.Er7;

/// <summary>
/// What MSH-18 or a site calls a character set (HL7 table 0211, and what senders write instead), and the encoding that reads it.
/// Names are compared by their letters and digits alone: <c>8859/1</c>, <c>ISO 8859-1</c>, <c>iso_8859_1</c>.
/// </summary>
internal static class Er7CharacterSets
{
    /// <summary>ASCII, in which every other set here writes its delimiters.</summary>
    public const string Ascii = "us-ascii";

    /// <summary>ASCII and JIS sets switched by ISO 2022 escape sequences.</summary>
    public const string Iso2022Jp = "iso-2022-jp";

    /// <summary>Several sets, by letters and digits.</summary>
    private static readonly (string Encoding, string[] Names)[] Known =
    [
        (Ascii, ["ASCII", "USASCII", "ISOIR6", "ISO646", "ISO646US", "ISO646IRV"]),
        ("utf-8", ["UNICODEUTF8", "UTF8", "UNICODE"]), // UNICODE alone names no form: what is not valid UTF-8 is refused
        ("utf-16", ["UNICODEUTF16", "UTF16", "UTF16LE"]),
        ("utf-16BE", ["UTF16BE"]),
        ("utf-32", ["UNICODEUTF32", "UTF32", "UTF32LE"]),
        ("gb18030", ["GB180302000", "GB180302005", "GB180302022", "GB18030", "GBK", "CP936", "MS936", "WINDOWS936", "GB2312", "GB231280", "EUCCN", "ISOIR58"]), // GB 18030 holds GBK and GB 2312 unchanged
        ("big5", ["BIG5", "CP950", "MS950", "WINDOWS950"]),
        ("euc-kr", ["KSX1001", "KSC5601", "KSC56011987", "EUCKR", "ISOIR149"]),
        ("ks_c_5601-1987", ["CP949", "MS949", "UHC", "WINDOWS949"]),
        (Iso2022Jp, ["ISOIR87", "ISOIR14", "ISOIR13", "JISX0208", "JISX0201", "ISO2022JP", "ISO2022IR87", "ISO2022IR13"]),
        ("shift_jis", ["SHIFTJIS", "SJIS", "MSKANJI", "WINDOWS31J", "CP932", "MS932"]),
        ("euc-jp", ["EUCJP"]),
        ("iso-8859-1", ["88591", "ISO88591", "LATIN1", "ISOIR100", "WE8ISO8859P1"]),
        ("iso-8859-2", ["88592", "ISO88592", "LATIN2", "ISOIR101", "EE8ISO8859P2"]),
        ("iso-8859-3", ["88593", "ISO88593", "LATIN3", "ISOIR109"]),
        ("iso-8859-4", ["88594", "ISO88594", "LATIN4", "ISOIR110"]),
        ("iso-8859-5", ["88595", "ISO88595", "ISOIR144"]),
        ("iso-8859-6", ["88596", "ISO88596", "ISOIR127"]),
        ("iso-8859-7", ["88597", "ISO88597", "ISOIR126"]),
        ("iso-8859-8", ["88598", "ISO88598", "ISOIR138"]),
        ("iso-8859-9", ["88599", "ISO88599", "LATIN5", "ISOIR148"]),
        ("iso-8859-13", ["885913", "ISO885913", "LATIN7"]),
        ("iso-8859-15", ["885915", "ISO885915", "LATIN9"]),
        ("windows-874", ["885911", "ISO885911", "TIS620", "TIS6202533", "ISOIR166", "CP874", "WINDOWS874"]),
        ("windows-1250", ["WINDOWS1250", "CP1250"]),
        ("windows-1251", ["WINDOWS1251", "CP1251"]),
        ("windows-1252", ["WINDOWS1252", "CP1252"]),
        ("windows-1253", ["WINDOWS1253", "CP1253"]),
        ("windows-1254", ["WINDOWS1254", "CP1254"]),
        ("windows-1255", ["WINDOWS1255", "CP1255"]),
        ("windows-1256", ["WINDOWS1256", "CP1256"]),
        ("windows-1257", ["WINDOWS1257", "CP1257"]),
        ("windows-1258", ["WINDOWS1258", "CP1258"]),
        ("koi8-r", ["KOI8R"]),
    ];

    private static readonly FrozenDictionary<string, string> Encodings =
        Known.SelectMany(set => set.Names.Select(name => (name, set.Encoding))).ToFrozenDictionary(pair => pair.name, pair => pair.Encoding, StringComparer.Ordinal);

    private static readonly ConcurrentDictionary<string, Encoding> Opened = new(StringComparer.Ordinal);

    static Er7CharacterSets() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <summary>The encoding of a name, as .NET calls it; null where the name is not known.</summary>
    public static string? Find(string name) => name == "UNICODE UTF-8" ? "utf-8" : Encodings.GetValueOrDefault(string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant());

    /// <summary>An encoding that refuses what does not fit instead of replacing it.</summary>
    /// <param name="encodingName">As .NET calls it.</param>
    public static Encoding Strict(string encodingName) => encodingName == "utf-8"
        ? Er7Charset.Utf8
        : Opened.GetOrAdd(encodingName, name => Encoding.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback));
}
