using System.Globalization;
using System.Text.RegularExpressions;
using Consortium.Adapters.Chinese;

namespace Consortium.Adapters.Narrative;

/// <summary>An age as a note gives it.</summary>
/// <param name="Span">The number and its unit.</param>
/// <param name="Number">The number.</param>
/// <param name="Ucum"><c>a</c>, <c>mo</c>, <c>wk</c> or <c>d</c>.</param>
internal sealed record NoteAge(TextSpan Span, NoteNumber Number, string Ucum);

/// <content>Dates and ages, each checked against the others.</content>
internal sealed partial class Identification
{
    // Nominal age (虚岁) counts the year of birth as one and steps at New Year: up to two more than the calendar gives.
    private const int AgeTolerance = 2;

    private void TakeDate(string field, TextSpan span)
    {
        ChineseDate? date = _dates.ParseAt(span.Start, out int length, out bool isAmbiguous);
        if (date is null)
        {
            if (field is "writtenAt" or "eventAt") _issues.Warning(span.Start, "value", "the date of the note cannot be read in one way and is left out.");
            else if (isAmbiguous && IsEnglish(span)) _issues.Warning(span.Start, "value", "day and month of this date may be exchanged, or its year has two digits: it is left out. Write it as 2026-11-22 or 22 November 2026.");
            else _issues.Error(span.Start, "value", "this is no date that has one reading: year, month and day are wanted, as in 2026-11-22 or 2026年11月22日.");
            return;
        }

        KeepDate(field, new TextSpan(span.Start, span.Start + length), date.Value);
    }

    // 入院：2026-08-19 is a date, 入院：胸痛 none.
    private void TakeDateIfOne(string field, TextSpan span)
    {
        string kept = field switch { "maybeAdmittedAt" => "admittedAt", "maybeDischargedAt" => "dischargedAt", "maybeEventAt" => "eventAt", "maybeWrittenAt" => "writtenAt", _ => field };
        if (span.Length == 0) return;
        if (_dates.ParseAt(span.Start, out int length, out bool isAmbiguous) is { } date) KeepDate(kept, new TextSpan(span.Start, span.Start + length), date);
        else if (length > 0 && isAmbiguous) _issues.Warning(span.Start, "value", "day and month of this date may be exchanged, or its year has two digits: it is left out. Write it as 2026-11-22 or 22 November 2026.");
    }

    private void KeepDate(string field, TextSpan read, ChineseDate date)
    {
        ChineseDate? before = field switch
        {
            "birthDate" => BirthDate is { } birth ? new ChineseDate(birth, null, false) : null,
            "admittedAt" => AdmittedAt,
            "dischargedAt" => DischargedAt,
            "eventAt" => EventAt,
            _ => WrittenAt,
        };
        if (before is { } other && field == "eventAt") return;
        if (before is { } stated && field != "writtenAt" && stated.Date != date.Date)
        {
            _issues.Error(read.Start, "conflict", $"another date stands at {_note.Place(_values[field].Span.Start)} behind a label of the same meaning: which one holds cannot be told.");
            return;
        }

        if (before is { Time: not null } && date.Time is null) return;
        _values[field] = (_note[read], read);
        if (field == "birthDate") BirthDate = date.Date;
        else if (field == "admittedAt") AdmittedAt = date;
        else if (field == "dischargedAt") DischargedAt = date;
        else if (field == "eventAt") EventAt = date;
        else WrittenAt = date;
    }

    private bool IsEnglish(TextSpan span)
    {
        int line = _note.Folded.LastIndexOf('\n', Math.Max(0, span.Start - 1)) + 1;
        return !Facts.Scripts.HasHan(_note.Folded.AsSpan(line, span.End - line));
    }

    // 1岁3月 has two units and stays text.
    private void TakeAge(int start, int end)
    {
        Match match = AgeText().Match(_note.Folded, start, Math.Max(0, end - start));
        if (!match.Success) return;
        Group number = match.Groups["n"];
        string ucum = match.Groups["u"].Value.ToLowerInvariant() switch
        {
            "月" or "个月" or "months" or "month" or "mo" => "mo",
            "天" or "日" or "days" or "day" => "d",
            "周" or "weeks" or "week" or "wk" => "wk",
            _ => "a",
        };
        var age = new NoteAge(
            new TextSpan(match.Index, match.Index + match.Length), new NoteNumber(new TextSpan(number.Index, number.Index + number.Length), number.Value), ucum);
        if (Age is { } other)
        {
            if (Years(other) is { } a && Years(age) is { } b && Math.Abs(a - b) > AgeTolerance)
            {
                _issues.Error(number.Index, "conflict", $"another age stands at {_note.Place(other.Span.Start)}: which one holds cannot be told.");
            }

            return;
        }

        Age = age;
    }

    private void CheckAge()
    {
        if (BirthDate is not { } birth || Age is not { } age || Years(age) is not { } written || (AdmittedAt ?? EventAt ?? DischargedAt ?? WrittenAt) is not { } at) return;
        int years = at.Date.Year - birth.Year - (at.Date.DayOfYear < birth.DayOfYear ? 1 : 0);
        if (Math.Abs(years - written) <= AgeTolerance) return;
        string where = _values.TryGetValue("birthDate", out (string Value, TextSpan Span) date) ? _note.Place(date.Span.Start) : _note.Place(_values["identityCard"].Span.Start);
        _issues.Error(age.Span.Start, "conflict", $"the age does not fit the birth date at {where}.");
    }

    private static int? Years(NoteAge age) =>
        int.TryParse(age.Number.Digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? age.Ucum == "a" ? number : 0 : null;

    [GeneratedRegex(@"\G(?<n>[0-9]{1,3}) ?(?:(?<u>周岁|岁|个月|月|天|日(?!龄)|周|years?|yrs?|months?|weeks?|days?|y/?o|y\.o\.?|Y|y)(?![a-z0-9])(?!(?:半|[0-9]{1,2} ?(?:月|个月|天))|\+)|(?=$|[ ,;\n\r)]))", RegexOptions.CultureInvariant)]
    private static partial Regex AgeText();
}
