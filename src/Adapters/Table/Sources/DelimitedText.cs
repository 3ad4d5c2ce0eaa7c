using CsvHelper;

namespace Consortium.Adapters.Table.Sources;

/// <summary>Reads delimited text. A quote that is never closed spoils its own line only: it never swallows the rows below it.</summary>
internal static class DelimitedText
{
    private static readonly char[] Delimiters = [',', '\t', ';', '|'];

    /// <summary>The delimiter under which a line near the top has most known header names, and how many.</summary>
    /// <param name="text">The text.</param>
    /// <param name="columnOf">What a header cell means; null for nothing that is known.</param>
    public static (char Delimiter, int Recognised) Detect(string text, Func<string, object?> columnOf)
    {
        (char Delimiter, int Recognised) best = (',', 0);
        foreach (char delimiter in Delimiters)
        {
            int recognised = 0;
            foreach (ReadOnlySpan<char> line in TableLines.First(text).AsSpan().EnumerateLines())
            {
                if (!line.Contains(delimiter)) continue;
                recognised = Math.Max(recognised, line.ToString().Split(delimiter).Select(cell => columnOf(cell.Trim('"', ' '))).Where(column => column is not null).Distinct().Count());
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
}
