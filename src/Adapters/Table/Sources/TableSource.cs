using Consortium.Adapters.Chinese;
using Consortium.Fhir;

namespace Consortium.Adapters.Table.Sources;

/// <summary>How a map says that its table is written; everything that it leaves out is found.</summary>
internal sealed record TableFormat
{
    /// <summary>Nothing is said.</summary>
    public static TableFormat Found { get; } = new();

    /// <summary>The delimiter of a text; null where it is found.</summary>
    public char? Delimiter { get; init; }

    /// <summary>Name of the character set; null where it is found.</summary>
    public string? Charset { get; init; }

    /// <summary>The layout of a fixed-width text; empty for none.</summary>
    public IReadOnlyList<FixedColumn> Fixed { get; init; } = [];

    /// <summary>What the places of the layout are counted in.</summary>
    public FixedMeasure Measure { get; init; } = FixedMeasure.Columns;

    /// <summary>True where a spreadsheet's numbers are wanted as stored.</summary>
    public bool StoredNumbers { get; init; }
}

/// <summary>Reads the tables of a record, whatever form it has.</summary>
internal static class TableSource
{
    /// <summary>The tables; or none and the reason.</summary>
    /// <param name="bytes">The record.</param>
    /// <param name="format">What is known of its form.</param>
    /// <param name="columnOf">What a header cell means; null for nothing that is known.</param>
    /// <param name="charset">The site's character set of the source; null for none.</param>
    /// <param name="issue">Why nothing can be read.</param>
    public static IReadOnlyList<TableGrid> Read(ReadOnlyMemory<byte> bytes, TableFormat format, Func<string, object?> columnOf, string? charset, out OutcomeIssue? issue)
    {
        if (Workbook.IsContainer(bytes.Span)) return Workbook.Read(bytes, format.StoredNumbers, out issue);
        if (Decode(bytes.Span, format.Charset ?? charset, out issue) is not { } text) return [];
        if (text.Text.AsSpan().IndexOfAnyInRange('\0', '\u0008') is >= 0 and var at)
        {
            (int line, int column, int _) = text.Place(at);
            issue = new OutcomeIssue(
                IssueSeverity.Fatal, "structure", $"Line {line} has a control character at byte {column}: this is no text table.", $"line {line}", line, column);
            return [];
        }

        return [new TableGrid(null, Rows(text.Text, format, columnOf))];
    }

    private static IReadOnlyList<TableRow> Rows(string text, TableFormat format, Func<string, object?> columnOf)
    {
        if (format.Fixed.Count > 0) return FixedWidth.Read(text, format.Fixed, format.Measure);
        if (format.Delimiter is { } known) return DelimitedText.Read(text, known);
        (char delimiter, int recognised) = DelimitedText.Detect(text, columnOf);
        if (FixedWidth.Detect(text, columnOf, out int aligned) is { } rows && aligned > recognised) return rows;
        return DelimitedText.Read(text, delimiter);
    }

    private static RecordText? Decode(ReadOnlySpan<byte> bytes, string? charset, out OutcomeIssue? issue) =>
        charset is null ? RecordText.Decode(bytes, out issue) : RecordText.Decode(bytes, charset, out issue);
}
