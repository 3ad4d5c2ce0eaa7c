using System.Text.RegularExpressions;
using Consortium.Adapters.Chinese;

namespace Consortium.Adapters.Narrative;

/// <summary>A heading that the lexicon knows.</summary>
internal sealed record Heading(string Kind, string? Loinc, string? Display);

/// <summary>A section of a note.</summary>
/// <param name="Heading">What it is.</param>
/// <param name="Title">The heading as written.</param>
/// <param name="Body">From behind the heading to the next one.</param>
internal sealed record NoteSection(Heading Heading, TextSpan Title, TextSpan Body);

/// <summary>
/// Finds the headings of a note: at the start of a line, numbered or bracketed, letters spaced out (出 院 诊 断), with a colon or alone;
/// inside a line only with a colon.
/// </summary>
internal static partial class NoteSections
{
    private static readonly Dictionary<string, Heading> Headings = DataTable.BuiltIn("headings.tsv", 4)
        .ToDictionary(row => row.Cells[0], row => new Heading(row.Cells[1], row[2], row[3]), StringComparer.Ordinal);

    private static readonly TermTable<Heading> Automaton = new(Headings);
    private static readonly int Longest = Headings.Keys.Max(heading => heading.Length);

    /// <summary>The sections in order; the text before the first one is left out.</summary>
    public static List<NoteSection> Find(NoteText note)
    {
        string text = note.Folded;
        SortedDictionary<int, (TextSpan Title, int Body, Heading Heading)> found = [];
        int start = 0;
        while (start < text.Length)
        {
            int end = text.IndexOf('\n', start);
            if (end < 0) end = text.Length;
            if (AtLineStart(text, start, end) is { } heading) found[heading.Title.Start] = heading;
            start = end + 1;
        }

        (TextSpan Title, int Body, Heading Heading)[] atLineStart = [.. found.Values];
        int next = 0;
        foreach (TermMatch<Heading> match in Automaton.FindLongest(text))
        {
            while (next < atLineStart.Length && atLineStart[next].Body <= match.Start) next++;
            bool inside = next < atLineStart.Length && match.End > atLineStart[next].Title.Start;
            if (!inside && InLine(text, match) is { } body) found[match.Start] = (new TextSpan(match.Start, match.End), body, match.Value);
        }

        List<NoteSection> sections = [];
        (TextSpan Title, int Body, Heading Heading)[] all = [.. found.Values];
        for (int i = 0; i < all.Length; i++)
        {
            int end = i + 1 < all.Length ? LineOrNumberStart(text, all[i + 1].Title.Start, all[i].Body) : text.Length;
            sections.Add(new NoteSection(all[i].Heading, all[i].Title, new TextSpan(all[i].Body, Math.Max(all[i].Body, end))));
        }

        return sections;
    }

    private static (TextSpan Title, int Body, Heading Heading)? AtLineStart(string text, int start, int end)
    {
        Match lead = Lead().Match(text, start, end - start);
        int at = lead.Success ? start + lead.Length : start;
        bool bracketed = lead.Groups["open"].Success;
        Heading? best = null;
        int bestEnd = at;
        Span<char> squeezed = stackalloc char[Longest];
        int length = 0;
        for (int i = at; i < end && length < Longest; i++)
        {
            if (text[i] == ' ') continue;
            squeezed[length++] = text[i];
            if (Headings.TryGetValue(squeezed[..length].ToString(), out Heading? heading)) (best, bestEnd) = (heading, i + 1);
        }

        if (best is null) return null;
        Match tail = Tail().Match(text, bestEnd, end - bestEnd);
        int body = bestEnd + tail.Length;
        bool closed = tail.Groups["close"].Success, colon = tail.Groups["colon"].Success;
        if (bracketed != closed && !colon) return null;
        if (!colon && !closed && body < end && (body == bestEnd || !AloneMayStand(best))) return null;
        return (new TextSpan(at, bestEnd), body, best);
    }

    // A heading without a colon and with text behind it on its line: only where the word is no part of ordinary sentences.
    private static bool AloneMayStand(Heading heading) => heading.Kind is "admission-diagnosis" or "discharge-diagnosis" or "discharge-medications" or "title";

    private static int? InLine(string text, TermMatch<Heading> match)
    {
        if (match.Start == 0 || match.Value.Kind == "title") return null;
        char before = text[match.Start - 1];
        if (!(char.IsWhiteSpace(before) || before is '。' or ';' or '[' or ']' or '.' or ',')) return null;
        Match tail = Tail().Match(text, match.End);
        return tail.Groups["colon"].Success || (before == '[' && tail.Groups["close"].Success) ? match.End + tail.Length : null;
    }

    // The numbering, bracket or white space before the next heading belongs to neither section.
    private static int LineOrNumberStart(string text, int title, int least)
    {
        int at = title;
        while (at > least && text[at - 1] is ' ' or '[') at--;
        int line = text.LastIndexOf('\n', Math.Max(least, at - 1)) + 1;
        if (line <= least) return Math.Max(least, at);
        Match lead = Lead().Match(text, line, title - line);
        return lead.Success && line + lead.Length == title ? line : at;
    }

    [GeneratedRegex(@"\G *(?:(?:[一二三四五六七八九十]{1,3}[、.,]|\((?:[一二三四五六七八九十]{1,3}|[0-9]{1,2})\)|[0-9]{1,2}[.、)]) *)?(?<open>[\[<《] *)?", RegexOptions.CultureInvariant)]
    private static partial Regex Lead();

    [GeneratedRegex(@"\G *(?<close>[\]>》])? *(?:\([^()\n]{0,20}\) *(?=:))?(?<colon>:)? *", RegexOptions.CultureInvariant)]
    private static partial Regex Tail();
}
