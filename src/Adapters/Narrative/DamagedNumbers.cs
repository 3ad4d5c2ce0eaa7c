using System.Text.RegularExpressions;
using Consortium.Adapters.Chinese;

namespace Consortium.Adapters.Narrative;

/// <summary>
/// Refuses numbers that were damaged on their way and stand before a unit: <c>12.3.4mg/L</c>, <c>T 36.5.2℃</c>, in Chinese text also <c>1,200×10^9/L</c>.
/// They have more than one reading, and passing over them would hide a value.
/// </summary>
internal static partial class DamagedNumbers
{
    /// <summary>Notes an error for each of a section.</summary>
    public static void Refuse(NoteText note, TextSpan body, NoteIssues issues)
    {
        foreach (Match match in Damaged().EnumerateAll(note.Folded, body.Start, body.End))
        {
            // A full-width comma separates clauses; an English one separates thousands.
            if (match.Value.Contains(',', StringComparison.Ordinal) && (!note.HasHan || note.Original.AsSpan(match.Index, match.Length).Contains('，'))) continue;
            int at = match.Index + match.Length;
            while (at < body.End && note.Folded[at] == ' ') at++;
            if (ChineseDate.ParseAt(note.Folded, match.Index, out _) is not null || at >= body.End || Units.Notes.Match(note.Folded, at) is not { } unit) continue;
            if (unit.Ucum is "%" or "g" or "m" && at > match.Index + match.Length) continue;
            issues.Error(match.Index, "value", "a number that cannot be read: digits with one decimal point are wanted (1,200 and 12.3.4 have more than one reading).");
        }
    }

    [GeneratedRegex(@"(?<![0-9.,/\-])[0-9]{1,4}(?:\.[0-9]{1,4}){2,3}(?![0-9.])|(?<![0-9.,])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9,])", RegexOptions.CultureInvariant)]
    private static partial Regex Damaged();
}
