using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Language.Conditions;
using Consortium.Adapters.Hl7V2.Language.Identities;
using Consortium.Adapters.Hl7V2.Language.Plans;

namespace Consortium.Adapters.Hl7V2.Language.Run;

/// <summary>An entry of the map that applies to a segment.</summary>
internal sealed class Application(MakePlan entry, GroupInstance group, Er7Segment segment)
{
    public MakePlan Entry { get; } = entry;

    public GroupInstance Group { get; } = group;

    public Er7Segment Segment { get; } = segment;

    /// <summary>The next one of the same entry.</summary>
    public Application? Next { get; set; }

    /// <summary>The resource that it made.</summary>
    public NamedResource? Made { get; set; }

    /// <summary>What its map made of which nodes, where its references stand among them.</summary>
    public Frame? Frame { get; set; }
}

/// <summary>Runs a message map: sorts the segments into groups, makes the resources, fills them, joins them, and leaves out what came to nothing.</summary>
internal sealed class MessageRun
{
    /// <summary>From this length on the references of an array are looked up in a set.</summary>
    private const int LongArray = 8;

    private readonly MessagePlan _plan;
    private readonly MapRun _run;
    private readonly (Application? First, Application? Last)[] _applications;
    private readonly List<NamedResource> _resources = [];
    private Dictionary<DraftArray, HashSet<string>>? _referred;

    private MessageRun(MessagePlan plan, MapRun run)
    {
        _plan = plan;
        _run = run;
        var stray = new List<Er7Segment>();
        List<GroupInstance> groups = Grouping.Sort(run.Conversion.Message, plan, stray);
        foreach (Er7Segment segment in stray)
        {
            bool tooMany = Array.Exists(plan.Groups, group => group.Max > 0 && group.Starts.Contains(segment.Name));
            run.Conversion.Error("structure", segment, tooMany
                ? $"the message has more {segment.Name} segments than {plan.Name} may have; which of them it is about must not be guessed. Send a message for each."
                : "the segment that this one belongs to does not stand before it; whose it is must not be guessed.");
        }

        _applications = new (Application?, Application?)[plan.Make.Length];
        foreach (GroupInstance group in groups)
        {
            foreach (Er7Segment segment in group.Segments)
            {
                foreach (MakePlan entry in group.Plan.EntriesOf(segment.Name))
                {
                    if (entry.When is null || Holds(entry.When, segment, group)) Add(new Application(entry, group, segment));
                }
            }
        }
    }

    /// <summary>Maps a message.</summary>
    /// <param name="plan">Its map.</param>
    /// <param name="conversion">The message; gets the resources and issues.</param>
    /// <param name="trace">Gets who made which element; null where nobody asked.</param>
    public static void Map(MessagePlan plan, MessageConversion conversion, List<TraceEntry>? trace = null)
    {
        var run = new MessageRun(plan, new MapRun(conversion, trace));
        run.Each(static entry => entry.Resource is not null, run.Make);
        run.Each(static entry => entry.Refuse is not null, run.Refuse);
        run.Each(static entry => entry.Map is not null, run.Fill);
        run.Each(static entry => entry.References.Length > 0, run.Join);
        run.Finish();
    }

    private void Add(Application application)
    {
        ref (Application? First, Application? Last) chain = ref _applications[application.Entry.Number];
        if (chain.Last is null) chain.First = application;
        else chain.Last.Next = application;
        chain.Last = application;
    }

    private bool Holds(Condition condition, Er7Segment segment, GroupInstance group)
    {
        Scope scope = _run.RentScope(segment, group, default);
        bool holds = condition.Holds(scope);
        _run.ReturnScope(scope);
        return holds;
    }

    // In the order of the map, and within an entry in that of the message.
    private void Each(Func<MakePlan, bool> takesPart, Action<Application> action)
    {
        foreach ((Application? first, _) in _applications)
        {
            if (first is null || !takesPart(first.Entry)) continue;
            for (Application? application = first; application is not null; application = application.Next) action(application);
        }
    }

