using Consortium.Adapters.Chinese;

namespace Consortium.Adapters.Narrative;

/// <summary>A label and what stands behind it.</summary>
internal sealed record LabelledValue(string Field, TextSpan Label, TextSpan Value);

/// <summary>
/// Finds labels such as 姓名：, 住 院 号 : or, in the head of a note, 姓名 with white space behind it. A value ends at the next label or the end of its line.
/// </summary>
internal static class NoteLabels
{
    private static readonly Dictionary<string, string> Labels = DataTable.BuiltIn("labels.tsv", 2)
        .ToDictionary(row => row.Cells[0], row => row.Cells[1], StringComparer.Ordinal);

    private static readonly int Longest = Labels.Keys.Max(label => label.Length);

    /// <summary>The labelled values in order.</summary>
    /// <param name="note">The note.</param>
    /// <param name="header">Where its first clinical section begins: up to there a colon may be missing.</param>
    public static List<LabelledValue> Find(NoteText note, int header)
    {
        string text = note.Folded;
        List<(string Field, int Start, int End, int Value)> labels = [];
        for (int i = 0; i < text.Length; i++)
        {
            if (i > 0 && !IsBoundary(text[i - 1])) continue;
            if (At(text, i, header) is not { } label) continue;
            labels.Add(label);
            i = label.Value - 1;
        }

        List<LabelledValue> values = [];
        for (int i = 0; i < labels.Count; i++)
        {
            (string field, int start, int end, int value) = labels[i];
            int stop = text.AsSpan(value).IndexOfAny('\n', '\r', '|');
            int last = stop < 0 ? text.Length : value + stop;
            if (i + 1 < labels.Count) last = Math.Min(last, labels[i + 1].Start);
            TextSpan span = note.Trim(new TextSpan(value, last));
            while (span.Length > 0 && text[span.End - 1] is ',' or ';' or '。' or '[' or '(') span = note.Trim(span with { End = span.End - 1 });
            values.Add(new LabelledValue(field, new TextSpan(start, end), span));
        }

        return values;
    }

    private static (string Field, int Start, int End, int Value)? At(string text, int start, int header)
    {
        Span<char> squeezed = stackalloc char[Longest];
        int length = 0, end = start;
        string? field = null;
        for (int i = start; i < text.Length && length < Longest && i - start < 2 * Longest + 8; i++)
        {
            if (text[i] == ' ' && length > 0) continue;
            if (text[i] is ' ' or '\n' or '\r' or ':') break;
            squeezed[length++] = text[i];
            if (Labels.TryGetValue(squeezed[..length].ToString(), out string? found)) (field, end) = (found, i + 1);
        }

        if (field is null) return null;
        int at = end;
        while (at < text.Length && text[at] is ' ' or ']' or ')') at++;
        bool colon = at < text.Length && text[at] == ':';
        if (colon) at++;
        else if (!(start < header && at > end && field is not ("other" or "author" or "writtenAt") && end - start > 1 && text.AsSpan(start, 2) is not "患者")) return null;
        while (at < text.Length && text[at] == ' ') at++;
        return (field, start, end, at);
    }

    private static bool IsBoundary(char c) => char.IsWhiteSpace(c) || c is ',' or ';' or '。' or '|' or '(' or '[' or ']' or '、' or '.' || char.IsAsciiDigit(c);
}
