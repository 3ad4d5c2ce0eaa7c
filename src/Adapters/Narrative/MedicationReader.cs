using System.Text.RegularExpressions;

namespace Consortium.Adapters.Narrative;

/// <summary>Reads the list of discharge medication into items; each item is read by <see cref="PrescriptionLine"/>.</summary>
internal sealed partial class MedicationReader(NoteText note, NoteIssues issues)
{
    private const int LongestLine = 500;

    /// <summary>The drugs of the section.</summary>
    public IEnumerable<DrugFact> Read(NoteSection section)
    {
        foreach (TextSpan item in Items(section.Body))
        {
            if (item.Length > LongestLine)
            {
                issues.Warning(item.Start, "too-long", "what stands here is too long for one line of medication and stays text.");
                continue;
            }

            if (Nothing().IsMatch(note.Folded.AsSpan(item.Start, item.Length))) continue;
            if (new PrescriptionLine(note, item, issues).Read() is { } drug) yield return drug;
        }
    }

    private List<TextSpan> Items(TextSpan body)
    {
        string text = note.Folded;
        List<TextSpan> items = [];
        int start = body.Start;
        void Close(int end)
        {
            TextSpan item = note.Trim(new TextSpan(start, end));
            while (item.Length > 0 && text[item.End - 1] is '。' or ';' or ',' or '、') item = note.Trim(item with { End = item.End - 1 });
            if (item.Length > 0) items.Add(item);
        }

        for (int i = body.Start; i < body.End; i++)
        {
            if (text[i] is '\n' or '\r')
            {
                // 用法：… on a line of its own goes on with the item above it.
                if (Continuation().IsMatch(text.AsSpan(i, body.End - i))) continue;
                Close(i);
                start = i + 1;
            }
            else if (text[i] is ';' or '。')
            {
                Close(i);
                start = i + 1;
            }
            else if (i == start || text[i - 1] == ' ')
            {
                Match number = Numbering().Match(text, i, body.End - i);
                if (!number.Success) continue;
                Close(i);
                start = i + number.Length;
                i = start - 1;
            }
        }

        Close(body.End);
        return items;
    }

    [GeneratedRegex(@"\G *(?:\([1-9][0-9]?\) *|[1-9][0-9]?(?:[.、)](?![0-9])|[.、](?=[0-9]+%)) *|[①-⑳] *|[一二三四五六七八九十]、 *)", RegexOptions.CultureInvariant)]
    private static partial Regex Numbering();

    [GeneratedRegex(@"^[\r\n]+ *(?:用法|服法|sig|Sig|SIG|S:|每次|口服|用量|剂量)", RegexOptions.CultureInvariant)]
    private static partial Regex Continuation();

    [GeneratedRegex(@"^(?:无|无带药|无出院带药|未带药|见医嘱|同前|[-_/. ]*)$", RegexOptions.CultureInvariant)]
    private static partial Regex Nothing();
}
