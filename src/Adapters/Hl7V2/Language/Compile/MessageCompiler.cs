using Consortium.Adapters.Hl7V2.Language.Conditions;
using Consortium.Adapters.Hl7V2.Language.Model;
using Consortium.Adapters.Hl7V2.Language.Paths;
using Consortium.Adapters.Hl7V2.Language.Plans;
using Consortium.Fhir;
using Consortium.Messaging;

namespace Consortium.Adapters.Hl7V2.Language.Compile;

/// <summary>Compiles a message map: its groups, and what is made of which segment.</summary>
internal sealed class MessageCompiler(MapCompiler maps, MessageModel model)
{
    // What `in` calls the message itself, for a group that may also stand in another one.
    private const string Message = "message";

    private readonly List<GroupPlan> _groups = [new GroupPlan(0, "", null, [], [], 0)];
    private readonly Dictionary<string, FhirElementType> _names = new(StringComparer.Ordinal);

    /// <summary>The plan.</summary>
    public MessagePlan Compile()
    {
        Groups();
        foreach (MakeModel make in model.Make) Name(make);
        MakePlan[] entries = [.. model.Make.Select(Entry)];

        // A group stands behind the groups that it may stand in, so that what is within it has been added when its turn comes.
        for (int i = _groups.Count - 1; i > 0; i--)
        {
            foreach (GroupPlan parent in _groups.Where(group => group.Children.Contains(_groups[i]))) parent.Makes.UnionWith(_groups[i].Makes);
        }

        return new MessagePlan(model.Name, [.. _groups], entries);
    }

    private void Groups()
    {
        var left = new List<GroupModel>(model.Groups);
        foreach (GroupModel group in left)
        {
            foreach (MapText enclosing in group.In)
            {
                if (enclosing.Value != Message && !left.Exists(other => other.Name.Value == enclosing.Value)) throw enclosing.Fault($"there is no group {enclosing.Value}{Nearest.Hint(enclosing.Value, left.Select(other => other.Name.Value))}.");
            }

            foreach (MapText segment in group.Starts.Concat(group.One).Concat(group.Has)) Segment(segment.Value, segment);
        }

        while (left.Count > 0)
        {
            int next = left.FindIndex(group => group.In.All(enclosing => Known(enclosing.Value) is not null));
            if (next < 0) throw left[0].Name.Fault($"the group {left[0].Name.Value} stands within itself.");
            GroupModel group = left[next];
            left.RemoveAt(next);
            GroupPlan[] parents = group.In.Count == 0 ? [_groups[0]] : [.. group.In.Select(enclosing => Known(enclosing.Value)!)];
            var plan = new GroupPlan(_groups.Count, group.Name.Value, parents[0], [.. group.Starts.Select(text => text.Value)], [.. group.One.Select(text => text.Value)], group.Max);
            plan.Knows.UnionWith(group.Has.Select(text => text.Value));
            foreach (GroupPlan parent in parents) parent.Children.Add(plan);
            _groups.Add(plan);
        }
    }

    private GroupPlan? Known(string group) => group == Message ? _groups[0] : _groups.Find(known => known.Name == group);

    private void Name(MakeModel make)
    {
        if (make.Resource is null) return;
        FhirElementType type = FhirElementType.Find(make.Resource.Value) is { IsResource: true } found && FhirR4.IsResourceType(make.Resource.Value)
            ? found
            : throw make.Resource.Fault($"{make.Resource.Value} is no resource of R4{Nearest.Hint(make.Resource.Value, FhirR4.ResourceTypes)}.");
        if (make.Name is null) return;
        if (_names.TryGetValue(make.Name.Value, out FhirElementType? other) && !other.Equals(type)) throw make.Name.Fault($"{make.Name.Value} is a {other.Name} already.");
        _names[make.Name.Value] = type;
    }

    private MakePlan Entry(MakeModel make, int number)
    {
        (GroupPlan group, string segment) = For(make.For);
        if (make.Needs is not null) Known(make.Needs);
        if (make.Needs is not null && make.Resource is not null && !model.Make.Take(number).Any(other => other.Name?.Value == make.Needs.Value))
        {
            throw make.Needs.Fault($"the entry that makes {make.Needs.Value} must stand before this one.");
        }

        if (make.Refuse is not null) return Refusal(make, number, group, segment);
        string name = string.Intern(make.Name?.Value ?? make.Into?.Value ?? $"{make.Resource!.Value}@{make.At.At}"); // names are compared in every message
        FhirElementType type = make.Resource is not null ? FhirElementType.Find(make.Resource.Value)! : Known(make.Into!);
        RowMapPlan? map = make.Map is null ? null : maps.Segment(make.Map);
        if (map is not null && map.Name.Source != segment) throw make.Map!.Fault($"{map.Name} maps {map.Name.Source}, and the entry is for {segment}.");
        if (map is not null && !map.Target.Equals(type)) throw make.Map!.Fault($"{map.Name} fills a {map.Target.Name}, and {name} is a {type.Name}.");
        foreach (MapText owner in make.Identity is null ? [] : make.Identity.Within.Concat(make.Identity.Between)) Known(owner);
        if (make.Unless is not null) Before(make.Unless, number, type);
        group.Knows.Add(segment);
        if (make.Resource is not null) group.Makes.Add(name);

        // Its own segment, not the first one of that name: three allergies are three.
        var own = new MapName(segment, type.Name, "");
        return new MakePlan
        {
            Number = number,
            At = make.At,
            Group = group,
            Segment = segment,
            Resource = make.Resource?.Value,
            Name = name,
            Map = map,
            Identity = make.Resource is null || make.Identity is { Rule: Identities.NamedRules.None } ? null
                : make.Identity is null ? Identities.NamedRules.Find(Identities.NamedRules.None)
                : MapCompiler.Identity(make.Identity, own, isType: false),
            IdentityText = IdentityText(make.Identity),
            Apply = MapCompiler.Apply(make.Apply, ApplyMode.Update),
            Required = make.Required,
            When = make.When is null ? null : ConditionParser.Parse(make.When, own, isType: false, rowValue: null),
            WhenText = make.When?.Value,
            Each = make.Each,
            Unless = make.Unless?.Value,
            Needs = make.Needs?.Value,
            Refuse = null,
            References = [.. make.Set.Select(pair => Set(pair.Element, pair.Name, type, map)), .. make.Add.Select(pair => Add(pair.Element, pair.Name))],
        };
    }