    private void Make(Application at)
    {
        MakePlan entry = at.Entry;
        if (!IsMade(at, entry.Needs)) return;
        string type = entry.Resource!;
        string? id = null;
        if (entry.Identity is not null)
        {
            Scope scope = _run.RentScope(at.Segment, at.Group, default);
            id = entry.Identity.Find(new IdentityRequest(type, at.Segment, scope, _run, at.Group));
            _run.ReturnScope(scope);
        }

        if (id is null)
        {
            // Never the same id for two things: what nothing identifies belongs to this message alone.
            MessageConversion conversion = _run.Conversion;
            id = conversion.Id(type, conversion.Source, $"{conversion.Record.Digest}|{entry.Name}|{at.Segment.Line}");
            if (entry.Identity is not null)
            {
                conversion.Warn("incomplete", at.Segment[0], $"nothing identifies this {type}: a repeat or a correction of it cannot be matched and will make another one.");
            }
        }

        if (entry.Unless is not null && at.Group.IdOf(entry.Unless) == id) return;
        at.Made = new NamedResource(type, id, JsonBuilding.Resource(type, id), entry, at.Segment);
        _resources.Add(at.Made);
        at.Group.Add(entry.Name, at.Made);
    }

    private void Refuse(Application at)
    {
        if (at.Entry.Unless is { } kept && at.Group.All(kept).Count > 0) return;
        if (Applies(at)) _run.Conversion.Error("business-rule", at.Segment, $"{at.Entry.Refuse} ({at.Entry.At.At})");
    }

    // `needs`: the resource was made. `unless`: the entry's own was not, because it is the other one.
    private static bool Applies(Application at) => IsMade(at, at.Entry.Needs) && (at.Entry.Resource is null || at.Made is not null);

    private static bool IsMade(Application at, string? needed) => needed is null || at.Group.All(needed).Count > 0;

    private void Fill(Application at)
    {
        MakePlan entry = at.Entry;
        if (!Applies(at)) return;
        if (entry.Each)
        {
            foreach (NamedResource each in at.Group.All(entry.Name)) Fill(at, each);
            return;
        }

        bool several = false;
        NamedResource? resource = at.Made ?? at.Group.Only(entry.Name, withData: false, out several);
        if (resource is null)
        {
            if (several) _run.Conversion.Error("structure", at.Segment, $"the message has several {entry.Name}; which one this segment is about must not be guessed ({entry.At.At}).");
            return;
        }

        Fill(at, resource);
    }

    private void Fill(Application at, NamedResource resource)
    {
        _run.Owner = resource.Id;
        _run.OwnerApply = resource.Entry.Apply;
        Scope scope = _run.RentScope(at.Segment, at.Group, default);
        Frame frame = _run.RentFrame(resource.Json);
        at.Entry.Map!.Fill(frame, scope);
        _run.ReturnScope(scope);
        resource.HasData |= frame.HasData;
        if (at.Entry.KeepsFrame) at.Frame = frame;
        else _run.ReturnFrame(frame);
    }

    private void Join(Application at)
    {
        MakePlan entry = at.Entry;
        NamedResource? own = at.Made ?? (entry.Resource is null ? at.Group.Only(entry.Name, withData: true, out _) : null);
        if (own is not { HasData: true } || !Applies(at)) return;
        foreach (ReferencePlan reference in entry.References)
        {
            if (reference.Owner is null)
            {
                Refer(reference, own, Target(reference, at), Labelled(at, reference, own));
                continue;
            }

            // `add`: the other resource refers to this one, or to the one that the entry names.
            NamedResource? target = reference.Name == entry.Name ? own : Target(reference, at);
            if (at.Group.Only(reference.Owner, withData: true, out bool several) is { } owner) Refer(reference, owner, target);
            else if (several && !reference.IsOptional) Ambiguous(reference.Owner, at.Segment, reference);
        }
    }

    private NamedResource? Target(ReferencePlan reference, Application at)
    {
        NamedResource? target = at.Group.Only(reference.Name, withData: true, out bool several);
        if (several && !reference.IsOptional) Ambiguous(reference.Name, at.Segment, reference);
        return target;
    }

