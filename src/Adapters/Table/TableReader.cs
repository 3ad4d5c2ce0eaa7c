using CsvHelper;

namespace Consortium.Adapters.Table;

/// <summary>A record of a table.</summary>
/// <param name="Line">The line it starts on, from 1.</param>
/// <param name="Cells">Its cells, quotes removed.</param>
/// <param name="Fault">What is wrong with its quoting, or null.</param>
internal sealed record TableRow(int Line, string[] Cells, string? Fault);

/// <summary>Reads delimited text. A quote that is never closed spoils its own line only: it never swallows the rows below it.</summary>
internal static class TableReader
{
    private static readonly char[] Delimiters = [',', '\t', ';', '|'];

    /// <summary>
    /// The delimiter under which a line near the top has most of the mapping's columns, and that line's number of recognised columns.
    /// </summary>
    public static (char Delimiter, int Recognised) Detect(string text, TableMapping mapping)
    {
        (char Delimiter, int Recognised) best = (',', 0);
        foreach (char delimiter in Delimiters)
        {
            int recognised = 0;
            foreach (ReadOnlySpan<char> line in FirstLines(text).AsSpan().EnumerateLines())
            {
                if (!line.Contains(delimiter)) continue;
                int here = line.ToString().Split(delimiter).Select(cell => mapping.FieldOf(cell.Trim('"'))).Where(field => field is not null).Distinct().Count();
                recognised = Math.Max(recognised, here);
            }

            if (recognised > best.Recognised) best = (delimiter, recognised);
        }

        return best;
    }

    /// <summary>The rows of the text, empty lines left out.</summary>
    public static IReadOnlyList<TableRow> Read(string text, char delimiter)
    {
        IReadOnlyList<TableRow> rows = Read(text, delimiter, lineBreaksInQuotes: true, out bool unterminated);
        return unterminated ? Read(text, delimiter, lineBreaksInQuotes: false, out _) : rows;
    }

    private static List<TableRow> Read(string text, char delimiter, bool lineBreaksInQuotes, out bool unterminated)
    {
        Dictionary<long, CsvMalformedReason> faults = [];
        using var reader = CsvReader.FromText(text, new CsvReaderOptions
        {
            HasHeader = false,
            Separator = delimiter,
            TrackLineNumbers = true,
            AllowLineBreaksInQuotes = lineBreaksInQuotes,
            OnMalformedRecord = malformed => faults.TryAdd(malformed.LineNumber, malformed.Reason),
        });
        List<TableRow> rows = [];
        while (reader.Read())
        {
            string[] cells = reader.Current.ToArray();
            if (cells.All(string.IsNullOrWhiteSpace)) continue;
            string? fault = faults.TryGetValue(reader.LineNumber, out CsvMalformedReason reason) ? Explain(reason) : null;
            rows.Add(new TableRow((int)reader.LineNumber, cells, fault));
        }

        unterminated = faults.ContainsValue(CsvMalformedReason.UnterminatedQuote);
        return rows;
    }

    private static string Explain(CsvMalformedReason reason) => reason switch
    {
        CsvMalformedReason.StrayQuote => "a quotation mark stands inside an unquoted cell",
        CsvMalformedReason.TextAfterClosingQuote => "text follows a closing quotation mark",
        CsvMalformedReason.UnterminatedQuote or CsvMalformedReason.LineBreakInQuotes => "a quotation mark is opened and never closed",
        _ => "its quotation marks do not match",
    };

    private static string FirstLines(string text)
    {
        const int lines = 20;
        int at = -1;
        for (int i = 0; i < lines; i++)
        {
            int next = text.IndexOf('\n', at + 1);
            if (next < 0) return text.Length > 64 * 1024 ? text[..(64 * 1024)] : text;
            at = next;
        }

        return text[..at];
    }
}
