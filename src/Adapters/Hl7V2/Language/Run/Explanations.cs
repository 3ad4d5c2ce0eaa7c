using System.Text.Json.Nodes;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Map;

namespace Consortium.Adapters.Hl7V2.Language.Run;

/// <summary>Turns what was noted while a message was mapped into an explanation.</summary>
internal static class Explanations
{
    /// <summary>The explanation of a message.</summary>
    public static RecordExplanation Of(int index, MessageConversion conversion, IReadOnlyList<TraceEntry> trace)
    {
        var byJson = new Dictionary<JsonNode, ResourceDraft>(ReferenceEqualityComparer.Instance);
        foreach (ResourceDraft draft in conversion.Drafts) byJson.TryAdd(draft.Json, draft);
        var elements = new List<ExplainedElement>();
        foreach (TraceEntry entry in trace)
        {
            // What was merged into another value or left out has no place in a resource.
            if (!byJson.TryGetValue(entry.Node.Root, out ResourceDraft? draft)) continue;
            elements.Add(new ExplainedElement(Path(draft.ResourceType, entry.Node), $"{draft.ResourceType}/{draft.Id}", entry.From, entry.Map, entry.At));
        }

        IEnumerable<string> unused = conversion.Message.Segments.Skip(1).SelectMany(segment => segment.Unread().Select(place => Numbered(segment, place)));
        return new RecordExplanation(index, elements, [.. unused]);
    }

    // "$.name[0].family" is Patient.name[0].family; what stands beside a primitive under an underscore is an element of it.
    private static string Path(string resourceType, JsonNode node)
    {
        string path = node.GetPath();
        return resourceType + path[1..].Replace("._", ".", StringComparison.Ordinal);
    }

    private static string Numbered(Er7Segment segment, string place) => segment.Label + place[segment.Name.Length..];
}
