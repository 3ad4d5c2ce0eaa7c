using System.Globalization;
using System.Xml.Linq;
using Consortium.Fhir;

namespace Consortium.Adapters.Files.Docx;

/// <summary>
/// Walks WordprocessingML in reading order and gives its text as a reader sees it: insertions are text, deletions are not; hidden text is none;
/// a field is its result; lists have their labels; a text box stands after the paragraph that it is anchored in.
/// </summary>
internal sealed class DocxStory(DocxStyles styles, DocxNumbering numbering)
{
    private readonly Stack<bool> _fieldShows = new();
    private readonly Stack<XElement?> _fieldForms = new();
    private readonly List<XElement> _boxes = [];
    private readonly Dictionary<string, List<string>> _notes = new(StringComparer.Ordinal);
    private XElement? _paragraph;

    /// <summary>The text so far.</summary>
    public TextFlow Flow { get; } = new();

    /// <summary>Pictures and embedded objects met so far.</summary>
    public int Pictures { get; private set; }

    /// <summary>The numbers of the notes referred to, in order.</summary>
    public IReadOnlyList<string> NotesReferred(string kind) => _notes.GetValueOrDefault(kind) ?? [];

    /// <summary>The paragraphs and tables of a body, a cell, a header, a text box.</summary>
    public void Blocks(XElement parent)
    {
        var joined = new List<XElement>();
        foreach (XElement block in Flatten(parent))
        {
            if (block.Name.LocalName == "p")
            {
                joined.Add(block);

                // Where the mark between two paragraphs is deleted, they are one (17.13.5.15).
                if (block.Word("pPr").Word("rPr").Word("del") is null) Paragraph(joined);
            }
            else
            {
                Paragraph(joined);
                Table(block);
            }
        }

        Paragraph(joined);
    }

    /// <summary>Paragraphs and tables, whatever content controls, custom XML or tracked insertions stand around them.</summary>
    private IEnumerable<XElement> Flatten(XElement parent)
    {
        foreach (XElement child in parent.Elements())
        {
            if (!child.IsWord())
            {
                if (child.Name.LocalName != "AlternateContent") continue;
                foreach (XElement block in Alternatives(child).SelectMany(Flatten)) yield return block;
                continue;
            }

            switch (child.Name.LocalName)
            {
                case "p" or "tbl":
                    yield return child;
                    break;
                case "sdt" when !IsPlaceholder(child):
                    foreach (XElement block in child.Words("sdtContent").SelectMany(Flatten)) yield return block;
                    break;
                case "customXml" or "ins" or "moveTo" or "smartTag":
                    foreach (XElement block in Flatten(child)) yield return block;
                    break;
                case "altChunk":
                    throw new FileRefusedException("not-supported", "a part of the document is embedded in another form (altChunk). Open it in Word and save it, then send it again.");
            }
        }
    }

    private void Paragraph(List<XElement> joined)
    {
        if (joined.Count == 0) return;

        // The paragraph takes its properties from the last mark, the one that is left.
        XElement? properties = joined[^1].Word("pPr");
        if (styles.Numbering(properties) is { } list && numbering.Next(list.Number, list.Level, list.Style) is { } label) Flow.Append(label);
        foreach (XElement paragraph in joined)
        {
            _paragraph = paragraph.Word("pPr");
            Inlines(paragraph);
        }

        joined.Clear();
        Flow.EndParagraph();
        if (_boxes.Count == 0) return;
        XElement[] boxes = [.. _boxes];
        _boxes.Clear();
        foreach (XElement box in boxes) Blocks(box);
    }

    private void Table(XElement table)
    {
        foreach (XElement row in Rows(table))
        {
            if (row.Word("trPr").Word("del") is not null) continue; // a tracked deletion of the row
            if (row.Word("trPr").OnOff("hidden") is true) continue;
            Flow.OpenRow();
            foreach (XElement cell in Cells(row))
            {
                Flow.OpenCell();
                XElement? properties = cell.Word("tcPr");

                // The cells below one that spans rows hold only an empty paragraph (17.4.84).
                bool covered = properties.Word("vMerge") is { } merge && merge.Val() is null or "continue";
                if (!covered && properties.Word("cellDel") is null) Blocks(cell);
                Flow.CloseCell();
            }

            Flow.CloseRow();
        }
    }

    private static IEnumerable<XElement> Rows(XElement table) => Within(table, "tr");

    private static IEnumerable<XElement> Cells(XElement row) => Within(row, "tc");

    private static IEnumerable<XElement> Within(XElement parent, string name)
    {
        foreach (XElement child in parent.Elements().Where(WordElements.IsWord))
        {
            if (child.Name.LocalName == name) yield return child;
            else if (child.Name.LocalName is "sdt" or "sdtContent" or "customXml" or "ins" or "moveTo")
            {
                foreach (XElement inner in Within(child, name)) yield return inner;
            }
        }
    }

    private void Inlines(XElement parent)
    {
        foreach (XElement child in parent.Elements())
        {
            if (!child.IsWord())
            {
                if (child.Name.LocalName == "AlternateContent")
                {
                    foreach (XElement alternative in Alternatives(child)) Inlines(alternative);
                }
                else if (child.Name.LocalName is "oMath" or "oMathPara")
                {
                    if (Shows()) DocxFormula.Append(child, Flow);
                }

                continue;
            }

            switch (child.Name.LocalName)
            {
                case "r":
                    Run(child);
                    break;
                case "ins" or "moveTo" or "hyperlink" or "smartTag" or "customXml" or "bdo" or "dir" or "fldSimple":
                    Inlines(child);
                    break;
                case "sdt" when !IsPlaceholder(child):
                    foreach (XElement content in child.Words("sdtContent")) Inlines(content);
                    break;
                case "del" or "moveFrom":
                    Flow.Notice(IssueSeverity.Information, "informational", "tracked changes are not accepted yet; the text is as if they were.");
                    break;
            }
        }
    }

