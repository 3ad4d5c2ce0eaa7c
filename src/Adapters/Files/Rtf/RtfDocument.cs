using System.Collections.Frozen;
using System.Text;
using Consortium.Fhir;

namespace Consortium.Adapters.Files.Rtf;

/// <summary>
/// The text of an RTF file (Rich Text Format 1.9.1) as a reader of it sees it. Read here and not by <c>unrtf</c>, which takes hidden and deleted text for text,
/// loses raised digits and characters of Chinese code pages, and moves cells (decision 0165).
/// </summary>
internal sealed class RtfDocument
{
    /// <summary>Groups that show nothing.</summary>
    private static readonly FrozenSet<string> Hidden = FrozenSet.ToFrozenSet(
    [
        "colortbl", "stylesheet", "info", "filetbl", "listtable", "listoverridetable", "rsidtbl", "generator", "xmlnstbl", "themedata", "nonshppict", "tc", "xe", "rxe",
        "bkmkstart", "bkmkend", "fldinst", "template", "ftnsep", "ftnsepc", "ftncn", "aftnsep", "aftnsepc", "aftncn", "annotation", "atnid", "atnauthor", "atrfstart",
        "atrfend", "pgdsctbl", "private", "falt", "panose", "fname", "sn", "sv", "macpict", "nonesttables", "objclass", "objname", "objdata", "shprslt", "pn", "revtbl", "docvar", "listname",
        "pnseclvl", "userprops", "operator", "author", "title", "subject", "keywords", "comment", "doccomm", "bliptag", "blipuid",
    ], StringComparer.Ordinal);

    private readonly RtfFonts _fonts = new();
    private readonly CellFlow _body = new();
    private readonly CellFlow _headers = new();
    private readonly CellFlow _footers = new();
    private readonly CellFlow _notes = new();
    private readonly CellFlow _boxes = new();
    private readonly List<byte> _bytes = [];
    private readonly Stack<RtfState> _groups = new();
    private RtfState _state;
    private int? _defaultFont;
    private int _fallback;
    private int _pictures;
    private int _start;
    private (int Type, int Result, int Default) _form;
    private bool _isLabel;

    private RtfDocument() => _state = new RtfState { Flow = _body };

    /// <exception cref="FileRefusedException">The text cannot be had whole.</exception>
    public static FlowText Read(ReadOnlySpan<byte> bytes)
    {
        var document = new RtfDocument();
        document.Walk(bytes);
        CellFlow[] flows = [document._headers, document._body, document._boxes, document._notes, document._footers];
        var text = new StringBuilder();
        foreach (CellFlow flow in flows)
        {
            flow.End();
            text.Append(flow.Text);
        }

        return new FlowText(text.ToString(), document._pictures, [.. flows.SelectMany(flow => flow.Text.Notices)]);
    }

    private void Walk(ReadOnlySpan<byte> bytes)
    {
        var reader = new RtfReader(bytes);
        bool ignorable = false, opened = false;
        while (true)
        {
            RtfToken token = reader.Next();
            if (token != RtfToken.Byte) Flush();
            switch (token)
            {
                case RtfToken.End:
                    throw FileRefusedException.Damaged("the RTF ends before its last group does: it was cut off");
                case RtfToken.GroupStart:
                    if (_groups.Count >= FileLimits.MostDepth) throw FileRefusedException.TooMuch("groups of the RTF stand in one another too deeply");
                    _groups.Push(_state);
                    _fallback = 0;
                    opened = true;
                    ignorable = false;
                    continue;
                case RtfToken.GroupEnd:
                    if (!EndGroup()) return;
                    break;
                case RtfToken.Control:
                    if (reader.Name.SequenceEqual("*"u8))
                    {
                        ignorable = true;
                        continue; // the destination follows
                    }

                    if (reader.Name.SequenceEqual("bin"u8)) reader.Skip(reader.Number ?? 0);
                    else if (_fallback > 0) _fallback--;
                    else Control(Encoding.ASCII.GetString(reader.Name), reader.Number, opened, ignorable);
                    break;
                case RtfToken.Byte:
                    if (_fallback > 0) _fallback--;
                    else Byte(reader.Value, reader.Offset);
                    break;
            }

            opened = ignorable = false;
        }
    }

