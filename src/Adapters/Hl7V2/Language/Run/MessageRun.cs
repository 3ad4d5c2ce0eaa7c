using System.Text.Json.Nodes;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Language.Conditions;
using Consortium.Adapters.Hl7V2.Language.Identities;
using Consortium.Adapters.Hl7V2.Language.Plans;
using Consortium.Adapters.Hl7V2.Map;
using Consortium.Messaging;

namespace Consortium.Adapters.Hl7V2.Language.Run;

/// <summary>Runs a message map: sorts the segments into groups, makes the resources, fills them, joins them, and leaves out what came to nothing.</summary>
internal sealed class MessageRun
{
    private readonly MessagePlan _plan;
    private readonly MapRun _run;
    private readonly List<GroupInstance> _groups;
    private readonly List<NamedResource> _resources = [];

    private readonly Dictionary<(MakePlan Entry, Er7Segment Segment), Frame> _frames = [];

    private MessageRun(MessagePlan plan, MapRun run)
    {
        _plan = plan;
        _run = run;
        var stray = new List<Er7Segment>();
        _groups = Grouping.Sort(run.Conversion.Message, plan, stray);
        foreach (Er7Segment segment in stray)
        {
            run.Conversion.Error("structure", segment, "the segment that this one belongs to does not stand before it; whose it is must not be guessed.");
        }
    }

    /// <summary>Maps a message.</summary>
    /// <param name="plan">Its map.</param>
    /// <param name="conversion">The message; gets the resources and issues.</param>
    /// <param name="trace">Gets who made which element; null where nobody asked.</param>
    public static void Map(MessagePlan plan, MessageConversion conversion, List<TraceEntry>? trace = null)
    {
        var run = new MessageRun(plan, new MapRun(conversion, trace));
        foreach (MakePlan entry in plan.Make)
        {
            if (entry.Resource is not null) run.Each(entry, run.Make);
        }

        foreach (MakePlan entry in plan.Make)
        {
            if (entry.Map is not null) run.Each(entry, run.Fill);
        }

        foreach (MakePlan entry in plan.Make)
        {
            if (entry.References.Length > 0) run.Each(entry, run.Join);
        }

        run.Finish();
    }

    private void Each(MakePlan entry, Action<MakePlan, GroupInstance, Er7Segment, Scope> action)
    {
        foreach (GroupInstance group in _groups)
        {
            if (!ReferenceEquals(group.Plan, entry.Group)) continue;
            foreach (Er7Segment segment in group.Segments)
            {
                if (segment.Name != entry.Segment) continue;
                var scope = new Scope(segment, group);
                if (entry.When is null || entry.When.Holds(scope)) action(entry, group, segment, scope);
            }
        }
    }

    private void Make(MakePlan entry, GroupInstance group, Er7Segment segment, Scope scope)
    {
        string? id = entry.Identity?.Find(new IdentityRequest(entry.Resource!, segment, scope, _run, group));
        if (id is null)
        {
            // Never the same id for two things: what nothing identifies belongs to this message alone.
            MessageConversion conversion = _run.Conversion;
            id = conversion.Id(entry.Resource!, conversion.Source, $"{conversion.Record.Digest}|{entry.Name}|{segment.Line}");
            if (entry.Identity is not null)
            {
                conversion.Warn("incomplete", segment[0], $"nothing identifies this {entry.Resource}: a repeat or a correction of it cannot be matched and will make another one.");
            }
        }

        var resource = new NamedResource(entry.Resource!, id, JsonBuilding.Resource(entry.Resource!, id), entry, segment);
        _resources.Add(resource);
        group.Add(entry.Name, resource);
    }

    private void Fill(MakePlan entry, GroupInstance group, Er7Segment segment, Scope scope)
    {
        if (entry.Resource is not null)
        {
            foreach (NamedResource own in _resources)
            {
                if (ReferenceEquals(own.Entry, entry) && ReferenceEquals(own.Segment, segment)) Fill(entry, own, scope);
            }

            return;
        }

        List<NamedResource> named = group.All(entry.Name, withData: false);
        if (named.Count == 1) Fill(entry, named[0], scope);
        else if (named.Count > 1) _run.Conversion.Error("structure", segment, $"the message has several {entry.Name}; which one this segment is about must not be guessed ({entry.At.At}).");
    }

