using Consortium.Adapters.Cda.Entries;
using Consortium.Adapters.Cda.Types;
using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Cda.Sections;

/// <summary>Sections (CDA R2 4.3.4) to Composition.section: code, title, narrative, entries, sections within.</summary>
internal static class SectionReader
{
    /// <summary>The sections of a body or section; those that say nothing are left out.</summary>
    public static IEnumerable<DraftObject> ReadAll(CdaNode holder, CdaConversion conversion, SectionTraits? around = null)
    {
        foreach (CdaNode component in holder.Children("component"))
        {
            if (component.Child("section") is { } section && Read(section, conversion, around) is { } read) yield return read;
        }
    }

    private static DraftObject? Read(CdaNode section, CdaConversion conversion, SectionTraits? around)
    {
        CdaNode? code = section.Child("code");
        SectionTraits traits = SectionTraits.Of(Loinc(code));
        if (traits.Use == "other" && around is not null) traits = around;
        var scope = new EntryScope(conversion, traits);
        foreach (CdaNode entry in section.Children("entry"))
        {
            if (Statements.Of(entry) is { } statement) EntryReaders.Read(statement, scope);
        }

        DraftObject json = new DraftObject().Set("title", section.Child("title")?.Text ?? code?["displayName"]).Set("code", Codes.Concept(code, conversion));
        foreach (CdaNode author in section.Children("author"))
        {
            json.Append("author", Header.People.Assigned(author.Child("assignedAuthor"), conversion));
        }

        DraftObject? text = NarrativeXhtml.Of(section.Child("text"), conversion.Narrative) ?? NarrativeXhtml.Generated(GeneratedText.Of(section, conversion));
        json.Set("text", text);
        bool inWordsAlone = section.NullFlavor is null && !scope.NilKnown && section.Child("entry") is null && section.Child("component") is null;
        if (inWordsAlone) scope.Entries.AddRange(FreeText.Facts(PlainText.Of(section.Child("text")), section, Loinc(code), conversion));
        json.SetAll("entry", scope.Entries);
        json.SetAll("section", ReadAll(section, conversion, traits));
        if (!json.ContainsKey("entry") && EmptyReason(section, scope) is { } reason)
        {
            json.Set("emptyReason", Element.CodeableConcept("http://terminology.hl7.org/CodeSystem/list-empty-reason", reason, null, null));
        }

        // cmp-1: a section has text, entries or sections.
        if (text is not null || json.ContainsKey("entry") || json.ContainsKey("section")) return json;
        conversion.Inform("incomplete", section, "the section says nothing (no text, no entries that could be read); it is left out.");
        return null;
    }

    private static string? EmptyReason(CdaNode section, EntryScope scope) =>
        scope.NilKnown ? "nilknown" : CdaTables.Map("empty-reason", section.NullFlavor);

    private static string? Loinc(CdaNode? code)
    {
        if (code is null) return null;
        if (code["codeSystem"] is "2.16.840.1.113883.6.1" or null) return code["code"];
        return code.Children("translation").FirstOrDefault(translation => translation["codeSystem"] == "2.16.840.1.113883.6.1")?["code"];
    }
}
