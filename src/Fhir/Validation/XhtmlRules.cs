using System.Buffers;
using System.Text;

namespace Consortium.Fhir.Validation;

/// <summary>
/// The rules of a narrative's XHTML (FHIR R4 narrative.html, txt-1 and txt-2): well-formed, one <c>div</c> in the XHTML
/// namespace, only the formatting elements and attributes of HTML 4.0 chapters 7–11 and 15 with <c>a</c> and <c>img</c>, no
/// active content, and something to read. One pass over UTF-8, no entity is expanded.
/// </summary>
internal ref struct XhtmlRules
{
    /// <summary>A broken rule; the message has no narrative text.</summary>
    public readonly record struct Fault(string Rule, string Message);

    private static ReadOnlySpan<byte> Namespace => "http://www.w3.org/1999/xhtml"u8;
    private const int MaxDepth = 200;

    // Names are a few bytes long: a look at each is quicker than a vector.
    private static readonly bool[] s_endsName = [.. Enumerable.Range(0, 256).Select(b => " \t\r\n/>=\"'<".Contains((char)b))];

    private static readonly SearchValues<byte> s_hiding = SearchValues.Create([(byte)'&', 0x7F, .. Enumerable.Range(0, 0x21).Select(b => (byte)b)]);

    private static readonly SearchValues<byte> s_hex = SearchValues.Create("0123456789abcdefABCDEF"u8);

    private static readonly AsciiNames s_elements = new(
    [
        "p", "br", "div", "h1", "h2", "h3", "h4", "h5", "h6", "a", "span", "b", "em", "i", "strong", "small", "big", "tt", "dfn", "q", "var",
        "abbr", "acronym", "cite", "blockquote", "hr", "address", "bdo", "kbd", "sub", "sup", "ul", "ol", "li", "dl", "dt", "dd", "pre",
        "table", "caption", "colgroup", "col", "thead", "tr", "tfoot", "tbody", "th", "td", "code", "samp", "img", "map", "area", "u", "s", "strike", "font", "center",
    ]);

    private static readonly AsciiNames s_attributes = new(
    [
        "title", "style", "class", "id", "idref", "lang", "xml:lang", "xml:space", "dir", "accesskey", "tabindex", "href", "name", "hreflang", "rel", "rev", "charset", "type", "target",
        "src", "alt", "height", "width", "border", "align", "valign", "hspace", "vspace", "longdesc", "usemap", "ismap", "shape", "coords", "nohref",
        "span", "char", "charoff", "summary", "frame", "rules", "cellspacing", "cellpadding", "abbr", "axis", "headers", "scope", "rowspan", "colspan",
        "nowrap", "bgcolor", "cite", "datetime", "start", "value", "compact", "size", "color", "face", "noshade", "clear", "xmlns",
    ]);

    private readonly ReadOnlySpan<byte> _text;
    private int _at;
    private bool _content;

    private XhtmlRules(ReadOnlySpan<byte> text) => _text = text;

    /// <summary>The first broken rule, or null.</summary>
    public static Fault? Check(ReadOnlySpan<byte> xhtml) => new XhtmlRules(xhtml).Run();

    private Fault? Run()
    {
        Span<(int Start, int Length)> open = stackalloc (int, int)[MaxDepth];
        int depth = 0;
        bool root = false;
        while (_at < _text.Length)
        {
            if (_text[_at] != '<')
            {
                if (Text(depth > 0) is { } fault) return fault;
                continue;
            }

            byte second = _at + 1 < _text.Length ? _text[_at + 1] : (byte)0;
            if (second is (byte)'!' or (byte)'?')
            {
                ReadOnlySpan<byte> rest = _text[_at..];
                if (!rest.StartsWith("<!--"u8)) return new Fault("txt-1", "document types, CDATA and processing instructions are not allowed");
                int end = rest[4..].IndexOf("-->"u8);
                if (end < 0) return NotXml("a comment is not closed");
                _at += 4 + end + 3;
            }
            else if (second == '/')
            {
                _at += 2;
                (int start, int length) = Name();
                SkipSpace();
                if (depth == 0 || !Take((byte)'>') || !_text.Slice(start, length).SequenceEqual(_text.Slice(open[depth - 1].Start, open[depth - 1].Length)))
                {
                    return NotXml("an end tag does not match its start tag");
                }

                depth--;
            }
            else
            {
                _at++;
                (int start, int length) = Name();
                if (length == 0) return NotXml("'<' starts no tag");
                if (depth == 0)
                {
                    if (root) return NotXml("there is more than one root element");
                    if (!_text.Slice(start, length).SequenceEqual("div"u8)) return new Fault("txt-1", "the narrative's root element is div");
                    root = true;
                }

                if (Element(start, length, depth == 0, out bool closed) is { } fault) return fault;
                if (closed) continue;
                if (depth == MaxDepth) return NotXml($"elements are nested deeper than {MaxDepth}");
                open[depth++] = (start, length);
            }
        }

        if (!root || depth > 0) return NotXml(root ? "an element is not closed" : "there is no div");
        return _content ? null : new Fault("txt-2", "the narrative has neither text nor an image");
    }

    private Fault? Text(bool inside)
    {
        // Once the narrative has something to read, a run of text inside it is only looked through for its end and references.
        int end = _text[_at..].IndexOfAny((byte)'<', (byte)'&');
        if (_content && inside && end >= 0 && _text[_at + end] == '<')
        {
            _at += end;
            return null;
        }

        end = _text[_at..].IndexOf((byte)'<');
        ReadOnlySpan<byte> run = end < 0 ? _text[_at..] : _text.Slice(_at, end);
        _at += run.Length;
        bool blank = run.IndexOfAnyExcept(" \t\r\n"u8) < 0;
        if (!blank && !inside) return NotXml("text stands outside the div");
        _content |= !blank;
        return References(run);
    }

    private static Fault? References(ReadOnlySpan<byte> run)
    {
        for (int at = run.IndexOf((byte)'&'); at >= 0;)
        {
            int end = run[at..].IndexOf((byte)';');
            if (end < 2) return NotXml("'&' starts no entity");
            ReadOnlySpan<byte> name = run.Slice(at + 1, end - 1);
            bool number = name[0] == '#' && (name.Length > 2 && name[1] is (byte)'x' or (byte)'X'
                ? name[2..].IndexOfAnyExcept(s_hex) < 0
                : name.Length > 1 && name[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0);
            if (!number && !HtmlEntities.Contains(name)) return NotXml("an entity is neither numeric nor one of HTML 4.0");
            run = run[(at + end + 1)..];
            at = run.IndexOf((byte)'&');
        }

        return null;
    }

    private Fault? Element(int start, int length, bool root, out bool closed)
    {
        closed = false;
        if (!s_elements.Contains(_text.Slice(start, length)))
        {
            return new Fault("txt-1", $"element {FhirDocument.Shown(_text.Slice(start, length))} is not allowed");
        }

        _content |= _text.Slice(start, length).SequenceEqual("img"u8);
        bool declared = false;
        while (true)
        {
            if (Take((byte)'>')) break;
            bool spaced = SkipSpace();
            if (Take((byte)'>')) break;
            if (Take((byte)'/'))
            {
                closed = true;
                if (!Take((byte)'>')) return NotXml("a tag is not closed");
                break;
            }

            if (!spaced || _at >= _text.Length) return NotXml("a tag is not closed");
            if (Attribute(ref declared) is { } fault) return fault;
        }

        return root && !declared ? new Fault("txt-1", $"the div declares xmlns=\"{Encoding.ASCII.GetString(Namespace)}\"") : null;
    }

    private Fault? Attribute(ref bool declared)
    {
        (int start, int length) = Name();
        ReadOnlySpan<byte> name = _text.Slice(start, length);
        SkipSpace();
        if (length == 0 || !Take((byte)'=')) return NotXml("an attribute has no value");
        SkipSpace();
        if (_at >= _text.Length || _text[_at] is not ((byte)'"' or (byte)'\'')) return NotXml("an attribute's value is not quoted");
        byte quote = _text[_at++];
        int end = _text[_at..].IndexOf(quote);
        if (end < 0) return NotXml("an attribute's value is not closed");
        ReadOnlySpan<byte> value = _text.Slice(_at, end);
        _at += end + 1;
        if (value.ContainsAny((byte)'<', (byte)'&'))
        {
            if (value.Contains((byte)'<')) return NotXml("an attribute's value has '<'");
            if (References(value) is { } fault) return fault;
        }

        if (name.SequenceEqual("xmlns"u8))
        {
            declared = true;
            return value.SequenceEqual(Namespace) ? null : new Fault("txt-1", "a namespace other than XHTML's is declared");
        }

        if (name.StartsWith("xmlns:"u8)) return null;
        if (!s_attributes.Contains(name))
        {
            return new Fault("txt-1", $"attribute {FhirDocument.Shown(name)} is not allowed");
        }

        bool link = name.SequenceEqual("href"u8) || name.SequenceEqual("src"u8);
        return link && IsActive(value) ? new Fault("txt-1", "a link runs a script") : null;
    }

    /// <summary>A script URL, also when hidden with character references or white space.</summary>
    private static bool IsActive(ReadOnlySpan<byte> value)
    {
        // What stands before the first slash, question mark or fragment makes the scheme. Without a reference, white space or a
        // control character in it nothing is hidden.
        int end = value.IndexOfAny((byte)'/', (byte)'?', (byte)'#');
        if (!(end < 0 ? value : value[..end]).ContainsAny(s_hiding)) return StartsActive(value);
        string decoded = System.Net.WebUtility.HtmlDecode(Encoding.UTF8.GetString(value));
        string plain = string.Concat(decoded.Where(c => c > ' ' && !char.IsControl(c)));
        return StartsActive(Encoding.UTF8.GetBytes(plain));
    }

    private static bool StartsActive(ReadOnlySpan<byte> value) =>
        StartsWith(value, "javascript:"u8) || StartsWith(value, "vbscript:"u8) || StartsWith(value, "data:text/html"u8);

    private static bool StartsWith(ReadOnlySpan<byte> value, ReadOnlySpan<byte> scheme) =>
        value.Length >= scheme.Length && Ascii.EqualsIgnoreCase(value[..scheme.Length], scheme);

    private (int Start, int Length) Name()
    {
        int start = _at;
        bool[] ends = s_endsName;
        while (_at < _text.Length && !ends[_text[_at]]) _at++;
        return (start, _at - start);
    }

    private bool SkipSpace()
    {
        int start = _at;
        while (_at < _text.Length && _text[_at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') _at++;
        return _at > start;
    }

    private bool Take(byte wanted)
    {
        if (_at >= _text.Length || _text[_at] != wanted) return false;
        _at++;
        return true;
    }

    private static Fault NotXml(string what) => new("txt-1", $"it is not well-formed XHTML: {what}");
}
