using System.Text.RegularExpressions;

namespace Consortium.Adapters.Files.Pdf;

/// <summary>
/// A page's lines in reading order. What stands beside each other is a row with tabs between its cells; columns of running text are read one after the
/// other; a paragraph that runs on over several lines becomes one line again, so that no term is cut in two.
/// </summary>
internal static partial class PdfLayout
{
    /// <summary>A column of running text is at least this part of the page wide.</summary>
    private const double WideColumn = 0.25;

    /// <summary>Of the lines of running text, all but the last ones of paragraphs fill the column: at least this part of them, to this part of its width.</summary>
    private const double FullLines = 0.6, FullWidth = 0.85;

    /// <summary>Overlap from which two boxes are on one line, or two blocks beside each other.</summary>
    private const double Beside = 0.5;

    /// <summary>How far from the right edge, in line heights, a line may end that runs on.</summary>
    private const double RunsOn = 1.5;

    /// <summary>The lines of a page.</summary>
    public static IEnumerable<string> Lines(PdfPage page)
    {
        List<PdfLine> rest = [];
        var parts = new List<(double Top, List<PdfLine>[] Columns)>();
        List<PdfBlock> columns = Columns(page);
        var taken = new HashSet<PdfBlock>();
        foreach (PdfBlock first in columns.OrderBy(block => block.Top))
        {
            if (taken.Contains(first)) continue;
            List<PdfBlock> band = Band(first, columns, taken);
            double top = band.Min(block => block.Top), bottom = band.Max(block => block.Bottom);

            // Whatever else stands at this height belongs to the column that it stands in.
            foreach (PdfBlock other in page.Blocks)
            {
                if (!taken.Contains(other) && (other.Top + other.Bottom) / 2 is var middle && middle > top && middle < bottom && taken.Add(other)) band.Add(other);
            }

            parts.Add((top, Split(band, columns)));
        }

        foreach (PdfBlock block in page.Blocks)
        {
            if (!taken.Contains(block)) rest.AddRange(block.Lines);
        }

        int done = 0;
        List<List<PdfLine>> rows = Rows(rest);
        foreach ((double top, List<PdfLine>[] split) in parts.OrderBy(part => part.Top))
        {
            int until = rows.FindIndex(done, row => row[0].Top >= top);
            if (until < 0) until = rows.Count;
            foreach (string line in Join(rows[done..until])) yield return line;
            done = until;
            foreach (List<PdfLine> column in split)
            {
                foreach (string line in Join(Rows(column))) yield return line;
            }
        }

        foreach (string line in Join(rows[done..])) yield return line;
    }

    /// <summary>Blocks of running text that have another one beside them.</summary>
    private static List<PdfBlock> Columns(PdfPage page)
    {
        PdfBlock[] running = [.. page.Blocks.Where(block => block.Lines.Count >= 2 && block.Right - block.Left >= WideColumn * page.Width && IsRunning(block))];
        return [.. running.Where(block => running.Any(other => other != block && AreBeside(block, other)))];
    }

    private static bool IsRunning(PdfBlock block)
    {
        double width = block.Right - block.Left;
        int counted = block.Lines.Count - 1;
        return block.Lines.Take(counted).Count(line => line.Right - line.Left >= FullWidth * width) >= FullLines * counted;
    }

    private static bool AreBeside(PdfBlock a, PdfBlock b)
    {
        bool apart = a.Right <= b.Left || b.Right <= a.Left;
        double overlap = Math.Min(a.Bottom, b.Bottom) - Math.Max(a.Top, b.Top);
        return apart && overlap >= Beside * Math.Min(a.Bottom - a.Top, b.Bottom - b.Top);
    }

    private static List<PdfBlock> Band(PdfBlock first, List<PdfBlock> columns, HashSet<PdfBlock> taken)
    {
        List<PdfBlock> band = [first];
        taken.Add(first);
        for (int i = 0; i < band.Count; i++)
        {
            foreach (PdfBlock other in columns)
            {
                if (!taken.Contains(other) && AreBeside(band[i], other) && taken.Add(other)) band.Add(other);
            }
        }

        return band;
    }