    private void Ambiguous(string name, Er7Segment segment, ReferencePlan reference) => _run.Conversion.Error(
        "structure", segment, $"the message has several {name} here; which one is meant must not be guessed ({reference.At.At}).");

    // A reference stands in the element that the entry's own map has made under the same label: the diagnosis with its use, the link with its type.
    private static DraftObject? Labelled(Application at, ReferencePlan reference, NamedResource own) =>
        at.Frame is { } frame && reference.Label is { } node
            ? frame.Existing(node, own.Json, 0) ?? frame.Existing(node, own.Json, 1)
            : null;

    private void Refer(ReferencePlan reference, NamedResource owner, NamedResource? target, DraftObject? labelled = null)
    {
        if (target is null || owner.IsRefused || target.IsRefused) return;
        if (owner.Type == target.Type && owner.Id == target.Id)
        {
            owner.IsRefused = true;
            _run.Conversion.Error("business-rule", owner.Segment, $"by its numbers this is the same {owner.Type} as that of {target.Segment.Label}, and {reference.Path.Text} would refer to itself. Send the numbers of two different ones ({reference.At.At}).");
            return;
        }

        DraftObject container = labelled ?? Container(reference, owner);
        string name = reference.Path.Leaf!.Name;
        DraftObject value = target.SharedReference;
        if (_run.Trace is not null)
        {
            value = Element.ReferenceTo(target.Reference);
            _run.Trace.Add(new TraceEntry(value, target.Segment.Label, _plan.Name, reference.At.At));
        }

        if (!reference.Path.Repeats) container.Put(name, value);
        else if (container.Find(name) is not DraftArray array || !IsIn(array, value, target.Reference)) Frame.Append(container, name, value);
    }

    private DraftObject Container(ReferencePlan reference, NamedResource owner)
    {
        Frame frame = _run.RentFrame(owner.Json);
        DraftObject container = frame.One(reference.Path.Container, default, null);
        _run.ReturnFrame(frame);
        return container;
    }

    private bool IsIn(DraftArray array, DraftObject reference, string written)
    {
        if (array.Count < LongArray) return array.Has(reference);
        _referred ??= new Dictionary<DraftArray, HashSet<string>>(ReferenceEqualityComparer.Instance);
        if (!_referred.TryGetValue(array, out HashSet<string>? known))
        {
            _referred.Add(array, known = new HashSet<string>(array.Select(item => (string?)item!["reference"] ?? ""), StringComparer.Ordinal));
        }

        return !known.Add(written);
    }

    private void Finish()
    {
        foreach (NamedResource resource in _resources)
        {
            if (!resource.HasData || resource.IsRefused) continue;
            if (resource.Type == "Observation") VitalSigns.Complete(resource.Json);
            _run.Conversion.Add(resource.Json, resource.Entry.Apply, resource.Segment, resource.Entry, resource.SharedReference);
        }

        foreach (MakePlan entry in _plan.Make)
        {
            if (!entry.Required || HasMade(entry)) continue;
            if (entry.WhenText is { } condition && _run.Conversion.Message.First(entry.Segment) is { } there)
            {
                _run.Conversion.Error("required", there, $"the message must have a {entry.Segment} of which the map makes {Article(entry.Resource!)}, and makes it where {condition}; none is so ({entry.At.At}).");
                continue;
            }

            _run.Conversion.Error("required", _run.Conversion.Message.Header, $"the message has no {entry.Segment} segment of which the map makes {Article(entry.Resource!)}; it must have one ({entry.At.At}).");
        }
    }

    private bool HasMade(MakePlan entry)
    {
        for (Application? at = _applications[entry.Number].First; at is not null; at = at.Next)
        {
            if (at.Made is { HasData: true }) return true;
        }

        return false;
    }

    private static string Article(string noun) => $"{(noun[0] is 'A' or 'E' or 'I' or 'O' ? "an" : "a")} {noun}";
}
