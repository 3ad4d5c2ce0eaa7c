using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Language.Conditions;
using Consortium.Adapters.Hl7V2.Language.Conversions;
using Consortium.Adapters.Hl7V2.Language.Model;
using Consortium.Adapters.Hl7V2.Language.Paths;
using Consortium.Adapters.Hl7V2.Language.Run;

namespace Consortium.Adapters.Hl7V2.Language.Plans;

/// <summary>A compiled row: everything about it that does not depend on the message is decided.</summary>
internal sealed class RowPlan
{
    /// <summary>The map.</summary>
    public required MapName Map { get; init; }

    /// <summary>Where the row stands.</summary>
    public required MapText At { get; init; }

    /// <summary>Where the value comes from; null for a fixed one.</summary>
    public required Place? From { get; init; }

    /// <summary>How it is converted; null for a fixed value.</summary>
    public required ValueConverter? Converter { get; init; }

    /// <summary>The fixed value.</summary>
    public required DraftValue? Fixed { get; init; }

    /// <summary>Where it goes.</summary>
    public required TargetPath To { get; init; }

    /// <summary>When; null for always.</summary>
    public required Condition? When { get; init; }

    public required bool Required { get; init; }

    /// <summary>What is wrong where a required value is missing, and the way out; null where the map does not say.</summary>
    public required string? Because { get; init; }

    /// <summary>The bit of the field without whose data the row has nothing to do (<see cref="Er7Segment.FieldsWithData"/>); all bits where it may look elsewhere.</summary>
    public required ulong Fields { get; init; }

    /// <summary>The field that labels remember: <c>PID-5</c>; null for a fixed value.</summary>
    public required string? Field { get; init; }

    /// <summary>The places whose content the condition tests.</summary>
    public required Place[] Tested { get; init; }

    /// <summary>True where several repetitions have room.</summary>
    public bool TakesSeveral { get; set; }

    /// <summary>True where the row writes to elements that another field made.</summary>
    public bool Broadcasts { get; set; }

    /// <summary>True where the element may be written into after it was written: by rows whose paths go through it, or by its label.</summary>
    public bool IsWrittenInto { get; set; }

    /// <summary>The innermost element of the path that other rows make by its label; null where the row does not wait for one.</summary>
    public PathNode? Awaited { get; set; }

    /// <summary>Runs a row that has a <see cref="From"/>.</summary>
    public void Run(Frame frame, Scope scope)
    {
        bool wrote = false;
        if (From!.Base == PlaceBase.Segment)
        {
            Er7Value field = scope.Segment[From.Field];
            if (field.HasData)
            {
                if (Converter is { TakesWholeField: true }) wrote = Apply(frame, scope, field, field);
                else if (scope.Segment.Repeats(From.Field)) wrote = EachRepetition(frame, scope, field);
                else if (From.Repetition <= 1) wrote = Repetition(frame, scope, field.OnlyRepetition);
            }
        }
        else if (From.TryFind(scope, out Er7Value value) && value.HasData)
        {
            wrote = Apply(frame, scope, value, default);
        }

        scope.Leave();
        if (Required && !wrote) Missing(frame, scope);
    }

    /// <summary>Runs a row without <see cref="From"/>: a fixed value for what is there and for what is still empty.</summary>
    public void RunFixed(Frame frame, Scope scope)
    {
        if (!Broadcasts)
        {
            if (When is not null && !When.Holds(scope)) return;
            WriteFixed(frame, frame.One(To.Container, default, null));
            MarkTested(scope);
            return;
        }

        // Only what the other rows made is looked at before the condition; what stands within it is made where it holds.
        PathNode labelled = Awaited!;
        if (!frame.Has(labelled)) return;
        List<Made> found = frame.Run.RentList();
        frame.Each(labelled, default, null, found);
        foreach (Made made in found)
        {
            scope.At(made.Repetition, made.Repetition);
            if (When is not null && !When.Holds(scope)) continue;
            WriteFixed(frame, frame.Below(labelled, made.Object, To.Container));
            MarkTested(scope);
        }

        scope.Leave();
        frame.Run.ReturnList(found);
    }

