using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Narrative;

/// <summary>
/// The extension that every fact of a note carries (docs/decisions/0081): where in the original it stands, how it is asserted, how sure the reading is.
/// </summary>
internal static class Evidence
{
    /// <summary>The extension's URL.</summary>
    public const string Url = "urn:consortium:extension:evidence";

    /// <summary>The extension of a fact; <c>offset</c> and <c>length</c> count Unicode code points of the original without byte-order mark.</summary>
    public static DraftObject Of(NarrativeFact fact, NoteText note)
    {
        int start = note.CodePoint(fact.Span.Start);
        return new DraftObject
        {
            ["extension"] = new DraftArray(
                new DraftObject { ["url"] = "offset", ["valueUnsignedInt"] = start },
                new DraftObject { ["url"] = "length", ["valuePositiveInt"] = note.CodePoint(fact.Span.End) - start },
                new DraftObject { ["url"] = "assertion", ["valueCode"] = fact.Assertion.ToString().ToLowerInvariant() },
                new DraftObject { ["url"] = "confidence", ["valueDecimal"] = DraftNode.Parse(fact.Confidence) }),
            ["url"] = Url,
        };
    }
}
