using Consortium.Adapters.Chinese;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Language.Run;
using Consortium.Adapters.Table.Language.Compile;
using Consortium.Adapters.Table.Language.Values;
using Consortium.Adapters.Table.Sources;
using Consortium.Fhir;

namespace Consortium.Adapters.Table.Language.Run;

/// <summary>A resource of a group on its way.</summary>
internal sealed class CellResource(TableMakePlan entry, IReadOnlyList<TableRow> rows)
{
    public TableMakePlan Entry { get; } = entry;

    /// <summary>The rows that it is made of.</summary>
    public IReadOnlyList<TableRow> Rows { get; } = rows;

    public DraftObject Json { get; } = JsonBuilding.Resource(entry.Type, "");

    public string? Id { get; set; }
}

/// <summary>The rows of one group on their way through a map: what they have made, and what was noticed.</summary>
internal sealed class GroupRun(MatchedTable table, IReadOnlyList<TableRow> rows, RawRecord record, ConversionContext context, List<TraceEntry>? trace)
{
    private readonly List<OutcomeIssue> _issues = [];

    public MatchedTable Table { get; } = table;

    /// <summary>The rows, in the order of the table.</summary>
    public IReadOnlyList<TableRow> Rows { get; } = rows;

    public RawRecord Record { get; } = record;

    public ConversionContext Context { get; } = context;

    public string Source => Record.Source;

    /// <summary>Who made which element; null where nobody asked.</summary>
    public List<TraceEntry>? Trace { get; } = trace;

    /// <summary>The resident identity numbers that were read, each with its cell: what they say is compared with the patient.</summary>
    public List<(ResidentIdentityCard Card, CellScope At)> Cards { get; } = [];

    /// <summary>The resources that hold something, with their ids.</summary>
    public List<CellResource> Resources { get; } = [];

    public IReadOnlyList<OutcomeIssue> Issues => _issues;

    public bool HasErrors => _issues.Exists(issue => issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal);

    /// <summary>Adds an issue; the same twice is one.</summary>
    public void Add(OutcomeIssue issue)
    {
        if (!_issues.Contains(issue)) _issues.Add(issue);
    }

    /// <summary>An error at a row.</summary>
    public void Error(string code, TableRow row, string what) => Add(Table.Grid.Issue(IssueSeverity.Error, code, row.Line, what));
}
