using System.Collections.Frozen;
using Consortium.Adapters.Chinese;

namespace Consortium.Adapters.Narrative.Facts.English;

/// <summary>What a section says of the facts in it.</summary>
internal enum SectionKind : byte
{
    Other,
    Past,
    Family,
    Medications,
    Allergies,
    Instructions,
    Orders,
    Differential,
}

/// <summary>The sections of a text by its headings: the kind of the section in which each token stands, and which tokens are headings.</summary>
internal sealed class EnglishSections
{
    private static readonly FrozenDictionary<string, string> Table = DataTable.BuiltIn("english-sections.tsv", 2)
        .ToFrozenDictionary(row => row.Cells[0], row => row.Cells[1], StringComparer.OrdinalIgnoreCase);

    private readonly SectionKind[] _kinds;
    private readonly bool[] _heading;

    private EnglishSections(int tokens)
    {
        _kinds = new SectionKind[tokens];
        _heading = new bool[tokens];
    }

    public SectionKind Of(int token) => _kinds[token];

    /// <summary>The token belongs to a heading.</summary>
    public bool IsHeading(int token) => _heading[token];

    public static EnglishSections Read(EnglishReading reading)
    {
        EnglishSections sections = new(reading.Tokens.Count);
        SectionKind kind = SectionKind.Other;
        int opened = -1;
        for (int i = 0; i < reading.Tokens.Count; i++)
        {
            // A history of one paragraph ends with it; a heading alone has its paragraphs below.
            if (kind is SectionKind.Past or SectionKind.Family && i > opened + 1 && reading.Tokens[i].NewLine && reading.Span[reading.Tokens[i - 1].End..reading.Tokens[i].Start].Count('\n') > 1) kind = SectionKind.Other;
            // Allergies in the line of their heading end with it.
            if (kind == SectionKind.Allergies && i > opened + 1 && opened >= 0 && reading.Tokens[i].NewLine && !reading.Tokens[opened + 1].NewLine && !EnglishLexicon.Wraps(reading.Span, reading.Tokens, i)) kind = SectionKind.Other;
            if (Opens(reading, i) && HeadingAt(reading, i) is var end && end > i)
            {
                kind = sections.Heading(reading, i, end, kind);
                for (; i < end - 1; i++) sections._kinds[i] = kind;
                opened = reading.Is(end, ':') ? end : i;
            }
            else if (reading.Tokens[i].NewLine && TitleAt(reading, i) is var title && title > i)
            {
                for (; i < title; i++) sections._heading[i] = true;
                i--;
            }
            else if (reading.Tokens[i].NewLine && UnknownHeading(reading, i) is var unknown && unknown > i)
            {
                kind = TellsOfThePast(reading, i, unknown) ? SectionKind.Past : SectionKind.Other;
                opened = unknown - 1;
            }
            sections._kinds[i] = kind;
        }
        return sections;
    }

    // A heading opens a line (behind a number or a bullet) or a sentence.
    private static bool Opens(EnglishReading reading, int token)
    {
        if (token == 0 || reading.Tokens[token].NewLine || !reading.Together(token - 1, token)) return true;
        if (reading.Tokens[token - 1].First is ';' or '|' or '*' or '#' && reading.Tokens[token - 1].Kind == EnglishTokenKind.Sign) return true;
        ReadOnlySpan<char> gap = reading.Span[reading.Tokens[token - 1].End..reading.Tokens[token].Start];
        if (gap.Length >= 3) return true; // columns
        int first = token;
        while (first > 0 && !reading.Tokens[first].NewLine) first--;
        return token - first <= 2 && reading.Tokens[first].Kind != EnglishTokenKind.Word;
    }

