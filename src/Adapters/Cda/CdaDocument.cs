using System.Security.Cryptography;
using System.Text;
using Consortium.Adapters.Cda.Header;
using Consortium.Adapters.Cda.Sections;
using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Elements;
using Consortium.Fhir;

namespace Consortium.Adapters.Cda;

/// <summary>A whole document to the resources of a document Bundle: Composition first, Provenance last.</summary>
internal static class CdaDocument
{
    /// <summary>The resources; empty where the document is refused (the conversion has the errors).</summary>
    public static IReadOnlyList<ResourceDraft> Convert(CdaConversion conversion, IRecordAdapter adapter)
    {
        PatientHeader.Read(conversion);
        if (conversion.IsRefused) return [];
        EncounterHeader.Read(conversion);
        DraftObject composition = CompositionHeader.Read(conversion);
        CdaNode? body = conversion.Document.Child("component");
        if (body?.Child("structuredBody") is { } structured)
        {
            composition.SetAll("section", SectionReader.ReadAll(structured, conversion));
        }
        else if (body?.Child("nonXMLBody")?.Child("text") is { } text)
        {
            composition.Append("section", Unstructured(text, conversion));
        }
        else
        {
            conversion.Warn("incomplete", conversion.Document, "the document has no body.");
        }

        if (conversion.IsRefused) return [];
        UnmappedStatements.Report(conversion);
        List<ResourceDraft> drafts = [new ResourceDraft(composition), .. conversion.Drafts];
        int before = conversion.Drafts.Count;
        DraftObject provenance = ProvenanceFactory.Create(conversion.Record, adapter, CdaAdapter.Mapping(conversion.Document), adapter.Version, conversion.Context, drafts);
        CompositionHeader.AddAgents(provenance, conversion);
        drafts.AddRange(conversion.Drafts.Skip(before));
        drafts.Add(new ResourceDraft(provenance));
        return drafts;
    }

    // A document of one file (C-CDA Unstructured Document): plain text is narrative, anything else is kept as it is, with its digest.
    private static DraftObject Unstructured(CdaNode text, CdaConversion conversion)
    {
        DraftObject section = new DraftObject().Set("title", conversion.Document.Child("title")?.Text ?? "Document");
        string type = text["mediaType"] ?? "text/plain";
        byte[]? bytes = text["representation"] == "B64" ? Bodies.Bytes(text, conversion) : text.RawText is { } raw ? Encoding.UTF8.GetBytes(raw) : null;
        if (bytes is null || bytes.Length == 0)
        {
            DraftObject? outside = Bodies.Attachment(text, conversion);
            if (outside is null) return section.Set("text", NarrativeXhtml.Generated(["The document has no content."]));
            return section.Append("entry", Reference(text, outside, null, conversion));
        }

        bool compressed = text["compression"] is not null;
        string? words = compressed || !IsDocument(type) ? null : Words(text, bytes, conversion);
        if (words is not null)
        {
            section.Set("text", NarrativeXhtml.Lines(words));
            section.SetAll("entry", FreeText.Facts(words, text, null, conversion));
        }

        DraftObject binary = JsonBuilding.Resource("Binary", conversion.PlacedId("Binary", text, ""))
            .Set("contentType", compressed ? "application/octet-stream" : Types.KnownCodes.MediaType(type))
            .Set("data", System.Convert.ToBase64String(bytes));
        DraftObject reference = conversion.Add(binary);
        DraftObject attachment = Bodies.Attachment((string)binary["contentType"]!, bytes);
        attachment.Remove("data");
        attachment.Set("url", (string)reference["reference"]!);
        return section.Append("entry", Reference(text, attachment, bytes, conversion));
    }

    // The text of a file that has one (plain, RTF, DOCX, PDF); null, with a warning, where it cannot be read.
    private static string? Words(CdaNode text, byte[] bytes, CdaConversion conversion)
    {
        string? words = Files.SourceText.Of(bytes, out OutcomeIssue? issue)?.Text.Text;
        if (words is not null && words.All(IsXmlCharacter) && !string.IsNullOrWhiteSpace(words)) return words;
        conversion.Warn("not-supported", text, $"the text of the file could not be read ({issue?.Code ?? "structure"}); it is kept as it is.");
        return null;
    }

    private static bool IsDocument(string type) =>
        type.StartsWith("text/plain", StringComparison.OrdinalIgnoreCase) || type.StartsWith("text/rtf", StringComparison.OrdinalIgnoreCase)
        || type.StartsWith("application/", StringComparison.OrdinalIgnoreCase);

    private static DraftObject Reference(CdaNode text, DraftObject attachment, byte[]? bytes, CdaConversion conversion)
    {
        DraftObject document = JsonBuilding.Resource("DocumentReference", conversion.PlacedId("DocumentReference", text, ""));
        if (bytes is not null) document.Set("masterIdentifier", Element.Identifier(ProvenanceFactory.DigestSystem, $"urn:sha256:{System.Convert.ToHexStringLower(SHA256.HashData(bytes))}"));
        document.Set("status", "current").Set("type", Types.Codes.Concept(conversion.Document.Child("code"), conversion));
        document["subject"] = conversion.Subject;
        document.Append("content", new DraftObject().Set("attachment", attachment));
        document.Set("context", conversion.Encounter is null ? null : new DraftObject().Append("encounter", conversion.Encounter.DeepClone()));
        return conversion.Add(document);
    }

    private static bool IsXmlCharacter(char c) => c >= ' ' && c is not ('\uFFFE' or '\uFFFF') || c is '\t' or '\n' or '\r';
}
