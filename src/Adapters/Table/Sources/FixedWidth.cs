using Consortium.Adapters.Chinese;

namespace Consortium.Adapters.Table.Sources;

/// <summary>A column of a fixed-width text.</summary>
/// <param name="Name">Its header.</param>
/// <param name="Start">The place of its first character, from 0.</param>
/// <param name="Length">How many places it takes; <see cref="int.MaxValue"/> for the rest of the line.</param>
internal sealed record FixedColumn(string Name, int Start, int Length);

/// <summary>What the places of a fixed-width text are counted in.</summary>
internal enum FixedMeasure
{
    /// <summary>A Chinese character is one place.</summary>
    Characters,

    /// <summary>A Chinese character is two places, as on a terminal and as its bytes in GBK.</summary>
    Columns,
}

/// <summary>Reads text whose columns stand under each other: by a layout, by a rule line (<c>----- ------</c>), or by the gaps that all lines share.</summary>
internal static class FixedWidth
{
    private const int LeastGap = 2;

    /// <summary>The rows of a text without header under a layout; the first row is the layout's names.</summary>
    /// <param name="text">The text.</param>
    /// <param name="columns">The layout.</param>
    /// <param name="measure">What its places are counted in.</param>
    public static IReadOnlyList<TableRow> Read(string text, IReadOnlyList<FixedColumn> columns, FixedMeasure measure)
    {
        var rows = new List<TableRow> { new(0, [.. columns.Select(column => column.Name)], null) };
        foreach ((string line, int number) in Lines(text))
        {
            string? fault = Cut(line, columns, measure, out string[] cells);
            rows.Add(new TableRow(number, cells, fault));
        }

        return rows;
    }

    /// <summary>The rows of a text whose columns are found from a rule line or from common gaps; null where it has neither.</summary>
    /// <param name="text">The text.</param>
    /// <param name="columnOf">What a header cell means; null for nothing that is known.</param>
    /// <param name="recognised">How many columns of the header are known.</param>
    public static IReadOnlyList<TableRow>? Detect(string text, Func<string, object?> columnOf, out int recognised)
    {
        recognised = 0;
        List<(string Line, int Number)> lines = [.. Lines(text)];
        List<IReadOnlyList<TableRow>> readings = [];
        foreach (FixedMeasure measure in (ReadOnlySpan<FixedMeasure>)[FixedMeasure.Columns, FixedMeasure.Characters])
        {
            IReadOnlyList<TableRow>? rows = ByRule(lines, measure) ?? ByGaps(lines, columnOf, measure);
            if (rows is null) continue;
            int here = rows.Take(TableLines.HeaderWithin).Max(row => row.Cells.Select(cell => columnOf(cell)).Where(column => column is not null).Distinct().Count());
            if (here < 2 || here < recognised) continue;
            if (here > recognised) readings.Clear();
            recognised = here;
            readings.Add(rows);
        }

        // Two ways to count that cut differently are two readings.
        if (readings.Count == 2 && !readings[0].Zip(readings[1]).All(pair => pair.First.Cells.SequenceEqual(pair.Second.Cells))) return null;
        return readings.Count == 0 ? null : readings[0];
    }

    // A line of dashes says where columns begin and end; what the lines below have between them must be blank.
    private static List<TableRow>? ByRule(List<(string Line, int Number)> lines, FixedMeasure measure)
    {
        int rule = lines.FindIndex(line => IsRule(line.Line));
        if (rule is < 1 or > TableLines.HeaderWithin) return null;
        var columns = new List<FixedColumn>();
        string dashes = lines[rule].Line;
        for (int i = 0; i < dashes.Length; i++)
        {
            if (dashes[i] is ' ' or '+' or '|') continue;
            int end = i;
            while (end < dashes.Length && dashes[end] is '-' or '=') end++;
            columns.Add(new FixedColumn("", i, end - i));
            i = end;
        }

        if (columns.Count < 2) return null;
        columns[^1] = columns[^1] with { Length = int.MaxValue };
        var rows = new List<TableRow>();
        for (int i = rule - 1; i < lines.Count; i++)
        {
            if (i == rule || IsRule(lines[i].Line)) continue;
            string? fault = Cut(lines[i].Line, columns, measure, out string[] cells);
            if (fault is not null && i == rule - 1) return null;
            rows.Add(new TableRow(lines[i].Number, cells, fault));
        }

        // A line that does not fit is the line's fault, unless most do not: then the measure is wrong.
        return rows.Count(row => row.Fault is not null) * 4 > rows.Count ? null : rows;
    }

