using System.Text.RegularExpressions;
using Consortium.Adapters.Chinese;

namespace Consortium.Adapters.Narrative;

/// <content>English labels, and sex and age that stand in the head of a note without labels (<c>73 y/o male</c>, 男 61岁).</content>
internal sealed partial class Identification
{
    // Behind that many characters a note is no longer at its head.
    private const int LongestHead = 800;

    private void TakeEnglish(LabelledValue labelled, string folded)
    {
        TextSpan span = labelled.Value;
        switch (labelled.Field)
        {
            case "name":
                Match name = EnglishName().Match(folded);
                // NEW PATIENT CONSULTATION: without a colon a name has two words, and the label opens its line.
                if (!labelled.HasColon && !(name.Success && name.Groups["n"].Value.Contains(' ', StringComparison.Ordinal) && OpensLine(labelled.Label.Start))) break;
                if (name.Success) Keep("name", Part(span, name.Groups["n"]), conflicts: labelled.HasColon);
                else if (labelled.HasColon) _issues.Warning(span.Start, "value", "what stands behind the label of the name is no name and stays text.");
                break;
            case "admissionNumber" or "medicalRecordNumber":
                Match number = EnglishNumber().Match(folded);
                if (number.Success) Keep(labelled.Field, Part(span, number.Groups["n"]));
                else if (labelled.HasColon && labelled.Field == "medicalRecordNumber" && labelled.Label.Length > 2) _issues.Error(span.Start, "value", "what stands behind the label is no record number (letters, digits, hyphens).");
                break;
            case "sex":
                Match sex = EnglishSex().Match(folded);
                if (sex.Success) Keep("sex", Part(span, sex.Groups["s"]));
                else if (labelled.HasColon) _issues.Error(span.Start, "value", "the sex cannot be read: male or female is wanted, alone.");
                break;
            case "sexAge":
                Match both = SexAndAge().Match(folded);
                if (!both.Success) break;
                Keep("sex", Part(span, both.Groups["s"]));
                TakeAge(span.Start + both.Groups["a"].Index, span.End);
                break;
            case "age":
                TakeAge(span.Start, span.End);
                break;
            case "birthDate" or "admittedAt" or "dischargedAt" or "writtenAt" or "eventAt":
                if (labelled.HasColon) TakeDate(labelled.Field, span);
                else TakeDateIfOne(labelled.Field, span);
                break;
            case "maybeAdmittedAt" or "maybeDischargedAt" or "maybeEventAt" or "maybeWrittenAt":
                TakeDateIfOne(labelled.Field, span);
                break;
            case "department" or "author" when labelled.HasColon:
                int words = folded.IndexOf("  ", StringComparison.Ordinal);
                Keep(labelled.Field, new TextSpan(span.Start, words < 0 ? span.End : span.Start + words), conflicts: false);
                break;
        }
    }

    // The head is what stands before the first clinical section: there a sex beside an age is the patient's.
    private void TakeHead(int header)
    {
        header = Math.Min(header, LongestHead);
        foreach (Match match in HeadSexAge().EnumerateAll(_note.Folded, 0, header))
        {
            Group sex = match.Groups["s"], age = match.Groups["a"];
            if (_values.TryGetValue("sex", out (string Value, TextSpan Span) stated))
            {
                if (SexOf(stated.Value) is { } one && SexOf(sex.Value) is { } other && one != other)
                {
                    _issues.Error(sex.Index, "conflict", $"another sex stands at {_note.Place(stated.Span.Start)}: which one holds cannot be told.");
                }
            }
            else
            {
                _values["sex"] = (sex.Value, new TextSpan(sex.Index, sex.Index + sex.Length));
            }

            if (Age is null) TakeAge(age.Index, header);
            break;
        }

        if (Age is null && HeadAge().Match(_note.Folded, 0, header) is { Success: true } alone) TakeAge(alone.Groups["a"].Index, header);
        if (WrittenAt is null && EventAt is null) TakeHeadDate(header);
    }

    // 2026-03-05 09:30　主治医师查房记录: the one date at the beginning of a line of the head.
    private void TakeHeadDate(int header)
    {
        ChineseDate? only = null;
        for (int line = 0; line < header && line >= 0; line = _note.Folded.IndexOf('\n', line) + 1)
        {
            int at = line;
            while (at < header && _note.Folded[at] == ' ') at++;
            if (at < header && char.IsAsciiLetterOrDigit(_note.Folded[at]) && _dates.ParseAt(at, out _, out _) is { } date)
            {
                if (only is { } other && other.Date != date.Date) return;
                only ??= date;
            }

            if (_note.Folded.IndexOf('\n', line) < 0) break;
        }

        EventAt = only;
    }

