using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Language.Conditions;
using Consortium.Adapters.Hl7V2.Language.Conversions;
using Consortium.Adapters.Hl7V2.Language.Model;
using Consortium.Adapters.Hl7V2.Language.Paths;
using Consortium.Adapters.Hl7V2.Language.Plans;

namespace Consortium.Adapters.Hl7V2.Language.Compile;

/// <summary>Compiles the rows of a map.</summary>
internal sealed class RowCompiler(MapCompiler maps)
{
    private readonly ConverterChoice _converters = new(maps);

    /// <summary>Compiles the rows of a map into its plan.</summary>
    public void Compile(RowMapModel model, RowMapPlan plan)
    {
        var tree = new PathTree(plan.Target);
        List<RowPlan> rows = [.. model.Rows.Where(row => row.To is not null).Select(row => Row(row, model, plan, tree))];
        if (!model.IsType) AssignLabels(rows);
        foreach (RowPlan row in rows)
        {
            foreach (PathNode node in row.To.Labelled) node.MadeByRows |= row.From is not null;
        }

        foreach (RowPlan row in rows)
        {
            List<PathNode> labels = [.. row.To.Labelled];
            row.TakesSeveral = row.To.Repeats || row.Converter is { TakesWholeField: true } || labels.Exists(node => node.Driver is not null && node.Driver == row.Field);

            // The element itself is written, not looked for; what it stands in is.
            row.Broadcasts = labels.Exists(node => !ReferenceEquals(node, row.To.LeafNode)
                && (row.From is null ? node.MadeByRows : node.Driver is not null && node.Driver != row.Field));
            row.Awaited = row.From is null ? labels.FindLast(node => !ReferenceEquals(node, row.To.LeafNode) && node.MadeByRows) : null;
        }

        // A row that writes an element whole says what it is to those whose paths go through it.
        HashSet<PathNode> containers = [];
        foreach (RowPlan row in rows)
        {
            for (PathNode? node = row.To.Container; node is not null; node = node.Parent) containers.Add(node);
        }

        foreach (RowPlan row in rows) row.IsWrittenInto = row.To.LeafNode is { } leaf && (leaf.Label is not null || containers.Contains(leaf));

        IEnumerable<Place> unused = model.Rows.SelectMany(row => row.Unused).Select(text => Unused(text, model));
        plan.Complete(rows, unused.ToList());
    }

    private RowPlan Row(RowModel row, RowMapModel model, RowMapPlan plan, PathTree tree)
    {
        Place? from = row.From is null ? null : From(row.From, model);
        TargetPath to = tree.Compile(row.To!);
        Condition? when = row.When is null ? null : ConditionParser.Parse(row.When, model.Name, model.IsType, from);
        if (row.Required && from is null) throw row.At.Fault("`required` goes with `from`.");
        if (to.Leaf is null && row.Value is not null && !to.Type.IsPrimitive) throw row.To!.Fault("a fixed value is written to an element, not to the target itself.");

        ValueConverter? converter = null;
        DraftValue? constant = null;
        if (row.Format is not null) converter = new FormatConverter(row.Format, model);
        else if (row.Value is null) converter = _converters.For(row, from!, to, model, plan);
        else constant = Fixed(row.Value, to);
        if (row.Format is not null && (!to.Type.IsPrimitive || !Primitives.Fits("string", to.Type.Name) && to.Type.Name is not ("code" or "uri")))
        {
            throw row.To!.Fault($"`format` makes a text, and {to.Text} is a {to.Type.Name}.");
        }

        if (row.Format is not null && from is null) throw row.At.Fault("`format` goes with `from`: the field that must hold data for it to be written.");
        return new RowPlan
        {
            Map = model.Name,
            At = row.At,
            From = from,
            Converter = converter,
            Fixed = constant,
            To = to,
            When = when,
            Required = row.Required,
            Because = row.Because?.Value,
            Fields = from is { Base: PlaceBase.Segment, Field: > 0 } ? Er7Segment.BitOf(from.Field) : ulong.MaxValue,
            Field = from is { Base: PlaceBase.Segment } ? $"{from.Name}-{from.Field}" : from is null ? null : from.Text,
            Tested = when is null ? [] : [.. when.Tested],
        };
    }

    private static Place From(MapText text, RowMapModel model)
    {
        Place place = Place.Read(text.Value, model.Name, model.IsType, text.Fault);
        // A segment map may take a field of another segment of the group: the route of a prescription stands in RXR, its timing in TQ1.
        bool known = model.IsType ? place.Base == PlaceBase.Own : place.Base is PlaceBase.Segment or PlaceBase.Other;
        if (!known)
        {
            throw text.Fault($"the map is of {model.Name.Source}, and {text.Value} is not in it; {(model.IsType ? $"{model.Name.Source}.1" : $"{model.Name.Source}-1")} would be.");
        }

        return place.IsSegment ? throw text.Fault($"a field is expected, such as {model.Name.Source}-3.") : place;
    }

    private static Place Unused(MapText text, RowMapModel model)
    {
        Place place = From(text, model);
        return place;
    }

    private static DraftValue Fixed(MapText value, TargetPath to)
    {
        if (!to.Type.IsPrimitive) throw value.Fault($"{to.Text} is a {to.Type.Name}; a fixed value is written to one of its elements, such as {to.Text}.{to.Type.PropertyNames.Order(StringComparer.Ordinal).FirstOrDefault(name => !name.StartsWith('_') && name is not ("id" or "extension"))}.");
        return Primitives.Fixed(value.Value, to.Type.Name) ?? throw value.Fault($"`{value.Value}` is no {to.Type.Name}.");
    }

    /// <summary>
    /// Decides which field's repetitions make the elements of a label: the first row whose last step does not repeat has its outermost free label,
    /// or the one that it ends with. Labels that no field takes stand for one element.
    /// </summary>
    private static void AssignLabels(List<RowPlan> rows)
    {
        foreach (RowPlan row in rows)
        {
            if (row.From is not { Repetition: 0 }) continue;
            List<PathNode> labels = [.. row.To.Labelled];
            if (labels.Count == 0 || labels.Exists(node => node.Driver == row.Field)) continue;
            PathNode? free = row.To.LeafNode is { Label: not null } leaf ? leaf : row.To.Repeats ? null : labels.Find(node => node.Driver is null);
            if (free is { Driver: null }) free.Driver = row.Field;
        }
    }
}
