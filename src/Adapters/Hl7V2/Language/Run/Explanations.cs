using System.Globalization;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Er7;

namespace Consortium.Adapters.Hl7V2.Language.Run;

/// <summary>Turns what was noted while a message was mapped into an explanation.</summary>
internal static class Explanations
{
    /// <summary>The explanation of a message.</summary>
    public static RecordExplanation Of(int index, MessageConversion conversion, IReadOnlyList<TraceEntry> trace)
    {
        IEnumerable<string> unused = conversion.Message.Segments.Skip(1).SelectMany(segment => segment.Unread().Select(place => Numbered(segment, place)));
        return new RecordExplanation(index, Elements(conversion.Drafts, trace), [.. unused]);
    }

    /// <summary>The elements of resources with the rules that made them, in the order in which they were made.</summary>
    public static IReadOnlyList<ExplainedElement> Elements(IReadOnlyList<ResourceDraft> drafts, IReadOnlyList<TraceEntry> trace)
    {
        var places = new Dictionary<DraftNode, (string Resource, string Path)>(ReferenceEqualityComparer.Instance);
        foreach (ResourceDraft draft in drafts) Name(draft.Json, $"{draft.ResourceType}/{draft.Id}", draft.ResourceType, places);
        var elements = new List<ExplainedElement>();
        foreach (TraceEntry entry in trace)
        {
            // What was merged into another value or left out has no place in a resource.
            if (!places.TryGetValue(entry.Node, out (string Resource, string Path) place)) continue;
            elements.Add(new ExplainedElement(place.Path, place.Resource, entry.From, entry.Map, entry.At));
        }

        return elements;
    }

    // Patient.name[0].family; what stands beside a primitive under an underscore is an element of it.
    private static void Name(DraftNode node, string resource, string path, Dictionary<DraftNode, (string Resource, string Path)> places)
    {
        places.TryAdd(node, (resource, path));
        if (node is DraftObject json)
        {
            foreach ((string name, DraftNode? value) in json)
            {
                if (value is not null) Name(value, resource, $"{path}.{name.TrimStart('_')}", places);
            }
        }
        else if (node is DraftArray array)
        {
            for (int i = 0; i < array.Count; i++)
            {
                if (array[i] is { } item) Name(item, resource, string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), places);
            }
        }
    }

    private static string Numbered(Er7Segment segment, string place) => segment.Label + place[segment.Name.Length..];
}
