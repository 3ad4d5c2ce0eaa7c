using System.Text.RegularExpressions;

namespace Consortium.Adapters.Narrative;

/// <summary>A heading found in a note, and where its section's text begins.</summary>
internal readonly record struct FoundHeading(TextSpan Title, int Body, Heading Heading);

/// <summary>
/// Finds the English headings of a line: before a colon or a dash, a whole line, a customary abbreviation before its text (<c>cc fever</c>),
/// and inside a line before a colon behind a full stop, a semicolon, a bar or a gap of columns.
/// </summary>
internal static partial class EnglishHeadings
{
    private const int LongestHeading = 60;

    /// <summary>Adds the headings of a line.</summary>
    public static void Find(string text, int start, int end, SortedDictionary<int, FoundHeading> found)
    {
        Match lead = Lead().Match(text, start, end - start);
        int at = start + lead.Length;
        while (end > at && text[end - 1] is ' ' or '\r') end--;
        if (at >= end || !char.IsLetter(text[at])) return;
        int from = at;
        if (Opening(text, at, end) is { } opening)
        {
            found[at] = opening;
            from = opening.Body;
        }

        for (int colon = text.IndexOf(':', from, end - from); colon >= 0; colon = text.IndexOf(':', colon + 1, end - colon - 1))
        {
            if (Before(text, from, colon) is { } heading) found[heading.Title.Start] = heading with { Body = Behind(text, colon + 1, end) };
        }
    }

    private static FoundHeading? Opening(string text, int at, int end)
    {
        int colon = text.IndexOf(':', at, Math.Min(end - at, LongestHeading));
        if (colon > at)
        {
            TextSpan words = new(at, colon);
            string key = Key(text.AsSpan(at, colon - at));
            if ((HeadingTable.English.GetValueOrDefault(key) ?? (NoteLabels.IsLabel(key.Replace(" ", "", StringComparison.Ordinal)) ? null : HeadingTable.Nearly(key))) is { } heading)
            {
                return new FoundHeading(words, Behind(text, colon + 1, end), heading);
            }
        }

        if (end - at <= LongestHeading && HeadingTable.English.TryGetValue(Key(text.AsSpan(at, end - at)), out Heading? whole))
        {
            return new FoundHeading(new TextSpan(at, end), end, whole);
        }

        Match dash = Dash().Match(text, at, Math.Min(end - at, LongestHeading));
        if (dash.Success && HeadingTable.English.TryGetValue(Key(dash.Groups["words"].ValueSpan), out Heading? dashed))
        {
            return new FoundHeading(new TextSpan(at, at + dash.Groups["words"].Length), at + dash.Length, dashed);
        }

        int word = at;
        while (word < end && (char.IsAsciiLetter(text[word]) || text[word] is '/' or '&')) word++;
        string first = text[at..word].ToLowerInvariant();
        return word < end && text[word] == ' ' && HeadingTable.Short.Contains(first) && HeadingTable.English.TryGetValue(first, out Heading? abbreviated)
            ? new FoundHeading(new TextSpan(at, word), Behind(text, word, end), abbreviated)
            : null;
    }

    // The longest heading that ends at a colon and begins where one may begin.
    private static FoundHeading? Before(string text, int from, int colon)
    {
        int least = Math.Max(from, colon - LongestHeading);
        for (int at = least; at < colon; at++)
        {
            if (!char.IsLetter(text[at]) || !Begins(text, at, from)) continue;
            if (HeadingTable.English.TryGetValue(Key(text.AsSpan(at, colon - at)), out Heading? heading)) return new FoundHeading(new TextSpan(at, colon), colon + 1, heading);
        }

        return null;
    }

    private static bool Begins(string text, int at, int from)
    {
        if (at <= from) return at == from && from > 0 && text[at - 1] is ' ' or '\n';
        if (text[at - 1] is '|' or ';' or '\t') return true;
        return at >= 2 && text[at - 1] == ' ' && text[at - 2] is ' ' or '.' or ';' or '|' or ')';
    }

    private static int Behind(string text, int at, int end)
    {
        while (at < end && text[at] == ' ') at++;
        return at;
    }

    // Diagnosis(es), Home Medications (reviewed): what stands in brackets at the end is no part of the heading.
    private static string Key(ReadOnlySpan<char> words) => Spaces().Replace(Bracket().Replace(words.ToString(), "").Trim(' ', '-', '*', '#', '.'), " ").ToLowerInvariant();

    [GeneratedRegex(@"\G[ *#>\-•]*(?:[0-9]{1,2}[.)] *)?[*#]*", RegexOptions.CultureInvariant)]
    private static partial Regex Lead();

    [GeneratedRegex(@"\G(?<words>[A-Za-z][A-Za-z/&() ]*?) +- +", RegexOptions.CultureInvariant)]
    private static partial Regex Dash();

    [GeneratedRegex(@" *\([^()]*\) *$", RegexOptions.CultureInvariant)]
    private static partial Regex Bracket();

    [GeneratedRegex(" {2,}", RegexOptions.CultureInvariant)]
    private static partial Regex Spaces();
}
