using System.Text.Json.Nodes;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Language.Paths;

namespace Consortium.Adapters.Hl7V2.Language.Run;

/// <summary>An object that a running map made for a node.</summary>
/// <param name="Repetition">The repetition that made it; of number 0 where none did.</param>
/// <param name="Parent">What it stands in.</param>
/// <param name="Object">The object.</param>
internal readonly record struct Made(Er7Value Repetition, JsonObject Parent, JsonObject Object);

/// <summary>One map at work on one target: which objects its nodes have become.</summary>
internal sealed class Frame(JsonObject root, MapRun run, int slots)
{
    private readonly List<Made>?[] _made = new List<Made>?[slots];

    /// <summary>The target.</summary>
    public JsonObject Root { get; } = root;

    /// <summary>The message.</summary>
    public MapRun Run { get; } = run;

    /// <summary>True as soon as something of the message was written.</summary>
    public bool HasData { get; set; }

    /// <summary>The object of a node for a repetition, made where it is not there. For rows that write to one element.</summary>
    public JsonObject One(PathNode node, in Er7Value repetition, string? field)
    {
        if (node.Parent is null) return Root;
        JsonObject parent = One(node.Parent, repetition, field);
        return Of(node, parent, repetition, node.Driver is not null && node.Driver == field);
    }

    /// <summary>The objects of a node that a row writes to: the one of its repetition where its field made the label, else all.</summary>
    /// <param name="node">The node.</param>
    /// <param name="repetition">The repetition at hand.</param>
    /// <param name="field">The row's field; null for a fixed value.</param>
    /// <returns>The objects with the repetition that each is of.</returns>
    public List<Made> Each(PathNode node, in Er7Value repetition, string? field)
    {
        var found = new List<Made>();
        if (node.Parent is null)
        {
            found.Add(new Made(repetition, Root, Root));
            return found;
        }

        foreach (Made parent in Each(node.Parent, repetition, field))
        {
            bool own = node.Driver is not null && node.Driver == field;
            if (node.Label is null || own)
            {
                found.Add(new Made(parent.Repetition, parent.Object, Of(node, parent.Object, repetition, own)));
                continue;
            }

            int before = found.Count;
            foreach (Made made in _made[node.Slot] ?? [])
            {
                if (ReferenceEquals(made.Parent, parent.Object)) found.Add(made.Repetition.Repetition > 0 ? made : made with { Repetition = parent.Repetition });
            }

            if (found.Count == before && (field is not null || !node.MadeByRows))
            {
                found.Add(new Made(parent.Repetition, parent.Object, Of(node, parent.Object, default, false)));
            }
        }

        return found;
    }

    /// <summary>The object of a node below one that is there, made where it is not: for a fixed value whose condition holds for that very element.</summary>
    public JsonObject Below(PathNode made, JsonObject there, PathNode node) =>
        ReferenceEquals(node, made) ? there : Of(node, Below(made, there, node.Parent!), default, false);

    /// <summary>Says that an element which was written whole is the object of its node.</summary>
    public void Remember(PathNode node, JsonObject parent, JsonObject made, in Er7Value repetition) =>
        (_made[node.Slot] ??= []).Add(new Made(repetition, parent, made));

    /// <summary>The object of a node in a parent that is there already; null where none is.</summary>
    public JsonObject? Existing(PathNode node, JsonObject parent, int repetition)
    {
        if (_made[node.Slot] is not { } list) return null;
        foreach (Made made in list)
        {
            if (ReferenceEquals(made.Parent, parent) && made.Repetition.Repetition == repetition) return made.Object;
        }

        return null;
    }

    private JsonObject Of(PathNode node, JsonObject parent, in Er7Value repetition, bool byRepetition)
    {
        if (node.IsResource) return Behind(node, parent);
        if (!node.IsArray)
        {
            if (parent[node.Name] is JsonObject there) return there;
            var single = new JsonObject();
            parent[node.Name] = single;
            return single;
        }

        int number = byRepetition ? repetition.Repetition : 0;
        if (Existing(node, parent, number) is { } existing) return existing;
        var item = new JsonObject();
        if (node.Url is not null) item["url"] = node.Url;
        Append(parent, node.Name, item);
        Remember(node, parent, item, byRepetition ? repetition : default);
        return item;
    }

    // The resource behind a reference belongs to the one that refers to it: its id is made of that one's and of the path.
    private JsonObject Behind(PathNode node, JsonObject reference)
    {
        if (Existing(node, reference, 0) is { } there) return there;
        int number = _made[node.Slot]?.Count ?? 0;
        string key = $"{Run.Owner}|{node.Text}|{number}";
        JsonObject resource = JsonBuilding.Resource(node.Name, Run.Conversion.Id(node.Name, Run.Conversion.Source, key));
        ResourceDraft draft = Run.Conversion.Add(resource, Run.OwnerApply);
        Remember(node, reference, draft.Json, default);
        reference["reference"] = $"{node.Name}/{draft.Id}";
        return draft.Json;
    }

    /// <summary>Appends to an array property.</summary>
    public static void Append(JsonObject parent, string name, JsonNode item)
    {
        if (parent[name] is not JsonArray array) parent[name] = array = [];
        array.Add(item);
    }
}