    /// <summary>False at the end of the document.</summary>
    private bool EndGroup()
    {
        if (_groups.Count == 0) throw FileRefusedException.Damaged("a group of the RTF ends that never began");
        if (_state.Destination == RtfDestination.FormField && _groups.Peek().Destination != RtfDestination.FormField && _form.Type == 1)
        {
            // 25: as the default says (RTF 1.9.1, "Form Fields").
            Put(_groups.Peek(), (_form.Result == 25 ? _form.Default : _form.Result) == 1 ? "☑" : "☐", always: true);
            _form = default;
        }

        _state = _groups.Pop();
        _isLabel = false;
        _fallback = 0;
        return _groups.Count > 0;
    }

    private void Byte(byte value, int offset)
    {
        switch (_state.Destination)
        {
            case RtfDestination.Fonts:
                _fonts.AddName(value);
                break;
            case RtfDestination.Text:
                if (_bytes.Count == 0) _start = offset;
                _bytes.Add(value);
                break;
        }
    }

    /// <summary>Bytes of text are decoded together: a character may be written as one escaped byte and one plain one.</summary>
    private void Flush()
    {
        if (_bytes.Count == 0) return;
        byte[] bytes = [.. _bytes];
        _bytes.Clear();
        if (_fonts.SymbolFont(_state.Font) is { } symbols)
        {
            Put(_state, string.Concat(bytes.Select(value => SymbolFonts.Show(symbols, value))));
            return;
        }

        try
        {
            Put(_state, _fonts.EncodingOf(_state.Font).GetString(bytes));
        }
        catch (DecoderFallbackException e)
        {
            throw FileRefusedException.Damaged($"the bytes from {_start} on do not fit the character set that the RTF names for them", e);
        }
    }

    private static void Put(in RtfState state, string text, bool always = false)
    {
        if (state.Destination != RtfDestination.Text && !always) return;
        if (state.Hidden || state.Deleted) return;
        if (state.Struck && !string.IsNullOrWhiteSpace(text))
        {
            state.Flow.Text.Notice(IssueSeverity.Warning, "suppressed", "text that is struck through is left out; it stands in the original.");
            return;
        }

        state.Flow.MoveTo(state.Depth);
        state.Flow.Text.Append(text, state.Baseline);
    }

    private void Control(string name, int? number, bool opened, bool ignorable)
    {
        if (opened && Destination(name, ignorable)) return;
        switch (_state.Destination)
        {
            case RtfDestination.Fonts:
                if (name == "f") _fonts.Define(number ?? 0);
                else if (name == "fcharset") _fonts.SetCharset(number ?? 0);
                else if (name == "cpg") _fonts.SetCodePage(number ?? 0);
                return;
            case RtfDestination.FormField:
                if (name == "fftype") _form.Type = number ?? 0;
                else if (name == "ffres") _form.Result = number ?? 0;
                else if (name == "ffdefres") _form.Default = number ?? 0;
                return;
        }

        // Which program it was written for holds for all of it.
        switch (name)
        {
            case "ansicpg":
                _fonts.CodePage = number is > 0 ? number.Value : 1252;
                return;
            case "mac" or "pc" or "pca":
                _fonts.CodePage = name switch { "mac" => 10000, "pc" => 437, _ => 850 };
                return;
            case "deff":
                _defaultFont = _state.Font = number;
                return;
            case "uc":
                _state.FallbackLength = Math.Clamp(number ?? 1, 0, 64);
                return;
        }

        if (!Formatting(name, number) && _state.Destination == RtfDestination.Text) Text(name, number);
    }

