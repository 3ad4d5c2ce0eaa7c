using System.Text.RegularExpressions;
using Consortium.Adapters.Narrative.Facts;

namespace Consortium.Adapters.Narrative;

/// <summary>
/// Parts an English list into its items: by lines, where a line that is wrapped goes on with the one above, and by semicolons. Where items are numbered or have bullets,
/// a line without one goes on with the item above.
/// </summary>
internal static partial class ListItems
{
    /// <summary>True where a section's text is English.</summary>
    public static bool IsEnglish(NoteText note, TextSpan body) => !Scripts.HasHan(note.Folded.AsSpan(body.Start, body.Length));

    /// <summary>The list of a section: to its first empty line; a list that begins below its heading to the first one behind it.</summary>
    public static TextSpan First(NoteText note, TextSpan body)
    {
        string text = note.Folded;
        int start = body.Start;
        while (start < body.End && char.IsWhiteSpace(text[start])) start++;
        Match gap = Blank().Match(text, start, body.End - start);
        return new TextSpan(start, gap.Success ? gap.Index : body.End);
    }

    /// <summary>The items, trimmed, without their numbers.</summary>
    public static List<TextSpan> Of(NoteText note, TextSpan body)
    {
        string text = note.Folded;
        bool bulleted = Bullet().IsMatch(text.AsSpan(body.Start, body.Length));
        List<TextSpan> items = [];
        int start = body.Start;
        void Close(int end)
        {
            TextSpan item = note.Trim(new TextSpan(start, Math.Max(start, end)));
            Match lead = BulletAt().Match(text, item.Start, item.Length);
            if (lead.Success) item = note.Trim(item with { Start = Math.Min(item.End, item.Start + lead.Length) });
            while (item.Length > 0 && text[item.End - 1] is '.' or ';' or ',') item = note.Trim(item with { End = item.End - 1 });
            if (item.Length > 0) items.Add(item);
        }

        for (int i = body.Start; i < body.End; i++)
        {
            bool line = text[i] is '\n' or '\r';
            bool ends = line ? !bulleted || BulletAt().IsMatch(text.AsSpan(i + 1, body.End - i - 1)) || Headed().IsMatch(text.AsSpan(i + 1, body.End - i - 1)) : text[i] == ';' || (text[i] == ' ' && i + 1 < body.End && !IsNumberWord(text, i) && Numbered().Match(text, i, body.End - i).Success);
            if (!ends) continue;
            Close(i);
            start = i + 1;
        }

        Close(body.End);
        return items;
    }

    // One (1) tablet: the number in brackets repeats the word.
    private static bool IsNumberWord(string text, int end)
    {
        int start = text.LastIndexOfAny([' ', '\n', ':'], Math.Max(0, end - 1)) + 1;
        return start < end && end - start < 8 && PrescriptionNumbers.Said(text[start..end].ToLowerInvariant()) > 0;
    }

    [GeneratedRegex(@"\n[ \r]*\n", RegexOptions.CultureInvariant)]
    private static partial Regex Blank();

    [GeneratedRegex(@"(?:^|\n) *(?:[0-9]{1,2}[.)](?![0-9])|\([0-9]{1,2}\)|[\-*•#]) *", RegexOptions.CultureInvariant)]
    private static partial Regex Bullet();

    [GeneratedRegex(@"\G *(?:[0-9]{1,2}[.)](?![0-9])|\([0-9]{1,2}\)|[\-*•#]) *", RegexOptions.CultureInvariant)]
    private static partial Regex BulletAt();

    // STOPPED: among numbered lines.
    [GeneratedRegex(@"\G *[A-Z][A-Z ]{2,30}:", RegexOptions.CultureInvariant)]
    private static partial Regex Headed();

    // … disease 2. hypertension: a number inside a line.
    [GeneratedRegex(@"\G +(?:[0-9]{1,2}[.)] |\([0-9]{1,2}\) )(?=[A-Za-z])", RegexOptions.CultureInvariant)]
    private static partial Regex Numbered();
}