    /// <summary>The blocks of a band by column, from the left.</summary>
    private static List<PdfLine>[] Split(List<PdfBlock> band, List<PdfBlock> columns)
    {
        var split = new List<(double Left, double Right, List<PdfLine> Lines)>();
        foreach (PdfBlock block in band.Where(columns.Contains).OrderBy(block => block.Left))
        {
            int at = split.FindIndex(column => block.Left < column.Right && column.Left < block.Right);
            if (at < 0) split.Add((block.Left, block.Right, [.. block.Lines]));
            else split[at].Lines.AddRange(block.Lines);
        }

        foreach (PdfBlock block in band.Where(block => !columns.Contains(block)))
        {
            double middle = (block.Left + block.Right) / 2;
            split.MinBy(column => middle < column.Left ? column.Left - middle : middle > column.Right ? middle - column.Right : 0).Lines.AddRange(block.Lines);
        }

        return [.. split.Select(column => column.Lines)];
    }

    /// <summary>Lines that stand beside each other, from the top.</summary>
    private static List<List<PdfLine>> Rows(List<PdfLine> lines)
    {
        var rows = new List<List<PdfLine>>();
        foreach (PdfLine line in lines.OrderBy(line => line.Top).ThenBy(line => line.Left))
        {
            // Only the last few rows reach down this far.
            List<PdfLine>? row = rows.TakeLast(4).FirstOrDefault(candidate => SameHeight(candidate[0], line));
            if (row is null) rows.Add([line]);
            else row.Add(line);
        }

        return rows;
    }

    private static bool SameHeight(PdfLine a, PdfLine b) =>
        Math.Min(a.Bottom, b.Bottom) - Math.Max(a.Top, b.Top) >= Beside * Math.Min(a.Bottom - a.Top, b.Bottom - b.Top);

    private static IEnumerable<string> Join(List<List<PdfLine>> rows)
    {
        string? open = null;
        PdfLine? last = null;
        foreach (List<PdfLine> row in rows)
        {
            string text = PdfRow.Text(row);
            PdfLine? single = row.Count == 1 ? row[0] : null;
            if (open is not null && last is not null && single is not null && Continues(last, single, text))
            {
                open += (NeedsSpace(open[^1], text[0]) ? " " : "") + text;
            }
            else
            {
                if (open is not null) yield return open;

                // A gap as high as a line is a paragraph's end to a reader.
                if (last is not null && row[0].Top - last.Bottom > last.Bottom - last.Top) yield return "";
                open = text;
            }

            last = single ?? row[0];
            if (single is null)
            {
                yield return open;
                open = null;
            }
        }

        if (open is not null) yield return open;
    }

    /// <summary>True where a line goes on in the next one of its block: it reached the right edge, and the next does not begin something of its own.</summary>
    private static bool Continues(PdfLine line, PdfLine next, string text)
    {
        if (line.Block != next.Block || line.Block.Lines.IndexOf(next) != line.Block.Lines.IndexOf(line) + 1) return false;
        double height = line.Words.Max(word => word.Height);
        return line.Right >= line.Block.Right - (RunsOn * height) && line.Right > next.Left + (RunsOn * height) && !Begins().IsMatch(text) && !text.Contains('\t', StringComparison.Ordinal);
    }

    // Words of letters and numbers have a space between them; Chinese has none.
    private static bool NeedsSpace(char before, char after) => before is > ' ' and < '\u2E80' && after is > ' ' and < '\u2E80' && before != '-';

    // A number of a list, a bullet, or a label with its colon.
    [GeneratedRegex(@"^\s*(?:[0-9]{1,2}\s*[.、．)）]|[(（][0-9一二三四五六七八九十]{1,3}[)）]|[一二三四五六七八九十]{1,3}\s*[、.．]|[①-⒛•●■◆▪☐☑✓-]|[^\s:：，。,;；]{1,12}[:：])", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Begins();
}
