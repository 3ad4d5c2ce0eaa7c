using System.Text.RegularExpressions;
using Consortium.Adapters.Chinese;

namespace Consortium.Adapters.Narrative;

/// <summary>Finds the date that a result belongs to: the nearest whole date before it on its own line. A date without a year is none.</summary>
internal static partial class NoteDates
{
    private const int Reach = 400;

    /// <summary>The date, or null where the line has none before that place.</summary>
    public static ChineseDate? Before(NoteText note, int at)
    {
        string text = note.Folded;
        int start = at;
        while (start > 0 && at - start < Reach && text[start - 1] is not ('\n' or '\r' or '。')) start--;
        for (int i = at - 8; i >= start; i--)
        {
            if (!char.IsAsciiDigit(text[i]) || (i > 0 && (char.IsAsciiDigit(text[i - 1]) || text[i - 1] is '.' or '-' or '/'))) continue;
            if (text[i] is '1' or '2' && ChineseDate.ParseAt(text, i, out int length) is { } date && i + length <= at) return date;
        }

        return null;
    }

    /// <summary>Every match of a regular expression inside a part of a text.</summary>
    public static IEnumerable<Match> EnumerateAll(this Regex regex, string text, int start, int end)
    {
        for (Match match = regex.Match(text, start, end - start); match.Success; match = match.NextMatch()) yield return match;
    }
}
