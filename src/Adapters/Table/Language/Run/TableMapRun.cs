using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Language.Paths;
using Consortium.Adapters.Hl7V2.Language.Run;
using Consortium.Adapters.Table.Language.Compile;
using Consortium.Adapters.Table.Sources;
using Consortium.Fhir;

namespace Consortium.Adapters.Table.Language.Run;

/// <summary>Runs a map over one group of rows: makes the resources, fills them, finds their ids, joins them, and leaves out what came to nothing.</summary>
internal sealed class TableMapRun
{
    private readonly GroupRun _run;
    private readonly CellIdentities _identities;

    private TableMapRun(GroupRun run)
    {
        _run = run;
        _identities = new CellIdentities(run, (resource, name) => Related(resource, name, out _));
    }

    /// <summary>Maps a group.</summary>
    public static void Map(GroupRun run)
    {
        var map = new TableMapRun(run);
        foreach (TableMakePlan entry in run.Table.Map.Make) map.Make(entry);
        if (run.Resources.Count == 0 && !run.HasErrors) run.Error("required", run.Rows[0], $"the map {run.Table.Map.Name} makes nothing of this.");
        CardsAgree.Check(run);
        foreach (CellResource resource in run.Resources) map._identities.Of(resource);
        foreach (CellResource resource in run.Resources) map.Join(resource);
        map.TakeTogether();
    }

    private void Make(TableMakePlan entry)
    {
        bool any = false;
        foreach (List<TableRow> rows in Instances(entry))
        {
            var resource = new CellResource(entry, rows);
            if (!new CellWriter(_run, resource).Fill()) continue;
            if (entry.Type == "Observation") VitalSigns.Complete(resource.Json);
            _run.Resources.Add(resource);
            any = true;
        }

        if (entry.Required && !any) _run.Error("required", _run.Rows[0], $"the map asks for a {entry.Type}, and nothing here makes one ({entry.At.At}).");
    }

    // The rows of each resource: all of the group's, each by itself, or those with the same values in some columns.
    private List<List<TableRow>> Instances(TableMakePlan entry)
    {
        List<TableRow> rows = [.. _run.Rows.Where(row => entry.When is null || entry.When(_run.Table, row))];
        if (rows.Count == 0) return [];
        if (entry.Each is null) return [rows];
        if (entry.Each.Length == 0) return [.. rows.Select(row => new List<TableRow> { row })];
        var byKey = new Dictionary<string, List<TableRow>>(StringComparer.Ordinal);
        var instances = new List<List<TableRow>>();
        foreach (TableRow row in rows)
        {
            string[] values = [.. entry.Each.Select(column => _run.Table.Cell(row, column) ?? "")];
            if (Array.TrueForAll(values, value => value.Length == 0)) continue;
            string key = string.Join('\u001F', values);
            if (!byKey.TryGetValue(key, out List<TableRow>? same))
            {
                byKey.Add(key, same = []);
                instances.Add(same);
            }

            same.Add(row);
        }

        return instances;
    }

    // The resource of a name that is about the same rows: the nearest one that is about all of them, else the only one within them.
    private CellResource? Related(CellResource resource, string name, out bool several)
    {
        CellResource[] named = [.. _run.Resources.Where(other => other.Entry.Name == name && !ReferenceEquals(other, resource))];
        CellResource[] around = [.. named.Where(other => resource.Rows.All(other.Rows.Contains)).OrderBy(other => other.Rows.Count)];
        CellResource[] within = around.Length > 0 ? around : [.. named.Where(other => other.Rows.All(resource.Rows.Contains))];
        several = within.Length > 1 && (around.Length == 0 || within[0].Rows.Count == within[1].Rows.Count);
        return several || within.Length == 0 ? null : within[0];
    }

    private void Join(CellResource resource)
    {
        foreach (CellReference reference in resource.Entry.References)
        {
            bool adds = reference.Owner is not null;
            CellResource? other = Related(resource, reference.Owner ?? reference.Name, out bool several);
            if (several && !reference.IsOptional)
            {
                _run.Error("structure", resource.Rows[0], $"the rows that belong together make several {reference.Owner ?? reference.Name}; which one is meant must not be guessed ({reference.At.At}).");
            }

            if (other is null) continue;
            (CellResource owner, CellResource target) = adds ? (other, resource) : (resource, other);
            DraftObject value = Element.Reference(target.Entry.Type, target.Id!);
            Refer(owner.Json, reference.Path, value);
            _run.Trace?.Add(new TraceEntry(value, _run.Table.Grid.Place(target.Rows[0].Line), _run.Table.Map.Name, reference.At.At));
        }
    }

    private static void Refer(DraftObject root, TargetPath path, DraftObject value)
    {
        DraftObject container = root;
        var steps = new Stack<PathNode>();
        for (PathNode? node = path.Container; node is { Parent: not null }; node = node.Parent) steps.Push(node);
        foreach (PathNode step in steps)
        {
            if (step.IsArray)
            {
                if (container[step.Name] is not DraftArray array) container[step.Name] = array = [];
                if (array.Count == 0) array.Add(new DraftObject());
                container = (DraftObject)array[0]!;
            }
            else
            {
                if (container[step.Name] is not DraftObject inner) container[step.Name] = inner = [];
                container = inner;
            }
        }

        if (!path.Repeats) container[path.Leaf!.Name] = value;
        else if (container[path.Leaf!.Name] is not DraftArray there || !there.Has(value)) container.Append(path.Leaf.Name, value);
    }

    // Two rows that state one thing in the same words are one; in different words neither is taken.
    private void TakeTogether()
    {
        var byId = new Dictionary<(string, string), CellResource>();
        foreach (CellResource resource in _run.Resources.ToArray())
        {
            if (byId.TryAdd((resource.Entry.Type, resource.Id!), resource)) continue;
            CellResource first = byId[(resource.Entry.Type, resource.Id!)];
            _run.Resources.Remove(resource);
            if (_run.HasErrors || DraftNode.DeepEquals(first.Json, resource.Json)) continue;
            _run.Error("conflict", resource.Rows[0], $"this has the identity of the {resource.Entry.Type} of {_run.Table.Grid.Place(first.Rows[0].Line)} and says something else of it; which holds must not be guessed ({resource.Entry.At.At}).");
        }
    }
}