    private static string IdentityText(IdentityModel? identity)
    {
        if (identity is null || identity.Rule is not null) return identity?.Rule is { } rule ? $"the rule {rule}" : "";
        string from = string.Join(" or ", identity.From.Concat(identity.Between).Select(place => place.Value));
        return identity.And.Count == 0 ? from : $"{from} with {string.Join(", ", identity.And.Select(place => place.Value))}";
    }

    // It says nothing of the segment, which another entry maps or nobody: what is not mapped stays reported.
    private MakePlan Refusal(MakeModel make, int number, GroupPlan group, string segment)
    {
        if (make.Unless is not null) Known(make.Unless);
        group.Knows.Add(segment);
        return new MakePlan
        {
            Number = number,
            At = make.At,
            Group = group,
            Segment = segment,
            Resource = null,
            Name = "",
            Map = null,
            Identity = null,
            IdentityText = "",
            Apply = ApplyMode.Update,
            Required = false,
            When = make.When is null ? null : ConditionParser.Parse(make.When, new MapName(segment, "", ""), isType: false, rowValue: null),
            WhenText = make.When?.Value,
            Each = false,
            Unless = make.Unless?.Value,
            Needs = make.Needs?.Value,
            Refuse = make.Refuse!.Value,
            References = [],
        };
    }

    // Identities are found in the order of the map: what an entry is compared with must have one by then.
    private void Before(MapText name, int number, FhirElementType type)
    {
        if (!Known(name).Equals(type)) throw name.Fault($"{name.Value} is a {Known(name).Name}, and the entry makes a {type.Name}: they are never the same.");
        if (!model.Make.Take(number).Any(make => make.Name?.Value == name.Value)) throw name.Fault($"the entry that makes {name.Value} must stand before this one.");
    }

    private (GroupPlan Group, string Segment) For(MapText text)
    {
        int point = text.Value.LastIndexOf('.');
        string segment = text.Value[(point + 1)..];
        Segment(segment, text);
        if (point < 0) return (_groups[0], segment);
        string group = text.Value[..point];
        return (_groups.Find(known => known.Name == group && known.Parent is not null) ?? throw text.Fault($"there is no group {group}{Nearest.Hint(group, _groups.Skip(1).Select(known => known.Name))}."), segment);
    }

    private static void Segment(string name, MapText at)
    {
        if (name.Length != 3 || !char.IsAsciiLetterUpper(name[0]) || !name.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c))) throw at.Fault($"`{name}` is no segment; three capitals or digits are, such as PV1.");
    }

    private FhirElementType Known(MapText name) => _names.TryGetValue(name.Value, out FhirElementType? type)
        ? type
        : throw name.Fault($"no entry makes a resource called {name.Value}{Nearest.Hint(name.Value, _names.Keys)}.");

    private ReferencePlan Set(MapText element, MapText target, FhirElementType type, RowMapPlan? map)
    {
        bool optional = target.Value.EndsWith('?');
        MapText name = optional ? target with { Value = target.Value[..^1] } : target;
        TargetPath path = Reference(element, type, Known(name));
        return new ReferencePlan(null, path, string.Intern(name.Value), optional, target, map?.Label(path.Container.Text));
    }

    private ReferencePlan Add(MapText element, MapText target)
    {
        int point = element.Value.IndexOf('.', StringComparison.Ordinal);
        if (point < 0) throw element.Fault("the name of a resource and its element are expected, such as report.result.");
        MapText owner = element with { Value = element.Value[..point] };
        bool optional = target.Value.EndsWith('?');
        MapText name = optional ? target with { Value = target.Value[..^1] } : target;
        TargetPath path = Reference(element with { Value = element.Value[(point + 1)..], Column = element.Column + point + 1 }, Known(owner), Known(name));
        return new ReferencePlan(string.Intern(owner.Value), path, string.Intern(name.Value), optional, target, null);
    }

    private static TargetPath Reference(MapText element, FhirElementType type, FhirElementType target)
    {
        var tree = new PathTree(type);
        TargetPath path = tree.Compile(element);
        if (path.Leaf is null || path.Type.Name != "Reference") throw element.Fault($"{element.Value} of {type.Name} is no Reference.");
        if (path.Leaf.ReferenceTargets.Count > 0 && !path.Leaf.ReferenceTargets.Contains(target.Name))
        {
            throw element.Fault($"{element.Value} of {type.Name} does not refer to {target.Name}, but to {string.Join(", ", path.Leaf.ReferenceTargets)}.");
        }

        return path;
    }
}