    private void Run(XElement run)
    {
        DocxRun shown = DocxRun.Of(styles.RunProperties(run.Word("rPr"), _paragraph));
        foreach (XElement child in run.Elements())
        {
            string name = child.Name.LocalName;
            if (name == "AlternateContent")
            {
                foreach (XElement alternative in Alternatives(child)) Drawing(alternative);
                continue;
            }

            if (!child.IsWord()) continue;
            if (name == "fldChar") Field(child);
            else if (!Shows() || shown.Hidden) continue;
            else if (name is "drawing" or "pict" or "object") Drawing(child);
            else if (name is "footnoteReference" or "endnoteReference") Refer(name[..^"Reference".Length], child);
            else if (name == "ruby") Inlines(child.Word("rubyBase") ?? child);
            else if (Characters(child, shown) is { Length: > 0 } text) Append(text, shown);
            else if (name is "br" or "cr") Flow.Break();
            else if (name is "commentReference") Flow.Notice(IssueSeverity.Information, "informational", "a reviewer's comment is no text of the document; it stands in the original.");
        }
    }

    private void Append(string text, DocxRun shown)
    {
        if (!shown.Struck)
        {
            Flow.Append(text, shown.Baseline);
            return;
        }

        if (!string.IsNullOrWhiteSpace(text)) Flow.Notice(IssueSeverity.Warning, "suppressed", "text that is struck through is left out; it stands in the original.");
    }

    private static string Characters(XElement element, DocxRun shown) => element.Name.LocalName switch
    {
        "t" => Text(element.Value, shown.SymbolFont),
        "tab" or "ptab" => "\t",
        "noBreakHyphen" => "-",
        "sym" => SymbolFonts.Show(element.AttributeValue("font"), int.TryParse(element.AttributeValue("char"), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code) ? code : 0),
        _ => "",
    };

    // Text of a symbol font: Word writes it at F000 to F0FF of the private use area, other programs as the letters of the same positions.
    private static string Text(string text, string? font) => font is null
        ? text
        : string.Concat(text.Select(c => c is (>= '\uF000' and <= '\uF0FF') or (> ' ' and <= '\u00FF') ? SymbolFonts.Show(font, c) : c.ToString()));

    private void Field(XElement mark)
    {
        switch (mark.AttributeValue("fldCharType"))
        {
            case "begin":
                if (_fieldShows.Count >= FileLimits.MostDepth) throw FileRefusedException.TooMuch("fields stand in one another too deeply");
                _fieldShows.Push(false);
                _fieldForms.Push(mark.Word("ffData"));
                break;
            case "separate" when _fieldShows.Count > 0:
                _fieldShows.Pop();
                _fieldShows.Push(true);
                break;
            case "end" when _fieldShows.Count > 0:
                bool had = _fieldShows.Pop();
                XElement? form = _fieldForms.Pop();
                if (!had && form is not null && Shows()) Flow.Append(FormValue(form));
                break;
        }
    }

    // A box and a list of a form have no result: what they show is in their data (17.16.7, 17.16.9).
    private static string FormValue(XElement form)
    {
        if (form.Word("checkBox") is { } box) return box.OnOff("checked") ?? box.OnOff("default") ?? false ? "☑" : "☐";
        if (form.Word("ddList") is not { } list) return "";
        string?[] entries = [.. list.Words("listEntry").Select(entry => entry.Val())];
        int chosen = list.Word("result").Number() ?? list.Word("default").Number() ?? 0;
        return chosen >= 0 && chosen < entries.Length ? entries[chosen] ?? "" : "";
    }

    /// <summary>True where no field around this place is still at its instruction.</summary>
    private bool Shows() => !_fieldShows.Contains(false);

    private void Refer(string kind, XElement reference)
    {
        if (reference.AttributeValue("id") is not { } id) return;
        if (!_notes.TryGetValue(kind, out List<string>? referred)) _notes.Add(kind, referred = []);
        if (!referred.Contains(id)) referred.Add(id);
    }

    private void Drawing(XElement drawing)
    {
        bool text = false;
        foreach (XElement box in drawing.Descendants().Where(one => one.Name.LocalName == "txbxContent" && one.IsWord()))
        {
            // A box within a box comes with the outer one; of two forms of the same box only the first counts.
            if (box.Ancestors().TakeWhile(ancestor => ancestor != drawing).Any(ancestor => ancestor.Name.LocalName is "txbxContent" or "Fallback")) continue;
            _boxes.Add(box);
            text = true;
        }

        if (text && !drawing.Descendants().Any(one => one.Name.LocalName is "blip" or "imagedata" or "OLEObject")) return;
        Pictures++;
        Flow.Notice(IssueSeverity.Information, "informational", "a picture or embedded object has no text; what it shows stands in the original.");
    }

    /// <summary>Of the alternatives the first one that is not empty: programs write the same thing twice, the second time for older ones (ECMA-376 part 3).</summary>
    private static IEnumerable<XElement> Alternatives(XElement alternates) =>
        alternates.Elements().Where(one => one.Name.LocalName is "Choice" or "Fallback").FirstOrDefault(one => one.HasElements) is { } first ? [first] : [];

    // "Click here to enter text" is an invitation (17.5.2.39).
    private static bool IsPlaceholder(XElement control) => control.Word("sdtPr").OnOff("showingPlcHdr") ?? false;
}