    private static List<TableRow>? ByGaps(List<(string Line, int Number)> lines, Func<string, object?> columnOf, FixedMeasure measure)
    {
        int header = lines.Take(TableLines.HeaderWithin).ToList().FindIndex(line => Words(line.Line).Select(columnOf).Where(column => column is not null).Distinct().Count() >= 2);
        if (header < 0) return null;
        List<(string Line, int Number)> body = lines[header..];
        int width = body.Max(line => Width(line.Line, measure));
        var taken = new bool[width];
        foreach ((string line, int _) in body)
        {
            int at = 0;
            foreach (char c in line)
            {
                int step = Step(c, measure);
                for (int i = 0; i < step; i++) taken[at + i] |= !char.IsWhiteSpace(c);
                at += step;
            }
        }

        var columns = new List<FixedColumn>();
        for (int i = 0; i < width; i++)
        {
            if (!taken[i]) continue;
            int end = i, blanks = 0;
            while (end + blanks < width && blanks < LeastGap)
            {
                if (!taken[end + blanks]) blanks++;
                else (end, blanks) = (end + blanks + 1, 0);
            }

            columns.Add(new FixedColumn("", i, end - i));
            i = end;
        }

        if (columns.Count < 2) return null;
        List<TableRow> rows = [.. body.Select(line =>
        {
            string? fault = Cut(line.Line, columns, measure, out string[] cells);
            return new TableRow(line.Number, cells, fault);
        })];

        // Values that stand under no header are a sign of places that are counted wrongly.
        bool isHeaded = Enumerable.Range(0, columns.Count).All(i => rows[0].Cells[i].Length > 0 || rows.TrueForAll(row => row.Cells[i].Length == 0));
        return isHeaded ? rows : null;
    }

    // Cuts a line; gives what is wrong where something stands between two columns or a character lies across an edge.
    private static string? Cut(string line, IReadOnlyList<FixedColumn> columns, FixedMeasure measure, out string[] cells)
    {
        cells = new string[columns.Count];
        string? fault = null;
        int before = 0;
        for (int i = 0; i < columns.Count; i++)
        {
            FixedColumn column = columns[i];
            if (column.Start > before && !string.IsNullOrWhiteSpace(Part(line, before, column.Start - before, measure) ?? "x")) fault = "something stands between two columns";
            string? part = Part(line, column.Start, column.Length, measure);
            if (part is null) fault = "a character lies across the edge of a column";
            cells[i] = part?.Trim() ?? "";
            before = column.Length == int.MaxValue ? int.MaxValue : Math.Max(before, column.Start + column.Length);
        }

        if (before < Width(line, measure) && !string.IsNullOrWhiteSpace(Part(line, before, int.MaxValue, measure) ?? "x")) fault ??= "something stands behind the last column";
        return fault;
    }

    // The characters of some places; null where a wide character lies across one of its edges.
    private static string? Part(string line, int start, int length, FixedMeasure measure)
    {
        int at = 0, first = -1, i = 0;
        long end = (long)start + length;
        for (; i < line.Length && at < end; i++)
        {
            int step = Step(line[i], measure);
            if (at < start && at + step > start) return null;
            if (at >= start && first < 0) first = i;
            if (at + step > end) return null;
            at += step;
        }

        return first < 0 ? "" : line[first..i];
    }

    private static int Width(string line, FixedMeasure measure) => line.Sum(c => Step(c, measure));

    // GB18030 writes what is not ASCII in two bytes or four, and terminals show it two columns wide (a surrogate pair: two halves of one).
    private static int Step(char c, FixedMeasure measure) => measure == FixedMeasure.Columns
        ? c < 0x80 ? 1 : char.IsSurrogate(c) ? 1 : 2
        : char.IsLowSurrogate(c) ? 0 : 1;

    private static bool IsRule(string line) => line.AsSpan().Trim().Length >= 3 && line.AsSpan().IndexOfAnyExcept("-= +|") < 0 && line.AsSpan().ContainsAny('-', '=') && line.AsSpan().Trim().IndexOfAny(' ', '+', '|') > 0;

    private static string[] Words(string line) => Folding.Fold(line).Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static IEnumerable<(string Line, int Number)> Lines(string text)
    {
        int number = 0;
        foreach (string line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            number++;
            string bare = line.TrimEnd('\f', '\u001A');
            if (!string.IsNullOrWhiteSpace(bare)) yield return (bare, number);
        }
    }
}
