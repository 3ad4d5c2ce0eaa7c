using System.Text.RegularExpressions;
using Consortium.Adapters.Narrative.Facts;

namespace Consortium.Adapters.Narrative;

/// <summary>A section of a note.</summary>
/// <param name="Heading">What it is.</param>
/// <param name="Title">The heading as written; empty for the words before the first one.</param>
/// <param name="Body">From behind the heading to the next one.</param>
internal sealed record NoteSection(Heading Heading, TextSpan Title, TextSpan Body)
{
    public string Kind => Heading.Kind;
}

/// <summary>
/// Finds the headings of a note. Chinese ones at the start of a line, numbered or bracketed, letters spaced out (出 院 诊 断), with a colon or alone,
/// inside a line only with a colon; English ones by <see cref="EnglishHeadings"/>. A heading with one typing error counts where only one kind can be meant.
/// </summary>
internal static partial class NoteSections
{
    private static readonly TermTable<Heading> Automaton = new(HeadingTable.Chinese);
    private static readonly int Longest = HeadingTable.Chinese.Keys.Max(heading => heading.Length);

    /// <summary>The sections in order; the text before the first one is left out.</summary>
    public static List<NoteSection> Find(NoteText note)
    {
        string text = note.Folded;
        SortedDictionary<int, FoundHeading> found = [];
        int start = 0;
        while (start < text.Length)
        {
            int end = text.IndexOf('\n', start);
            if (end < 0) end = text.Length;
            if (Scripts.HasHan(text.AsSpan(start, end - start)))
            {
                if ((AtLineStart(text, start, end) ?? NearlyAtLineStart(text, start, end)) is { } heading) found[heading.Title.Start] = heading;
            }
            else
            {
                EnglishHeadings.Find(text, start, end, found);
            }

            start = end + 1;
        }

        FoundHeading[] atLineStart = [.. found.Values];
        int next = 0;
        foreach (TermMatch<Heading> match in Automaton.FindLongest(text))
        {
            while (next < atLineStart.Length && atLineStart[next].Body <= match.Start) next++;
            bool inside = next < atLineStart.Length && match.End > atLineStart[next].Title.Start;
            if (!inside && InLine(text, match) is { } body) found[match.Start] = new FoundHeading(new TextSpan(match.Start, match.End), body, match.Value);
        }

        List<NoteSection> sections = [];
        FoundHeading[] all = [.. found.Values];
        for (int i = 0; i < all.Length; i++)
        {
            int end = i + 1 < all.Length ? LineOrNumberStart(text, all[i + 1].Title.Start, all[i].Body) : text.Length;
            sections.Add(new NoteSection(all[i].Heading, all[i].Title, new TextSpan(all[i].Body, Math.Max(all[i].Body, end))));
        }

        return sections;
    }

    private static FoundHeading? AtLineStart(string text, int start, int end)
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
            if (HeadingTable.Chinese.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(squeezed[..length], out Heading? heading)) (best, bestEnd) = (heading, i + 1);
        }

        if (best is null) return null;
        Match tail = Tail().Match(text, bestEnd, end - bestEnd);
        int body = bestEnd + tail.Length;
        bool closed = tail.Groups["close"].Success, colon = tail.Groups["colon"].Success;
        if (bracketed != closed && !colon) return null;
        if (!colon && !closed && body < end && (body == bestEnd || !AloneMayStand(best))) return null;
        return new FoundHeading(new TextSpan(at, bestEnd), body, best);
    }

    // 入院诊段：, 【现病吏】: only before a colon or in brackets, where nothing but a heading stands.
    private static FoundHeading? NearlyAtLineStart(string text, int start, int end)
    {
        Match match = Nearly().Match(text, start, end - start);
        if (!match.Success) return null;
        Group words = match.Groups["words"];
        string squeezed = HeadingTable.Squeezed(words.ValueSpan);
        if (NoteLabels.IsLabel(squeezed) || HeadingTable.Nearly(squeezed) is not { } heading || heading.Kind is "title" or "signature") return null;
        return new FoundHeading(new TextSpan(words.Index, words.Index + words.Length), match.Index + match.Length, heading);
    }

    // A heading without a colon and with text behind it on its line: only where the word is no part of ordinary sentences.
    private static bool AloneMayStand(Heading heading) =>
        heading.Kind is "admission-diagnosis" or "discharge-diagnosis" or "discharge-medications" or "preoperative-diagnosis" or "postoperative-diagnosis" or "chief-complaint" or "present-illness" or "title";

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

    [GeneratedRegex(@"\G *(?:(?:[一二三四五六七八九十]{1,3}[、.,]|\((?:[一二三四五六七八九十]{1,3}|[0-9]{1,2})\)|[0-9]{1,2}[.、)]) *)?(?:\[ *(?<words>[\u3400-\u9FFF ]{2,12}?) *\] *:?|(?<words>[\u3400-\u9FFF ]{2,12}?) *:) *", RegexOptions.CultureInvariant)]
    private static partial Regex Nearly();
}