    private void Fill(MakePlan entry, NamedResource resource, Scope scope)
    {
        _run.Owner = resource.Id;
        _run.OwnerApply = resource.Entry.Apply;
        resource.HasData |= entry.Map!.Fill(resource.Json, scope, _run, out Frame frame);
        if (entry.References.Length > 0) _frames[(entry, scope.Segment)] = frame;
    }

    private void Join(MakePlan entry, GroupInstance group, Er7Segment segment, Scope scope)
    {
        NamedResource? own = entry.Resource is null
            ? (group.All(entry.Name, withData: true) is [{ } only] ? only : null)
            : _resources.Find(resource => ReferenceEquals(resource.Entry, entry) && ReferenceEquals(resource.Segment, segment));
        if (own is not { HasData: true }) return;
        foreach (ReferencePlan reference in entry.References)
        {
            if (reference.Owner is null)
            {
                Refer(reference, own, Target(reference, group, segment), Labelled(entry, segment, reference, own));
                continue;
            }

            // `add`: the other resource refers to this one, or to the one that the entry names.
            NamedResource? target = reference.Name == entry.Name ? own : Target(reference, group, segment);
            List<NamedResource> owners = group.All(reference.Owner, withData: true);
            if (owners.Count == 1) Refer(reference, owners[0], target);
            else if (owners.Count > 1 && !reference.IsOptional) Ambiguous(reference.Owner, segment, reference);
        }
    }

    private NamedResource? Target(ReferencePlan reference, GroupInstance group, Er7Segment segment)
    {
        List<NamedResource> named = group.All(reference.Name, withData: true);
        if (named.Count > 1 && !reference.IsOptional) Ambiguous(reference.Name, segment, reference);
        return named.Count == 1 ? named[0] : null;
    }

    private void Ambiguous(string name, Er7Segment segment, ReferencePlan reference) => _run.Conversion.Error(
        "structure", segment, $"the message has several {name} here; which one is meant must not be guessed ({reference.At.At}).");

    // A reference stands in the element that the entry's own map has made under the same label: the diagnosis with its use, the link with its type.
    private JsonObject? Labelled(MakePlan entry, Er7Segment segment, ReferencePlan reference, NamedResource own) =>
        entry.Map?.Label(reference.Path.Container.Text) is { } node && _frames.TryGetValue((entry, segment), out Frame? frame)
            ? frame.Existing(node, own.Json, 0) ?? frame.Existing(node, own.Json, 1)
            : null;

    private void Refer(ReferencePlan reference, NamedResource owner, NamedResource? target, JsonObject? labelled = null)
    {
        if (target is null) return;
        JsonObject container = labelled ?? new Frame(owner.Json, _run, reference.Slots).One(reference.Path.Container, default, null);
        JsonObject value = Element.Reference(target.Type, target.Id);
        string name = reference.Path.Leaf!.Name;
        _run.Trace?.Add(new TraceEntry(value, target.Segment.Label, _plan.Name, reference.At.At));
        if (!reference.Path.Repeats) container[name] = value;
        else if (container[name] is not JsonArray array || !array.Any(other => JsonNode.DeepEquals(other, value))) Frame.Append(container, name, value);
    }

    private void Finish()
    {
        foreach (NamedResource resource in _resources)
        {
            if (!resource.HasData) continue;
            if (resource.Type == "Observation") VitalSigns.Complete(resource.Json);
            _run.Conversion.Add(resource.Json, resource.Entry.Apply);
        }

        foreach (MakePlan entry in _plan.Make)
        {
            if (!entry.Required || _resources.Exists(resource => ReferenceEquals(resource.Entry, entry) && resource.HasData)) continue;
            _run.Conversion.Error("required", _run.Conversion.Message.Header, $"the message has no {entry.Segment} segment of which the map makes a {entry.Resource}; it must have one ({entry.At.At}).");
        }
    }
}
