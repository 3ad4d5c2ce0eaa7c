using System.Text;

namespace Consortium.Adapters.Files.Pdf;

/// <summary>The words of a row as text: spaces and tabs by their gaps, raised and lowered digits by where they stand.</summary>
internal static class PdfRow
{
    /// <summary>Gaps in heights of the line: from which there is a space, and from which another cell begins.</summary>
    private const double Space = 0.1, Cell = 1.2;

    /// <summary>How far, in heights of the word before, a smaller word stands above or below the line to be raised or lowered; one of equal size must stand further.</summary>
    private const double Shift = 0.12, LargeShift = 0.25;

    /// <summary>Part of the height of the word before that a smaller word has at most.</summary>
    private const double Smaller = 0.92;

    /// <summary>The text of a row.</summary>
    public static string Text(List<PdfLine> row)
    {
        var text = new StringBuilder();
        PdfWord? last = null;
        PdfWord? onLine = null;
        foreach (PdfWord word in row.SelectMany(line => line.Words).OrderBy(word => word.Left).ThenBy(word => word.Top))
        {
            double gap = last is null ? 0 : (word.Left - last.Right) / Math.Min(last.Height, word.Height);
            Baseline baseline = Baseline.Normal;
            if (last is not null && onLine is not null)
            {
                if (gap >= Cell) text.Append('\t');
                else if (gap >= Space) text.Append(' ');
                if (gap < Space) baseline = Of(word, onLine);
            }

            text.Append(baseline.Apply(word.Text, text.Length > 0 ? text[^1] : '\0'));
            last = word;
            if (baseline == Baseline.Normal) onLine = word;
        }

        return text.ToString();
    }

    private static Baseline Of(PdfWord word, PdfWord onLine)
    {
        double up = (onLine.Baseline - word.Baseline) / onLine.Height;
        double enough = word.Height < Smaller * onLine.Height ? Shift : LargeShift;
        return up > enough ? Baseline.Raised : up < -enough ? Baseline.Lowered : Baseline.Normal;
    }
}