    private bool EachRepetition(Frame frame, Scope scope, in Er7Value field)
    {
        bool wrote = false;
        foreach (Er7Value repetition in field.Repetitions())
        {
            if (From!.Repetition > 0 && repetition.Repetition != From.Repetition) continue;
            Er7Value part = From.PartOf(repetition);
            if (!part.HasData) continue;
            if (wrote && !TakesSeveral)
            {
                frame.Run.Conversion.Warn("incomplete", part, $"{To.Text} takes one value and the field has several; this one stays in the raw record ({At.At}).");
                continue;
            }

            wrote |= Apply(frame, scope, part, repetition);
        }

        return wrote;
    }

    private bool Repetition(Frame frame, Scope scope, in Er7Value repetition)
    {
        if (From!.Component == 0) return Apply(frame, scope, repetition, repetition);
        Er7Value part = From.PartOf(repetition);
        return part.HasData && Apply(frame, scope, part, repetition);
    }

    private bool Apply(Frame frame, Scope scope, in Er7Value part, in Er7Value repetition)
    {
        scope.At(repetition, part);
        if (When is not null && !When.Holds(scope)) return false;
        if (To.IsWhole && Converter is not null)
        {
            string[]? before = frame.Run.Trace is null ? null : [.. frame.Root.Select(property => property.Key)];
            if (!Converter.Fill(frame.Root, part, scope, frame.Run)) return false;
            frame.HasData = true;
            if (before is not null)
            {
                foreach ((string name, DraftNode? made) in frame.Root)
                {
                    if (made is not null && !before.Contains(name)) Trace(frame, made, part);
                }
            }

            MarkTested(scope);
            return true;
        }

        int drafts = frame.Run.Trace is null ? 0 : frame.Run.Conversion.Drafts.Count;
        DraftNode? value = Fixed is not null ? Constant(frame) : Converter!.Convert(part, scope, frame.Run);
        if (value is null) return false;
        if (frame.Run.Trace is not null) TraceDrafts(frame, drafts, part);
        frame.HasData = true;
        MarkTested(scope);
        if (!Broadcasts)
        {
            Write(frame, frame.One(To.Container, repetition, Field), value, part, repetition);
            return true;
        }

        bool first = true;
        List<Made> found = frame.Run.RentList();
        frame.Each(To.Container, repetition, Field, found);
        foreach (Made made in found)
        {
            Write(frame, made.Object, first ? value : value.DeepClone(), part, repetition);
            first = false;
        }

        frame.Run.ReturnList(found);
        return true;
    }

    private void Write(Frame frame, DraftObject container, DraftNode value, in Er7Value part, in Er7Value repetition)
    {
        string name = To.Name;
        if (To.Repeats)
        {
            int number = To.LeafNode is { Label: not null, Driver: not null } && To.LeafNode.Driver == Field ? repetition.Repetition : 0;
            if (value is DraftObject item && To.LeafNode is { } node)
            {
                if (node.Label is not null && frame.Existing(node, container, number) is { } there)
                {
                    Merge(frame, there, item, part);
                    return;
                }

                if (node.Url is not null && !item.ContainsKey("url")) item["url"] = node.Url;
                if (IsWrittenInto && (node.Label is not null || frame.Existing(node, container, 0) is null)) frame.Remember(node, container, item, number > 0 ? repetition : default);
            }

            if (container.Find(name) is not DraftArray array) container.Put(name, array = []);
            else if (array.Has(value)) return; // the same twice says nothing more
            array.Add(value);
            Trace(frame, value, part);
            return;
        }

        if (container.FindOrPut(name, value) is not { } existing)
        {
            Trace(frame, value, part);
        }
        else if (existing is DraftObject first && value is DraftObject second)
        {
            Merge(frame, first, second, part);
        }
        else if (!DraftNode.DeepEquals(existing, value))
        {
            Conflict(frame, part);
        }
    }

