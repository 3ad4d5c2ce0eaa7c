using Consortium.Adapters.Chinese;

namespace Consortium.Adapters.Narrative;

/// <summary>What a note is.</summary>
/// <param name="Name"><c>admission</c>, <c>progress</c>, <c>discharge</c>, <c>outpatient</c>, <c>emergency</c>, <c>operation</c>, <c>imaging</c>, <c>laboratory</c>, or <c>note</c>.</param>
/// <param name="Loinc">The LOINC document type.</param>
/// <param name="Display">Its name.</param>
/// <param name="EncounterClass">v3-ActCode; null where a note of this kind does not tell it.</param>
internal sealed record NoteKind(string Name, string Loinc, string Display, string? EncounterClass);

/// <summary>Tells the kind of a note by its title (<c>note-kinds.tsv</c>); where it has none, by the sections that only one kind has.</summary>
internal static class NoteKinds
{
    // A title stands in the first lines, and is no sentence.
    private const int TitleLines = 6;
    private const int LongestTitle = 120;

    private static readonly (NoteKind Kind, string[] Titles)[] Kinds = [.. DataTable.BuiltIn("note-kinds.tsv", 5)
        .Select(row => (new NoteKind(row.Cells[1], row.Cells[2], row.Cells[3], row[4]), row.Cells[0].Split('|')))];

    private static readonly NoteKind Other = new("note", "34109-9", "Note", null);

    // Sections that tell the kind of a note without a title, the surest first.
    private static readonly (string Section, string Kind)[] BySection =
    [
        ("operation-steps", "operation"), ("procedures", "operation"), ("discharge-diagnosis", "discharge"), ("discharge-medications", "discharge"), ("discharge-condition", "discharge"),
        ("discharge-instructions", "discharge"), ("admission-condition", "discharge"), ("report-findings", "imaging"), ("conclusion", "imaging"),
    ];

    /// <summary>The kind of a note.</summary>
    /// <param name="note">The note.</param>
    /// <param name="sections">Its sections.</param>
    /// <param name="title">Where its title stands; null where it has none.</param>
    public static NoteKind Of(NoteText note, IReadOnlyList<NoteSection> sections, out TextSpan? title)
    {
        int body = sections.FirstOrDefault(section => section.Kind is not ("title" or "signature"))?.Title.Start ?? note.Folded.Length;
        title = null;
        int start = 0;
        for (int line = 0; line < TitleLines && start < note.Folded.Length; line++)
        {
            int end = note.Folded.IndexOf('\n', start);
            if (end < 0) end = note.Folded.Length;
            TextSpan words = note.Trim(new TextSpan(start, end));
            if (words.Start >= body && line > 0) break;
            if (words.Length is > 0 and <= LongestTitle && ByTitle(note.Folded.AsSpan(words.Start, words.Length)) is { } kind)
            {
                title = words;
                return kind;
            }

            start = end + 1;
        }

        return BySections(sections);
    }

    private static NoteKind BySections(IReadOnlyList<NoteSection> sections)
    {
        foreach ((string section, string kind) in BySection)
        {
            if (sections.Any(found => found.Kind == section)) return Named(kind);
        }

        bool history = sections.Any(found => found.Kind is "chief-complaint" or "present-illness") && sections.Any(found => found.Kind is "past-history" or "physical-findings");
        if (!history) return sections.Any(found => found.Kind == "title") ? Named("discharge") : Other;
        return Named(sections.Any(found => found.Kind is "admission-diagnosis") ? "admission" : "outpatient");
    }

    private static NoteKind Named(string name) => Array.Find(Kinds, row => row.Kind.Name == name && row.Kind.Loinc is not ("47046-8" or "11488-4" or "11526-1")).Kind;

    private static NoteKind? ByTitle(ReadOnlySpan<char> line)
    {
        // 入 院 记 录: letters of a title may stand apart.
        string squeezed = HeadingTable.Squeezed(line);
        string lower = line.ToString().ToLowerInvariant();
        NoteKind? best = null;
        int longest = 0;
        foreach ((NoteKind kind, string[] titles) in Kinds)
        {
            foreach (string title in titles)
            {
                if (title.Length <= longest) continue;
                bool latin = char.IsAscii(title[0]);
                if (!(latin ? HasWord(lower, title) : HasChinese(squeezed, title))) continue;
                (best, longest) = (kind, title.Length);
            }
        }

        return best;
    }

    // 入院记录时间 is a label; 因…于门诊就诊 is a sentence.
    private static bool HasChinese(string squeezed, string title)
    {
        int at = squeezed.IndexOf(title, StringComparison.Ordinal);
        if (at < 0) return false;
        string behind = squeezed[(at + title.Length)..];
        if (behind.StartsWith('号') || behind.StartsWith("时间", StringComparison.Ordinal) || behind.StartsWith("日期", StringComparison.Ordinal)) return false;
        return title.Length > 2 || !squeezed.AsSpan().ContainsAny(",。;:");
    }

    private static bool HasWord(string lower, string title)
    {
        for (int at = lower.IndexOf(title, StringComparison.Ordinal); at >= 0; at = lower.IndexOf(title, at + 1, StringComparison.Ordinal))
        {
            int end = at + title.Length;
            bool before = at == 0 || !char.IsLetterOrDigit(lower[at - 1]) || !char.IsLetterOrDigit(title[0]);
            if (before && (end == lower.Length || !char.IsLetterOrDigit(lower[end])) && !(end < lower.Length && lower[end] == ':') && !lower.AsSpan(end).StartsWith(" date")) return true;
        }

        return false;
    }
}