    /// <summary>A group that is not text, or text that belongs elsewhere.</summary>
    private bool Destination(string name, bool ignorable)
    {
        switch (name)
        {
            case "fonttbl":
                _state.Destination = RtfDestination.Fonts;
                return true;
            case "pict":
                _pictures++;
                _state.Destination = RtfDestination.Skip;
                return true;
            case "object":
                _pictures++;
                return true;
            case "shppict" or "shp" or "shpinst" or "sp" or "shpgrp":
                if (_state.Destination == RtfDestination.Text) _state.Destination = RtfDestination.Shape;
                return true;
            case "shptxt" or "dptxbxtext" when _state.Destination is RtfDestination.Shape or RtfDestination.Text:
                _state = new RtfState { Flow = _boxes, Font = _defaultFont, FallbackLength = _state.FallbackLength };
                return true;
            case "do" or "dptxbx":
                if (_state.Destination == RtfDestination.Text) _state.Destination = RtfDestination.Shape;
                return true;
            case "formfield":
                _form = (0, 25, 0);
                _state.Destination = RtfDestination.FormField;
                return true;
            case "header" or "headerl" or "headerr" or "headerf":
                Elsewhere(_headers);
                return true;
            case "footer" or "footerl" or "footerr" or "footerf":
                Elsewhere(_footers);
                return true;
            case "footnote":
                Elsewhere(_notes);
                return true;
            case "ud" or "fldrslt" or "result" or "upr" or "nesttableprops":
                return false;
            case "listtext" or "pntext":
                _isLabel = true;
                return false;
            case "moMath" or "oMath" or "mmath":
                Put(_state, SymbolFonts.Unknown.ToString());
                _state.Flow.Text.Notice(IssueSeverity.Warning, "suppressed", "a formula is left out; it stands in the original.");
                _state.Destination = RtfDestination.Skip;
                return true;
        }

        if (!ignorable && !Hidden.Contains(name)) return false;
        _state.Destination = RtfDestination.Skip;
        return true;
    }

    private void Elsewhere(CellFlow flow)
    {
        if (_state.Destination == RtfDestination.Text) _state = new RtfState { Flow = flow, Font = _defaultFont, FallbackLength = _state.FallbackLength };
    }

    private bool Formatting(string name, int? number)
    {
        bool on = number != 0;
        switch (name)
        {
            case "f":
                _state.Font = number;
                break;
            case "plain":
                _state.ResetCharacters(_defaultFont);
                break;
            case "pard":
                _state.InTable = false;
                _state.TableLevel = null;
                break;
            case "intbl":
                _state.InTable = true;
                break;
            case "itap":
                _state.TableLevel = number;
                break;
            case "v":
                _state.Hidden = on;
                break;
            case "deleted":
                _state.Deleted = on;
                break;
            case "strike" or "striked":
                _state.Struck = on;
                break;
            case "super" or "sub" or "nosupersub":
                _state.Baseline = name switch { "super" when on => Baseline.Raised, "sub" when on => Baseline.Lowered, _ => Baseline.Normal };
                break;
            case "up" or "dn":
                _state.Baseline = number == 0 ? Baseline.Normal : name == "up" ? Baseline.Raised : Baseline.Lowered;
                break;
            default:
                return false;
        }

        return true;
    }

    private void Text(string name, int? number)
    {
        switch (name)
        {
            case "u":
                Unicode((char)(ushort)(number ?? 0));
                break;
            case "par" or "sect":
                if (_state.Deleted) break;
                _state.Flow.MoveTo(_state.Depth);
                _state.Flow.Text.EndParagraph();
                break;
            case "line" or "page" or "column" or "softline" or "softpage":
                _state.Flow.MoveTo(_state.Depth);
                _state.Flow.Text.Break();
                break;
            case "cell" or "nestcell":
                _state.Flow.EndCell(_state.Depth);
                break;
            case "row" or "nestrow":
                _state.Flow.EndRow(name == "row" ? 1 : _state.Depth);
                break;
            case "tab":
                // Those around a label only set it off.
                if (!_isLabel) Put(_state, "\t");
                else if (_state.Flow.Text.HasLine) Put(_state, " ");
                break;
            default:
                if (Character(name) is { } character) Put(_state, character);
                break;
        }
    }

    private void Unicode(char c)
    {
        _fallback = _state.FallbackLength;
        Put(_state, _fonts.SymbolFont(_state.Font) is { } symbols && c is >= '\uF000' and <= '\uF0FF' ? SymbolFonts.Show(symbols, c) : c.ToString());
    }

    private static string? Character(string name) => name switch
    {
        "~" => "\u00A0",
        "_" => "-",
        "\\" or "{" or "}" => name,
        "emdash" => "—",
        "endash" => "–",
        "bullet" => "•",
        "lquote" => "‘",
        "rquote" => "’",
        "ldblquote" => "“",
        "rdblquote" => "”",
        "emspace" or "enspace" or "qmspace" => " ",
        _ => null,
    };
}
