using System.Collections.Frozen;
using Consortium.Adapters.Chinese;

namespace Consortium.Adapters.Narrative;

/// <summary>A label and what stands behind it.</summary>
/// <param name="Field">The field of <c>labels.tsv</c>.</param>
/// <param name="Label">The label.</param>
/// <param name="Value">What stands behind it, to the next label or the end of the line.</param>
/// <param name="IsEnglish">The label is English.</param>
/// <param name="HasColon">A colon stands between them: without one an English word is a label only where its value fits.</param>
internal sealed record LabelledValue(string Field, TextSpan Label, TextSpan Value, bool IsEnglish, bool HasColon);

/// <summary>
/// Finds labels such as 姓名：, 住 院 号 : or MRN, in the head of a note also 姓名 with white space behind it. A value ends at the next label or the end of its line.
/// </summary>
internal static class NoteLabels
{
    // Squeezed and in lower case. Two characters side by side decide quickly that no label begins here.
    private static readonly FrozenDictionary<string, string> Labels = DataTable.BuiltIn("labels.tsv", 2)
        .ToDictionary(row => Folding.Fold(row.Cells[0]).ToLowerInvariant(), row => row.Cells[1], StringComparer.Ordinal).ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly int Longest = Labels.Keys.Max(label => label.Length);
    private static readonly System.Buffers.SearchValues<char> Firsts = System.Buffers.SearchValues.Create([.. Labels.Keys.Select(label => label[0]).Distinct()]);

    // How far without a colon a label may stand from a note's beginning.
    private const int EnglishHead = 1500;

    /// <summary>True for a label, squeezed and in lower case.</summary>
    public static bool IsLabel(string squeezed) => Labels.ContainsKey(squeezed);

    /// <summary>The labelled values in order.</summary>
    /// <param name="note">The note.</param>
    /// <param name="header">Where its first clinical section begins: up to there a colon may be missing.</param>
    public static List<LabelledValue> Find(NoteText note, int header)
    {
        string text = note.Folded;
        List<(string Field, int Start, int End, int Value, bool Colon)> labels = [];
        for (int i = 0; i < text.Length; i++)
        {
            if (i > 0 && !IsBoundary(text[i - 1])) continue;
            if (!Firsts.Contains(Lower(text[i])) || At(text, i, header) is not { } label) continue;
            labels.Add(label);
            i = label.Value - 1;
        }

        List<LabelledValue> values = [];
        for (int i = 0; i < labels.Count; i++)
        {
            (string field, int start, int end, int value, bool colon) = labels[i];
            int stop = text.AsSpan(value).IndexOfAny('\n', '\r', '|');
            int last = stop < 0 ? text.Length : value + stop;
            if (i + 1 < labels.Count) last = Math.Min(last, labels[i + 1].Start);
            TextSpan span = note.Trim(new TextSpan(value, Math.Max(value, last)));
            while (span.Length > 0 && text[span.End - 1] is ',' or ';' or '。' or '[' or '(') span = note.Trim(span with { End = span.End - 1 });
            values.Add(new LabelledValue(field, new TextSpan(start, end), span, char.IsAscii(text[start]) && !HasHan(text, start, end), colon));
        }

        return values;
    }

    private static bool HasHan(string text, int start, int end) => Facts.Scripts.HasHan(text.AsSpan(start, end - start));

    private static (string Field, int Start, int End, int Value, bool Colon)? At(string text, int start, int header)
    {
        Span<char> squeezed = stackalloc char[Longest];
        FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> lookup = Labels.GetAlternateLookup<ReadOnlySpan<char>>();
        int length = 0, end = start;
        string? field = null;
        bool latin = char.IsAsciiLetter(text[start]);
        for (int i = start; i < text.Length && length < Longest && i - start < 2 * Longest + 8; i++)
        {
            if (text[i] == ' ' && length > 0)
            {
                // English words stand one space apart; a gap is a column.
                if (latin && i + 1 < text.Length && text[i + 1] == ' ') break;
                continue;
            }

            if (text[i] is ' ' or '\n' or '\r' or ':') break;
            squeezed[length++] = Lower(text[i]);
            if (latin && i + 1 < text.Length && char.IsAsciiLetterOrDigit(text[i + 1]) && char.IsAsciiLetter(text[i])) continue;
            if (lookup.TryGetValue(squeezed[..length], out string? found)) (field, end) = (found, i + 1);
        }

        if (field is null) return null;
        int at = end;
        while (at < text.Length && text[at] is ' ' or ']' or ')') at++;
        bool colon = at < text.Length && text[at] == ':';
        if (colon) at++;
        else if (!MayStandAlone(text, field, start, end, at, header, latin)) return null;
        while (at < text.Length && text[at] == ' ') at++;
        return (field, start, end, at, colon);
    }

    private static bool MayStandAlone(string text, string field, int start, int end, int at, int header, bool latin)
    {
        if (latin && !HasHan(text, start, end)) return start < Math.Min(header, EnglishHead) && at > end && field != "other" && field != "author" && at < text.Length && text[at] is not ('\n' or '\r');
        if (start >= header || field is "other" or "author" or "writtenAt") return false;
        // 住院号0268877, 入院日期2026-04-22: a number needs no space.
        if (at == end) return field is "admissionNumber" or "medicalRecordNumber" or "admittedAt" or "dischargedAt" && at < text.Length && char.IsAsciiDigit(text[at]) && end - start > 2;
        return end - start > 1 && text.AsSpan(start, 2) is not ("患者" or "孕妇" or "产妇" or "患儿");
    }

    private static char Lower(char c) => c is >= 'A' and <= 'Z' ? (char)(c | 0x20) : c;

    private static bool IsBoundary(char c) => char.IsWhiteSpace(c) || c is ',' or ';' or '。' or '|' or '(' or '[' or ']' or '、' or '.' || char.IsAsciiDigit(c);
}
