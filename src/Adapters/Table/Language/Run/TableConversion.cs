using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Language.Run;
using Consortium.Fhir;
using Consortium.Messaging;

namespace Consortium.Adapters.Table.Language.Run;

/// <summary>Runs a map over a whole table: a result for each group of rows.</summary>
internal sealed class TableConversion(MatchedTable table, RawRecord record, ConversionContext context)
{
    private static readonly string[] Identifying = ["name", "gender", "birthDate"];

    private readonly List<(GroupRun Run, string? Control)> _groups = [];

    /// <summary>The traces of the groups, where they were asked for.</summary>
    public List<List<TraceEntry>> Traces { get; } = [];

    /// <summary>The results in the order of the table.</summary>
    /// <param name="first">The number of the first one.</param>
    /// <param name="provenance">Makes the Provenance of a result's resources.</param>
    /// <param name="explain">True to note who made which element.</param>
    public IReadOnlyList<ConversionResult> Convert(int first, Func<IReadOnlyList<ResourceDraft>, int, DraftObject> provenance, bool explain = false)
    {
        foreach (RowGroup group in RowGroup.Of(table))
        {
            List<TraceEntry>? trace = explain ? [] : null;
            var run = new GroupRun(table, group.Rows, record, context, trace);
            foreach (OutcomeIssue issue in group.Issues) run.Add(issue);
            if (!run.HasErrors) TableMapRun.Map(run);
            _groups.Add((run, Control(group)));
            if (trace is not null) Traces.Add(trace);
        }

        RejectContradictions();
        Report();
        return [.. _groups.Select((group, i) => Result(first + i, group.Run, group.Control, provenance))];
    }

    private static ConversionResult Result(int index, GroupRun run, string? control, Func<IReadOnlyList<ResourceDraft>, int, DraftObject> provenance)
    {
        if (run.HasErrors) return ConversionResult.Rejected(index, control, [.. run.Issues]);
        List<ResourceDraft> drafts = Drafts(run);
        drafts.Add(new ResourceDraft(provenance(drafts, index)));
        return new ConversionResult { Index = index, ControlId = control, Resources = drafts, Issues = run.Issues };
    }

    /// <summary>The resources of a group.</summary>
    public static List<ResourceDraft> Drafts(GroupRun run) => [.. run.Resources.Select(resource => new ResourceDraft(resource.Json, resource.Entry.Apply))];

    /// <summary>The groups after <see cref="Convert"/>.</summary>
    public IEnumerable<GroupRun> Groups => _groups.Select(group => group.Run);

    private string? Control(RowGroup group) => (table.Map.Control is { } column ? group.Rows.Select(row => table.Cell(row, column)).FirstOrDefault(text => text is not null) : null)
        ?? table.Grid.Place(group.Rows[0].Line);

    // One number with two names is two people or a typing error; one thing stated twice in different words is one statement too many. Neither is taken.
    private void RejectContradictions()
    {
        var known = new Dictionary<(string, string), (GroupRun Run, CellResource Resource)>();
        foreach ((GroupRun run, string? _) in _groups)
        {
            if (run.HasErrors) continue;
            foreach (CellResource resource in run.Resources)
            {
                (string, string) key = (resource.Entry.Type, resource.Id!);
                if (known.TryAdd(key, (run, resource))) continue;
                (GroupRun firstRun, CellResource first) = known[key];
                if (!Contradict(first, resource)) continue;
                Refuse(run, resource, firstRun, first);
                Refuse(firstRun, first, run, resource);
            }
        }
    }

    private static void Refuse(GroupRun run, CellResource resource, GroupRun other, CellResource there) => run.Error(
        "conflict", resource.Rows[0],
        $"the {resource.Entry.Type} of this row has the number of the one of {other.Table.Grid.Place(there.Rows[0].Line)} and says something else of it; which holds must not be guessed.");

    private static bool Contradict(CellResource a, CellResource b)
    {
        bool stated = a.Entry.Apply == ApplyMode.Update && b.Entry.Apply == ApplyMode.Update;
        return stated
            ? !DraftNode.DeepEquals(a.Json, b.Json)
            : Identifying.Any(name => a.Json[name] is { } one && b.Json[name] is { } two && !DraftNode.DeepEquals(one, two));
    }

    private void Report()
    {
        if (_groups.Count == 0) return;
        string[] unmapped = [.. table.Unmapped.Distinct(StringComparer.Ordinal)];
        if (unmapped.Length > 0)
        {
            _groups[0].Run.Add(new OutcomeIssue(IssueSeverity.Information, "not-supported", $"Mapped to nothing by {table.Map.Name} {table.Map.Version}: the columns {string.Join(", ", unmapped)}."));
        }
    }
}
