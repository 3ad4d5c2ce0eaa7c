using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Language.Paths;

namespace Consortium.Adapters.Hl7V2.Language.Run;

/// <summary>An object that a running map made for a node.</summary>
/// <param name="Node">The node.</param>
/// <param name="Repetition">The repetition that made it; of number 0 where none did.</param>
/// <param name="Parent">What it stands in.</param>
/// <param name="Object">The object.</param>
internal readonly record struct Made(PathNode Node, Er7Value Repetition, DraftObject Parent, DraftObject Object);

/// <summary>One map at work on one target: which objects its nodes have become.</summary>
internal sealed class Frame(MapRun run)
{
    // A map makes few objects, however many nodes its rows name: going through them is cheaper than a table of all nodes.
    private Made[] _made = [];
    private int _count;

    /// <summary>The target.</summary>
    public DraftObject Root { get; private set; } = null!;

    /// <summary>The message.</summary>
    public MapRun Run { get; } = run;

    /// <summary>True as soon as something of the message was written.</summary>
    public bool HasData { get; set; }

    /// <summary>Begins a map on a target.</summary>
    public void Begin(DraftObject root)
    {
        Root = root;
        HasData = false;
        _count = 0;
    }

    /// <summary>Whether the node has become anything.</summary>
    public bool Has(PathNode node)
    {
        for (int i = 0; i < _count; i++)
        {
            if (ReferenceEquals(_made[i].Node, node)) return true;
        }

        return false;
    }

    /// <summary>The object of a node for a repetition, made where it is not there. For rows that write to one element.</summary>
    public DraftObject One(PathNode node, in Er7Value repetition, string? field)
    {
        if (node.Parent is null) return Root;
        DraftObject parent = One(node.Parent, repetition, field);
        return Of(node, parent, repetition, node.Driver is not null && node.Driver == field);
    }

    /// <summary>The objects of a node that a row writes to: the one of its repetition where its field made the label, else all.</summary>
    /// <param name="node">The node.</param>
    /// <param name="repetition">The repetition at hand.</param>
    /// <param name="field">The row's field; null for a fixed value.</param>
    /// <param name="found">Gets the objects with the repetition that each is of.</param>
    public void Each(PathNode node, in Er7Value repetition, string? field, List<Made> found)
    {
        if (node.Parent is null)
        {
            found.Add(new Made(node, repetition, Root, Root));
            return;
        }

        List<Made> parents = Run.RentList();
        Each(node.Parent, repetition, field, parents);
        bool own = node.Driver is not null && node.Driver == field;
        foreach (Made parent in parents)
        {
            if (node.Label is null || own)
            {
                found.Add(new Made(node, parent.Repetition, parent.Object, Of(node, parent.Object, repetition, own)));
                continue;
            }

            int before = found.Count;
            for (int i = 0; i < _count; i++)
            {
                Made made = _made[i];
                if (!ReferenceEquals(made.Node, node) || !ReferenceEquals(made.Parent, parent.Object)) continue;
                found.Add(made.Repetition.Repetition > 0 ? made : made with { Repetition = parent.Repetition });
            }

            if (found.Count == before && (field is not null || !node.MadeByRows))
            {
                found.Add(new Made(node, parent.Repetition, parent.Object, Of(node, parent.Object, default, false)));
            }
        }

        Run.ReturnList(parents);
    }

    /// <summary>The object of a node below one that is there, made where it is not: for a fixed value whose condition holds for that very element.</summary>
    public DraftObject Below(PathNode made, DraftObject there, PathNode node) =>
        ReferenceEquals(node, made) ? there : Of(node, Below(made, there, node.Parent!), default, false);

    /// <summary>Says that an element which was written whole is the object of its node.</summary>
    public void Remember(PathNode node, DraftObject parent, DraftObject made, in Er7Value repetition)
    {
        if (_count == _made.Length) Array.Resize(ref _made, Math.Max(4, _count * 2));
        _made[_count++] = new Made(node, repetition, parent, made);
    }

    /// <summary>The object of a node in a parent that is there already; null where none is.</summary>
    public DraftObject? Existing(PathNode node, DraftObject parent, int repetition)
    {
        for (int i = 0; i < _count; i++)
        {
            ref readonly Made made = ref _made[i];
            if (ReferenceEquals(made.Node, node) && ReferenceEquals(made.Parent, parent) && made.Repetition.Repetition == repetition) return made.Object;
        }

        return null;
    }

    private DraftObject Of(PathNode node, DraftObject parent, in Er7Value repetition, bool byRepetition)
    {
        if (node.IsResource) return Behind(node, parent);
        if (!node.IsArray)
        {
            if (parent.Find(node.Name) is DraftObject there) return there;
            var single = new DraftObject();
            parent.Put(node.Name, single);
            return single;
        }

        int number = byRepetition ? repetition.Repetition : 0;
        if (Existing(node, parent, number) is { } existing) return existing;
        var item = new DraftObject();
        if (node.Url is not null) item.WithText("url", node.Url);
        Append(parent, node.Name, item);
        Remember(node, parent, item, byRepetition ? repetition : default);
        return item;
    }

    // The resource behind a reference belongs to the one that refers to it: its id is made of that one's and of the path.
    private DraftObject Behind(PathNode node, DraftObject reference)
    {
        if (Existing(node, reference, 0) is { } there) return there;
        int number = 0;
        for (int i = 0; i < _count; i++)
        {
            if (ReferenceEquals(_made[i].Node, node)) number++;
        }

        string key = $"{Run.Owner}|{node.Text}|{number}";
        DraftObject resource = JsonBuilding.Resource(node.Name, Run.Conversion.Id(node.Name, Run.Conversion.Source, key));
        ResourceDraft draft = Run.Conversion.Add(resource, Run.OwnerApply);
        Remember(node, reference, draft.Json, default);
        reference["reference"] = $"{node.Name}/{draft.Id}";
        return draft.Json;
    }

    /// <summary>Appends to an array property.</summary>
    public static void Append(DraftObject parent, string name, DraftNode item)
    {
        if (parent.Find(name) is not DraftArray array) parent.Put(name, array = []);
        array.Add(item);
    }
}
