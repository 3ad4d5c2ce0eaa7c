using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Language.Paths;
using Consortium.Adapters.Hl7V2.Language.Run;
using Consortium.Adapters.Table.Language.Compile;
using Consortium.Adapters.Table.Language.Values;
using Consortium.Adapters.Table.Sources;
using Consortium.Fhir;

namespace Consortium.Adapters.Table.Language.Run;

/// <summary>Fills one resource from the rows that it is made of.</summary>
internal sealed class CellWriter(GroupRun run, CellResource resource)
{
    private readonly Dictionary<(PathNode Node, DraftObject Parent), DraftObject> _made = [];

    /// <summary>Runs the rows of the entry; true where something of the table was written.</summary>
    public bool Fill()
    {
        bool wrote = false;
        foreach (CellRowPlan row in resource.Entry.Rows)
        {
            if (row.From >= 0) wrote |= Write(row);
        }

        if (!wrote) return false;
        foreach (CellRowPlan row in resource.Entry.Rows)
        {
            if (row.From < 0 && (row.When is null || resource.Rows.Any(at => row.When(run.Table, at)))) WriteFixed(row);
        }

        return true;
    }

    private bool Write(CellRowPlan plan)
    {
        List<TableRow> found = Values(plan);
        if (found.Count > 1 && plan.Several == Several.Refused)
        {
            run.Add(run.Table.Issue(IssueSeverity.Error, "conflict", found[1], plan.From, $"the rows that belong together disagree: {run.Table.Place(found[0], plan.From)} says something else ({plan.At.At})."));
            return true;
        }

        if (found.Count > 1) found = Choose(plan, found);
        bool wrote = false;
        foreach (TableRow row in found) wrote |= Apply(plan, row);
        if (plan.Required && found.Count == 0 && (plan.When is null || resource.Rows.Any(at => plan.When(run.Table, at))))
        {
            run.Add(run.Table.Issue(IssueSeverity.Error, "required", resource.Rows[0], plan.From, $"the map asks for this value ({plan.At.At})."));
        }

        return wrote;
    }

    // The first row of each different value: with the other columns that the conversion looks at, since 5 mg is another value than 5 g.
    private List<TableRow> Values(CellRowPlan plan)
    {
        var rows = new List<TableRow>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (TableRow row in resource.Rows)
        {
            if (run.Table.Cell(row, plan.From) is not { } text || (plan.When is not null && !plan.When(run.Table, row))) continue;
            string key = text;
            foreach (int other in plan.Conversion?.Also ?? []) key += "\u001F" + run.Table.Cell(row, other);
            if (seen.Add(key)) rows.Add(row);
        }

        return rows;
    }

    private List<TableRow> Choose(CellRowPlan plan, List<TableRow> rows)
    {
        if (plan.Several == Several.All) return rows;
        if (plan.Several == Several.First) return rows[..1];
        var dated = rows.Select(row => (Row: row, Key: plan.Conversion!.DateKey!(run.Table.Cell(row, plan.From)!))).ToList();
        if (dated.Find(pair => pair.Key is null) is { Row: { } undated }) return [undated]; // its conversion says what is wrong
        return [(plan.Several == Several.Latest ? dated.MaxBy(pair => pair.Key, StringComparer.Ordinal) : dated.MinBy(pair => pair.Key, StringComparer.Ordinal)).Row];
    }

    private bool Apply(CellRowPlan plan, TableRow row)
    {
        var scope = new CellScope(run.Table, row, plan.From, run);
        if (plan.Conversion?.Fill is { } fill)
        {
            string[] before = [.. resource.Json.Select(property => property.Key)];
            if (!fill(resource.Json, scope)) return false;
            foreach ((string name, DraftNode? made) in resource.Json)
            {
                if (made is not null && !before.Contains(name)) Trace(made, plan, row);
            }

            return true;
        }

        DraftNode? value = plan.Fixed is not null ? plan.Fixed.Twin() : plan.Conversion!.Convert!(scope);
        if (value is null or DraftObject { Count: 0 }) return false;
        DraftObject container = Container(plan.To.Container);
        string name1 = plan.To.Leaf!.Name;
        if (plan.To.Repeats)
        {
            Append(plan, container, name1, value, row);
        }
        else if (container[name1] is not { } existing)
        {
            container[name1] = value;
            Trace(value, plan, row);
        }
        else if (existing is DraftObject first && value is DraftObject second)
        {
            Merge(first, second, plan, row);
        }
        else if (!DraftNode.DeepEquals(existing, value))
        {
            Conflict(plan, row);
        }

        return true;
    }