    // A letterhead or a title: "BREAST ONCOLOGY CLINIC NOTE". In capitals anywhere, in title case only among the first lines.
    private static int TitleAt(EnglishReading reading, int first)
    {
        bool title = false, lower = false;
        int end = first;
        for (; end < reading.Tokens.Count && (end == first || !reading.Tokens[end].NewLine); end++)
        {
            if (end - first > 14 || reading.Is(end, ':') || reading.Is(end, '.')) return first;
            if (end > first && reading.Tokens[end].Start - reading.Tokens[end - 1].End >= 3 && title) break;
            title |= reading.Has(end, WordRole.Title);
            lower |= reading.Tokens[end].Kind == EnglishTokenKind.Word && char.IsLower(reading.Tokens[end].First) && reading.Tokens[end].End - reading.Tokens[end].Start > 3;
        }
        if (!title || lower) return first;
        bool capitals = !reading.Written(first, end).ContainsAnyInRange('a', 'z');
        return capitals || reading.Tokens[first].Start < 200 ? end : first;
    }

    private static int HeadingAt(EnglishReading reading, int token)
    {
        TermHit hit = reading.SectionHits[token];
        if (hit.Length == 0) return token;
        bool opensLine = reading.Tokens[token].NewLine;
        int next = hit.End;
        // (s): Diagnosis(es), Medication(s)
        if (reading.Is(next, '(') && next + 2 < reading.Tokens.Count && reading.Is(next + 2, ')') && reading.Tokens[next].Joined) next += 3;
        if (next >= reading.Tokens.Count) return opensLine ? next : token;
        if (reading.Is(next, ':')) return next;
        if (!opensLine) return token;
        if (reading.Tokens[next].NewLine) return next;
        if (reading.Is(next, '-') && !reading.Tokens[next].Joined && next + 1 < reading.Tokens.Count && !reading.Tokens[next + 1].Joined) return next;
        return Table.TryGetValue(hit.Of(TermKinds.Section)!.Text, out string? kind) && kind == "short" ? next : token;
    }

    private SectionKind Heading(EnglishReading reading, int first, int end, SectionKind before)
    {
        TermHit content = reading.FactAt(first);
        EnglishTerm section = reading.SectionHits[first].Of(TermKinds.Section)!;
        bool keeps = content.Length > 0 && content.Is(TermKinds.Body | TermKinds.Test | TermKinds.Vital) && content.End >= reading.SectionHits[first].End && !AnyGeneric(reading, first, content.End);
        for (int i = first; i < end && !keeps; i++) _heading[i] = true;
        if (Table.TryGetValue(section.Entry.Code ?? section.Entry.Display ?? "", out string? kind)) return Enum.Parse<SectionKind>(kind, ignoreCase: true);
        // An organ's or a test's heading stands inside the section that it is in.
        return keeps && before is not (SectionKind.Medications or SectionKind.Allergies) ? before : SectionKind.Other;
    }

    private static bool AnyGeneric(EnglishReading reading, int first, int end)
    {
        for (int i = first; i < end; i++)
        {
            if (reading.Has(i, WordRole.Generic)) return true;
        }
        return false;
    }

    private static bool TellsOfThePast(EnglishReading reading, int first, int end)
    {
        bool past = false;
        for (int i = first; i < end; i++)
        {
            if (reading.Is(i, "present") || reading.Is(i, "social") || reading.Is(i, "interval") || reading.Is(i, "current") || reading.Is(i, "family") || reading.Is(i, "clinical")) return false;
            past |= reading.Is(i, "history") || reading.Is(i, "previous") || reading.Is(i, "past");
        }
        return past;
    }

    // A line of capitals, or a few words before a colon at the end of a line: a heading that no lexicon has ends the section before it.
    private static int UnknownHeading(EnglishReading reading, int first)
    {
        int end = first;
        bool capitals = true;
        int letters = 0;
        while (end < reading.Tokens.Count && (end == first || !reading.Tokens[end].NewLine) && end - first < 8)
        {
            foreach (char c in reading.Written(end, end + 1))
            {
                if (char.IsLower(c)) capitals = false;
                if (char.IsLetter(c)) letters++;
            }
            end++;
        }
        if (end < reading.Tokens.Count && !reading.Tokens[end].NewLine) return first;
        bool colon = reading.Is(end - 1, ':');
        return letters > 5 && (colon || capitals) && reading.Tokens[first].Kind == EnglishTokenKind.Word && reading.FactAt(first).Length == 0 ? end : first;
    }
}