    // 患者，男，45岁 and 68-year-old man of the history: the same person as in the head.
    private void CheckRunningText(int number)
    {
        Match running = InRunningText().Match(_note.Folded);
        if (!running.Success || Gender is null || SexOf(running.Groups["sex"].Value) is not { } sex) return;
        string where = _values.TryGetValue("sex", out (string Value, TextSpan Span) stated) ? _note.Place(stated.Span.Start) : _note.Place(number);
        if (Gender != sex) _issues.Error(running.Groups["sex"].Index, "conflict", $"the sex in the running text and the one at {where} disagree.");
        if (running.Groups["age"] is { Success: true } age) TakeAge(age.Index, _note.Folded.Length);
    }

    private bool OpensLine(int at)
    {
        while (at > 0 && _note.Folded[at - 1] == ' ') at--;
        return at == 0 || _note.Folded[at - 1] == '\n';
    }

    private static string? SexOf(string? written) => written?.ToLowerInvariant() switch
    {
        "男" or "male" or "m" or "man" or "boy" or "gentleman" => "male",
        "女" or "female" or "f" or "woman" or "girl" or "lady" => "female",
        _ => null,
    };

    private static TextSpan Part(TextSpan span, Group group) => new(span.Start + group.Index, span.Start + group.Index + group.Length);

    [GeneratedRegex(@"^(?<n>(?:(?:Mr|Mrs|Ms|Miss|Dr|Mdm|Master)\.? )?(?:\p{Lu}[\p{L}.'\u2019\-]{0,30})(?:,? (?:(?:of|de|la|van|von|der|den|bin|al|el) )?\p{Lu}[\p{L}.'\u2019\-]{0,30}){0,4})(?=$|[ ,;|(/])", RegexOptions.CultureInvariant)]
    private static partial Regex EnglishName();

    // Letters before digits, and groups of digits behind them: WX 552 9081, MR0012001, R-30911.
    [GeneratedRegex(@"^#? ?(?<n>(?:[A-Za-z]{1,4} (?=[0-9]))?(?=[A-Za-z\-]{0,6}[0-9])[A-Za-z0-9][A-Za-z0-9\-]{0,31}(?: [0-9]{2,8}(?![0-9/.\-]|[A-Za-z])){0,3})(?=$|[ ,;|()])", RegexOptions.CultureInvariant)]
    private static partial Regex EnglishNumber();

    [GeneratedRegex(@"^(?<s>male|female|man|woman|boy|girl|m|f)(?=$|[ ,;|/(])", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex EnglishSex();

    [GeneratedRegex(@"^(?:(?<a>[0-9]{1,3}) ?(?:years?|yrs?|y/?o|y)?[ ,/]*(?<s>male|female|m|f)\b|(?<s>male|female|m|f)[ ,/]*(?<a>[0-9]{1,3})\b)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex SexAndAge();

    [GeneratedRegex(@"(?<![\u3400-\u9FFF])(?<s>[男女])(?:性)?[ ,、;/|]{0,6}(?:年龄:? ?)?(?<a>[0-9]{1,3})(?= ?(?:岁|[ ,;\n\r]|$))|(?<![0-9A-Za-z./\-])(?<a>[0-9]{1,3})[ \-]?(?:y/?o|y\.o\.?|yo|years?(?:[ \-]old)?|yrs?|y)?[ ,/]{0,2}(?<s>male|female|Male|Female|M|F)(?![A-Za-z/.'])|(?<![A-Za-z])(?<s>male|female|Male|Female|M|F)[ ,/|]{1,8}(?<a>[0-9]{1,3})(?= ?(?:y|Y|[ ,;\n\r]|$))", RegexOptions.CultureInvariant)]
    private static partial Regex HeadSexAge();

    [GeneratedRegex(@"(?<![0-9./\-])(?<a>[0-9]{1,3})(?= ?岁)|(?<![0-9./\-])(?<a>[0-9]{1,3})(?=[ \-]?(?:years?[ \-]old|y/?o|y\.o\.))", RegexOptions.CultureInvariant)]
    private static partial Regex HeadAge();

    [GeneratedRegex(@"患者(?:[\u3400-\u9FFF]{0,4})[, ]{0,2}(?<sex>[男女])性?(?=[, ])(?:[, ]{1,3}(?<age>[0-9]{1,3})(?= ?岁))?|(?:is an? |(?:^|\n)[^\n]{0,40}?)(?<age>[0-9]{1,3})[ \-](?:year[ \-]old|y/o|y\.o\.) (?:[A-Za-z\-]+ ){0,2}?(?<sex>man|woman|male|female|gentleman|lady|boy|girl)\b", RegexOptions.CultureInvariant)]
    private static partial Regex InRunningText();
}
