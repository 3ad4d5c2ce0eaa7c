using System.Text.Json.Nodes;

namespace Consortium.Adapters.Narrative;

/// <summary>
/// The extension that every fact of a note carries (docs/decisions/0081): where in the original it stands, how it is asserted, how sure the reading is.
/// </summary>
internal static class Evidence
{
    /// <summary>The extension's URL.</summary>
    public const string Url = "urn:consortium:extension:evidence";

    /// <summary>The extension of a fact; <c>offset</c> and <c>length</c> count Unicode code points of the original without byte-order mark.</summary>
    public static JsonObject Of(NarrativeFact fact, NoteText note)
    {
        int start = note.CodePoint(fact.Span.Start);
        return new JsonObject
        {
            ["extension"] = new JsonArray(
                new JsonObject { ["url"] = "offset", ["valueUnsignedInt"] = start },
                new JsonObject { ["url"] = "length", ["valuePositiveInt"] = note.CodePoint(fact.Span.End) - start },
                new JsonObject { ["url"] = "assertion", ["valueCode"] = fact.Assertion.ToString().ToLowerInvariant() },
                new JsonObject { ["url"] = "confidence", ["valueDecimal"] = JsonNode.Parse(fact.Confidence) }),
            ["url"] = Url,
        };
    }
}