    private void Append(CellRowPlan plan, DraftObject container, string name, DraftNode value, TableRow row)
    {
        if (value is DraftObject item && plan.To.LeafNode is { } node)
        {
            if (_made.TryGetValue((node, container), out DraftObject? there) && node.Label is not null)
            {
                Merge(there, item, plan, row);
                return;
            }

            if (node.Url is not null) item["url"] = node.Url;
            _made.TryAdd((node, container), item);
        }

        if (container[name] is DraftArray array && array.Has(value)) return;
        container.Append(name, value);
        Trace(value, plan, row);
    }

    private void Merge(DraftObject there, DraftObject more, CellRowPlan plan, TableRow row)
    {
        foreach ((string name, DraftNode? value) in more.ToArray())
        {
            if (there[name] is not { } existing)
            {
                more.Remove(name);
                there[name] = value;
                if (value is not null) Trace(value, plan, row);
            }
            else if (existing is DraftObject first && value is DraftObject second)
            {
                Merge(first, second, plan, row);
            }
            else if (!DraftNode.DeepEquals(existing, value))
            {
                Conflict(plan, row);
            }
        }
    }

    private void Conflict(CellRowPlan plan, TableRow row) =>
        run.Add(run.Table.Issue(IssueSeverity.Error, "conflict", row, plan.From, $"{plan.To.Text} has another value from another column; which holds must not be guessed ({plan.At.At}). Give one of the rows of the map a condition."));

    private void WriteFixed(CellRowPlan plan)
    {
        // Into what the table's own values have made, and not where they made nothing.
        for (PathNode? node = plan.To.Container; node is { Parent: not null }; node = node.Parent)
        {
            if (node.MadeByRows && Existing(node) is null) return;
        }

        DraftObject container = Container(plan.To.Container);
        string name = plan.To.Leaf!.Name;
        if (container.ContainsKey(name)) return;
        DraftValue value = plan.Fixed!.Twin();
        if (plan.To.Repeats) container.Append(name, value);
        else container[name] = value;
        Trace(value, plan, null);
    }

    private DraftObject Container(PathNode node)
    {
        if (node.Parent is null) return resource.Json;
        DraftObject parent = Container(node.Parent);
        if (Existing(node, parent) is { } there) return there;
        var made = new DraftObject();
        if (node.Url is not null) made["url"] = node.Url;
        if (node.IsArray) parent.AppendEmpty(node.Name, made);
        else parent[node.Name] = made;
        _made[(node, parent)] = made;
        return made;
    }

    private DraftObject? Existing(PathNode node)
    {
        if (node.Parent is null) return resource.Json;
        return Existing(node.Parent) is { } parent ? Existing(node, parent) : null;
    }

    private DraftObject? Existing(PathNode node, DraftObject parent) =>
        _made.GetValueOrDefault((node, parent)) ?? (node.IsArray ? null : parent[node.Name] as DraftObject);

    private void Trace(DraftNode node, CellRowPlan plan, TableRow? row) => run.Trace?.Add(new TraceEntry(
        node, row is null || plan.From < 0 ? null : run.Table.Place(row, plan.From), run.Table.Map.Name, plan.At.At));
}

file static class Arrays
{
    // An object that is filled in a moment; JsonBuilding would leave it out as empty.
    public static void AppendEmpty(this DraftObject parent, string name, DraftObject item)
    {
        if (parent[name] is not DraftArray array) parent[name] = array = [];
        array.Add(item);
    }
}