    private void Merge(Frame frame, DraftObject there, DraftObject more, in Er7Value part)
    {
        foreach ((string name, DraftNode? value) in more.ToArray())
        {
            if (there[name] is not { } existing)
            {
                more.Remove(name);
                there[name] = value;
                if (value is not null) Trace(frame, value, part);
            }
            else if (existing is DraftArray array && value is DraftArray additions)
            {
                foreach (DraftNode? addition in additions.ToArray())
                {
                    additions.Remove(addition);
                    if (!array.Has(addition)) array.Add(addition);
                }
            }
            else if (existing is DraftObject first && value is DraftObject second)
            {
                Merge(frame, first, second, part);
            }
            else if (!DraftNode.DeepEquals(existing, value))
            {
                Conflict(frame, part);
            }
        }
    }

    private void WriteFixed(Frame frame, DraftObject container)
    {
        string name = To.Name;
        if (container.ContainsKey(name) && !To.Repeats) return;
        DraftNode value = Constant(frame);
        if (To.Repeats)
        {
            if (container[name] is DraftArray array && array.Has(value)) return;
            Frame.Append(container, name, value);
        }
        else
        {
            container[name] = value;
        }

        Trace(frame, value, default);
    }

    // An explanation tells the places of a value apart by the value itself.
    private DraftValue Constant(Frame frame) => frame.Run.Trace is null ? Fixed! : Fixed!.Twin();

    private void Conflict(Frame frame, in Er7Value part)
    {
        if (IsMeasured) frame.Run.Conversion.Error("conflict", part, $"{To.Text} has another value from another field: what would be left is half of each, an amount that nobody wrote ({At.At}). Give one of the rows a condition.");
        else frame.Run.Conversion.Warn("conflict", part, $"{To.Text} has another value from another field already, which stays; this one is kept in the raw record ({At.At}). Give one of the rows a condition.");
    }

    /// <summary>Types whose parts mean nothing without each other: a number with another one's unit is a wrong dose.</summary>
    private static readonly HashSet<string> Measures = new(StringComparer.Ordinal)
        { "Quantity", "SimpleQuantity", "MoneyQuantity", "Age", "Count", "Distance", "Duration", "Money", "Range", "Ratio", "Timing", "Timing.repeat" };

    private bool IsMeasured => Measures.Contains(To.Container.Type.Name) || Measures.Contains(To.Type.Name);

    private void Missing(Frame frame, Scope scope)
    {
        if (When is not null && !When.Holds(scope)) return;
        string reason = $"{From!.Text} is missing. {Because ?? $"The {Map.Target} cannot be made without it: have the sender fill it, or let a map of the site say what to do where it is empty."} ({At.At})";
        if (From.Base == PlaceBase.Segment) frame.Run.Conversion.Error("required", From.PartOf(scope.Segment[From.Field]), reason);
        else if (From.TryFind(scope, out Er7Value value) && value.Field > 0) frame.Run.Conversion.Error("required", value, reason);
        else frame.Run.Conversion.Error("required", scope.Segment, reason);
    }

    private void MarkTested(Scope scope)
    {
        foreach (Place place in Tested)
        {
            if (place.TryFind(scope, out Er7Value value) && value.HasData) value.MarkRead();
        }
    }

    private void Trace(Frame frame, DraftNode node, in Er7Value from) => frame.Run.Trace?.Add(
        new TraceEntry(node, from.Field > 0 ? from.Place : null, Map.ToString(), At.At));

    // What a conversion made beside the element: a Practitioner, a Location.
    private void TraceDrafts(Frame frame, int before, in Er7Value from)
    {
        for (int i = before; i < frame.Run.Conversion.Drafts.Count; i++) Trace(frame, frame.Run.Conversion.Drafts[i].Json, from);
    }
}
