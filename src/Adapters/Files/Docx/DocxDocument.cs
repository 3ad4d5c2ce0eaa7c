using System.Xml.Linq;

namespace Consortium.Adapters.Files.Docx;

/// <summary>The text of a DOCX file: page headers, the body, notes, page footers. A header or footer that several sections repeat stands once.</summary>
internal static class DocxDocument
{
    private const string Main = "document.main+xml";
    private const string Template = "template.main+xml";
    private const string MacroDocument = "document.macroEnabled.main+xml";
    private const string MacroTemplate = "template.macroEnabledTemplate.main+xml";

    /// <exception cref="FileRefusedException">The text cannot be had whole.</exception>
    public static FlowText Read(ReadOnlyMemory<byte> bytes)
    {
        using DocxPackage package = DocxPackage.Open(bytes);
        string part = package.MainPart();
        CheckKind(package, part);
        XElement document = package.Xml(part) ?? throw FileRefusedException.Damaged("the document's main part is missing");
        if (document.Word("body") is not { } body) throw FileRefusedException.Damaged("the document has no body");

        IReadOnlyList<(string Id, string Kind, string Part)> related = package.Related(part);
        var styles = new DocxStyles(Part(package, related, "styles"));
        var numbering = new DocxNumbering(Part(package, related, "numbering"));
        bool differentEven = Part(package, related, "settings").OnOff("evenAndOddHeaders") ?? false;
        var story = new DocxStory(styles, numbering);
        Margins(package, related, body, "headerReference", differentEven, story);
        story.Blocks(body);
        Notes(package, related, story, "footnotes", "footnote");
        Notes(package, related, story, "endnotes", "endnote");
        Margins(package, related, body, "footerReference", differentEven, story);
        return new FlowText(story.Flow.ToString(), story.Pictures, story.Flow.Notices);
    }

    // A spreadsheet or a presentation in this form may hold a Word document, so the name of a part says nothing.
    private static void CheckKind(DocxPackage package, string part)
    {
        XElement? types = package.Xml("[Content_Types].xml");
        string? type = types?.Elements().FirstOrDefault(one => one.Attribute("PartName")?.Value.TrimStart('/') == part)?.Attribute("ContentType")?.Value
            ?? types?.Elements().FirstOrDefault(one => one.Name.LocalName == "Default" && part.EndsWith("." + one.Attribute("Extension")?.Value, StringComparison.OrdinalIgnoreCase))?.Attribute("ContentType")?.Value;
        if (type is null) throw FileRefusedException.Damaged("the package does not say what its main part is");
        if (!type.EndsWith(Main, StringComparison.Ordinal) && !type.EndsWith(Template, StringComparison.Ordinal)
            && !type.EndsWith(MacroDocument, StringComparison.Ordinal) && !type.EndsWith(MacroTemplate, StringComparison.Ordinal))
        {
            throw new FileRefusedException("not-supported", "this Office file is not a text document. Send the text as DOCX, RTF, PDF or plain text.");
        }
    }

    private static XElement? Part(DocxPackage package, IReadOnlyList<(string Id, string Kind, string Part)> related, string kind) =>
        related.FirstOrDefault(one => one.Kind == kind).Part is { } part ? package.Xml(part) : null;

    private static void Margins(
        DocxPackage package, IReadOnlyList<(string Id, string Kind, string Part)> related, XElement body, string reference, bool differentEven, DocxStory story)
    {
        var done = new HashSet<string>(StringComparer.Ordinal);
        foreach (XElement section in body.Descendants().Where(one => one.Name.LocalName == "sectPr" && one.IsWord()))
        {
            bool differentFirst = section.OnOff("titlePg") ?? false;
            foreach (XElement one in section.Words(reference))
            {
                // A first page's and the even pages' own are kept in the file also while they are switched off (17.10.1, 17.10.6).
                if (one.AttributeValue("type") is "first" && !differentFirst) continue;
                if (one.AttributeValue("type") is "even" && !differentEven) continue;
                string? part = related.FirstOrDefault(candidate => candidate.Id == one.AttributeValue("id")).Part;
                if (part is null || package.Xml(part) is not { } margin || !done.Add(margin.Value)) continue;
                story.Blocks(margin);
            }
        }
    }

    private static void Notes(DocxPackage package, IReadOnlyList<(string Id, string Kind, string Part)> related, DocxStory story, string kind, string element)
    {
        if (story.NotesReferred(element) is not { Count: > 0 } referred) return;
        XElement? notes = Part(package, related, kind);
        foreach (string id in referred)
        {
            if (notes.Words(element).FirstOrDefault(note => note.AttributeValue("id") == id) is { } note) story.Blocks(note);
        }
    }
}
