using System.Text;
using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Cda.Types;

/// <summary>CD, CE, CV and CS to CodeableConcept and Coding.</summary>
internal static class Codes
{
    /// <summary>
    /// The CodeableConcept: the code, its translations, the words of its <c>originalText</c> (with what qualifiers say, which no coding of FHIR has). Null where nothing is said.
    /// </summary>
    public static DraftObject? Concept(CdaNode? cd, CdaConversion conversion)
    {
        if (cd is null) return null;
        string? text = conversion.Narrative.TextOf(cd.Child("originalText"));
        if (Qualifiers(cd, conversion) is { } qualifiers) text = $"{text ?? cd["displayName"] ?? cd["code"]} ({qualifiers})";
        var concept = new DraftObject().Append("coding", Coding(cd, conversion));
        foreach (CdaNode translation in cd.Children("translation"))
        {
            DraftObject? coding = Coding(translation, conversion);
            if (coding is not null && (concept["coding"] as DraftArray)?.Has(coding) != true) concept.Append("coding", coding);
            text ??= coding is null ? conversion.Narrative.TextOf(translation.Child("originalText")) : null;
        }

        if (concept.Count == 0) text ??= Said(cd);
        concept.Set("text", text);
        return concept.Count == 0 ? null : concept;
    }

    /// <summary>As <see cref="Concept"/>; where nothing is said, an extension that says why.</summary>
    public static DraftObject ConceptOrReason(CdaNode? cd, CdaConversion conversion) =>
        Concept(cd, conversion) ?? new DraftObject().Append("extension", Element.DataAbsentReason(CdaTables.AbsentReason(cd?.NullFlavor)));

    /// <summary>The Coding of the code itself; null without one. A code that FHIR cannot write is left to the text.</summary>
    public static DraftObject? Coding(CdaNode? cd, CdaConversion conversion)
    {
        if (cd?["code"] is not { } code) return null;
        if (!IsCode(code))
        {
            conversion.Warn("code-invalid", cd, "the code has spaces where no code has them; only its words are kept.");
            return null;
        }

        string? system = System(cd, conversion);
        if (system is null || KnownCodes.MayBe(system, code)) return Element.Coding(system, code, cd["displayName"]);
        conversion.Warn("code-invalid", cd, "the code is none of the code system that stands beside it; it is kept as words.");
        return null;
    }

    /// <summary>The URI of an element's code system; null where it names none.</summary>
    public static string? System(CdaNode cd, CdaConversion conversion) =>
        cd["codeSystem"] is { } oid ? conversion.Context.IdentifierSystems.Configured(oid) ?? CdaTables.CodeSystem(oid) : null;

    /// <summary>The words of a code: its <c>originalText</c>, else its display name.</summary>
    public static string? Words(CdaNode? cd, CdaConversion conversion) => cd is null ? null : conversion.Narrative.TextOf(cd.Child("originalText")) ?? cd["displayName"];

    // Of a code that cannot stand as one: its words and itself.
    private static string? Said(CdaNode cd)
    {
        string? display = cd["displayName"] ?? (cd.First is { IsText: true } ? cd.RawText : null);
        return cd["code"] is not { } code ? display : display is null ? code : $"{display} ({code})";
    }

    private static string? Qualifiers(CdaNode cd, CdaConversion conversion)
    {
        StringBuilder? text = null;
        foreach (CdaNode qualifier in cd.Children("qualifier"))
        {
            CdaNode? value = qualifier.Child("value");
            if ((Words(value, conversion) ?? value?["code"]) is not { } said) continue;
            text = text is null ? new StringBuilder() : text.Append("; ");
            if (Words(qualifier.Child("name"), conversion) is { } name) text.Append(name).Append(": ");
            text.Append(said);
        }

        return text?.ToString();
    }

    // FHIR R4 datatypes.html#code: no white space but single spaces inside.
    private static bool IsCode(string code)
    {
        for (int i = 0; i < code.Length; i++)
        {
            if (char.IsWhiteSpace(code[i]) && (code[i] != ' ' || char.IsWhiteSpace(code[i + 1]))) return false;
        }

        return true;
    }
}
