using Consortium.Adapters.Elements;
using Consortium.Adapters.Narrative.Lexicon;

namespace Consortium.Adapters.Narrative;

/// <summary>
/// The extension that every fact of a note carries (docs/decisions/0081): where in the original it stands, how it is asserted, how sure the reading is, and by which row of the
/// lexicon it was found. Its StructureDefinition is <c>docs/fhir/StructureDefinition-narrative-evidence.json</c>. What the note says several times has one for each place.
/// </summary>
internal static class Evidence
{
    /// <summary>The extension's URL.</summary>
    public const string Url = "urn:consortium:extension:evidence";

    /// <summary>The extension of a fact; <c>offset</c> and <c>length</c> count Unicode code points of the original without byte-order mark.</summary>
    public static DraftObject Of(NarrativeFact fact, TextSpan span, NoteText note)
    {
        int start = note.CodePoint(span.Start);
        var parts = new DraftArray(
            new DraftObject { ["url"] = "offset", ["valueUnsignedInt"] = start },
            new DraftObject { ["url"] = "length", ["valuePositiveInt"] = note.CodePoint(span.End) - start },
            new DraftObject { ["url"] = "assertion", ["valueCode"] = fact.Assertion.ToString().ToLowerInvariant() },
            new DraftObject { ["url"] = "confidence", ["valueDecimal"] = DraftNode.Parse(fact.Confidence) });
        if (fact.Entry is { } entry) parts.Add(new DraftObject { ["url"] = "entry", ["valueString"] = Named(entry) });
        return new DraftObject { ["extension"] = parts, ["url"] = Url };
    }

    // A code says it exactly; a row without one is named by its term.
    private static string Named(LexiconEntry entry) => entry is { System: not null, Code: not null } ? $"{entry.System}|{entry.Code}" : entry.Term;
}
