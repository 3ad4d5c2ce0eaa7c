using System.Globalization;
using System.Text;
using Consortium.Testing;

namespace Consortium.Adapters.Tests.Hl7V2.Coverage;

/// <summary>
/// How much of HL7's tables our maps do. The table in the documentation is made by this test: with <c>CONSORTIUM_WRITE_TABLES=1</c> it is written,
/// else it must be what the maps give.
/// </summary>
public sealed class CoverageTests
{
    private const string Document = "docs/hl7v2-coverage.md";

    /// <summary>Rows of HL7's segment tables with a FHIR target that are done; lowering it needs a reason that a person accepts.</summary>
    private const double LeastDone = 0.95;

    [CorpusFact]
    public void Every_official_row_is_done_or_has_its_reason()
    {
        var coverage = new Coverage();
        string[] silent =
        [
            .. OfficialTables.SegmentRows().Where(row => coverage.Of(row).State == RowState.Unknown).Select(row => $"{row.Map}\t{row.Place}\t{row.Path}\t{row.Condition}"),
            .. OfficialTables.MessageRows().Where(row => coverage.Of(row).State == RowState.Unknown).Select(row => $"{row.Message}\t{row.Segment}\t{row.Map}\t{row.Target}"),
        ];
        Assert.True(silent.Length == 0, $"nobody has said what becomes of these rows:\n{string.Join('\n', silent)}");
        string[] unexplained = [.. coverage.SegmentsNotMapped().Where(segment => segment.Reason is null).Select(segment => segment.Segment)];
        Assert.True(unexplained.Length == 0, $"these segments are not mapped and have no reason, or have one and are mapped: {string.Join(", ", unexplained)}");
        string[] unneeded = [.. coverage.Unneeded.Select(deviation => $"{deviation.Map}\t{deviation.Place}\t{deviation.Path}")];
        Assert.True(unneeded.Length == 0, $"no official row needs these deviations:\n{string.Join('\n', unneeded)}");
    }

    [CorpusFact]
    public void At_least_ninety_five_percent_of_the_official_rows_with_a_target_are_done()
    {
        var coverage = new Coverage();
        List<OfficialRow> rows = OfficialTables.SegmentRows();
        Assert.Equal(1055, rows.Count);
        int done = rows.Count(row => coverage.Of(row).State is RowState.Row or RowState.Otherwise);
        Assert.True(done >= LeastDone * rows.Count, $"{done} of {rows.Count}");
    }

    [CorpusFact]
    public void The_committed_table_is_what_the_maps_give()
    {
        string table = Table();
        string file = Repository.Path(Document);
        if (Environment.GetEnvironmentVariable("CONSORTIUM_WRITE_TABLES") == "1") File.WriteAllText(file, table);
        Assert.Equal(table, File.ReadAllText(file).ReplaceLineEndings("\n"));
    }

    private static string Table()
    {
        var coverage = new Coverage();
        var text = new StringBuilder();
        text.Append("""
            # What of HL7's v2-to-FHIR tables is done

            Made by `CoverageTests` from the maps in `src/Adapters/Hl7V2/Maps` and HL7's own tables (HL7/v2-to-fhir, 2025-10-01); it fails when this page is not what they give.
            Counted are the rows that name a FHIR element. *As written*: a row of ours does it. *Otherwise*: it is done in another way, listed below with the way.
            *Not*: listed below with the reason. Reasons stand in `tests/Adapters.Tests/Hl7V2/Coverage/deviations.tsv`.

            ## Segments

            | map | rows | as written | otherwise | not |
            | --- | ---: | ---: | ---: | ---: |

            """.ReplaceLineEndings("\n"));
        var rows = OfficialTables.SegmentRows().Select(row => (row.Map, row.Place, row.Path, Result: coverage.Of(row))).ToList();
        foreach (var map in rows.GroupBy(row => row.Map)) Line(text, map.Key, [.. map.Select(row => row.Result.State)]);
        Line(text, "**all**", [.. rows.Select(row => row.Result.State)]);
        int done = rows.Count(row => row.Result.State is RowState.Row or RowState.Otherwise);
        text.Append(CultureInfo.InvariantCulture, $"\nDone: {done} of {rows.Count} rows, {100.0 * done / rows.Count:F1} %.\n\n## Messages\n\n| message | rows | as written | otherwise | not |\n| --- | ---: | ---: | ---: | ---: |\n");
        var messages = OfficialTables.MessageRows().Select(row => (Map: row.Message, Place: row.Segment, Path: row.Map.Length > 0 ? row.Map : row.Target, Result: coverage.Of(row))).ToList();
        foreach (var message in messages.GroupBy(row => row.Map)) Line(text, message.Key, [.. message.Select(row => row.Result.State)]);
        Line(text, "**all**", [.. messages.Select(row => row.Result.State)]);
        Reasons(text, "Not done, and why", RowState.Not, rows, messages);
        text.Append("""

            ## Segments that no map takes

            A message that has one is converted all the same; an issue of severity information names the segment. Reasons stand in `tests/Adapters.Tests/Hl7V2/Coverage/segments-not-mapped.tsv`.

            | segment | reason |
            | --- | --- |

            """.ReplaceLineEndings("\n"));
        foreach ((string segment, string? reason) in coverage.SegmentsNotMapped()) text.Append(CultureInfo.InvariantCulture, $"| {segment} | {reason} |\n");
        Reasons(text, "Done in another way", RowState.Otherwise, rows, messages);
        return text.ToString();
    }

    private static void Line(StringBuilder text, string name, RowState[] states) => text.Append(
        CultureInfo.InvariantCulture, $"| {name} | {states.Length} | {states.Count(s => s == RowState.Row)} | {states.Count(s => s == RowState.Otherwise)} | {states.Count(s => s is RowState.Not or RowState.Unknown)} |\n");

    private static void Reasons(
        StringBuilder text, string title, RowState state, List<(string Map, string Place, string Path, (RowState State, string Text) Result)> rows,
        List<(string Map, string Place, string Path, (RowState State, string Text) Result)> messages)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n## {title}\n\n| map | rows | {(state == RowState.Not ? "reason" : "how")} |\n| --- | --- | --- |\n");
        foreach (var group in rows.Concat(messages).Where(row => row.Result.State == state).GroupBy(row => (row.Map, row.Result.Text)))
        {
            IEnumerable<string> places = group.Select(row => row.Place.Length > 0 && !row.Path.Contains(row.Place, StringComparison.Ordinal) ? $"{Short(row.Place)} {row.Path}" : row.Path).Distinct(StringComparer.Ordinal);
            text.Append(CultureInfo.InvariantCulture, $"| {group.Key.Map} | {string.Join("; ", places).Replace("|", "/", StringComparison.Ordinal)} | {group.Key.Text} |\n");
        }
    }

    private static string Short(string place) => place[(place.LastIndexOf('.') + 1)..];
}
