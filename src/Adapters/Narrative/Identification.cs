using System.Text.RegularExpressions;
using Consortium.Adapters.Chinese;

namespace Consortium.Adapters.Narrative;

/// <summary>Whom a note is about and which stay: what its labels say, each checked against the others.</summary>
internal sealed partial class Identification
{
    private readonly NoteText _note;
    private readonly NoteIssues _issues;
    private readonly Dictionary<string, (string Value, TextSpan Span)> _values = new(StringComparer.Ordinal);

    private Identification(NoteText note, NoteIssues issues)
    {
        _note = note;
        _issues = issues;
    }

    public string? Name => Value("name");

    public string? Gender { get; private set; }

    public ResidentIdentityCard? Card { get; private set; }

    public DateOnly? BirthDate { get; private set; }

    public string? AdmissionNumber => Value("admissionNumber");

    public string? MedicalRecordNumber => Value("medicalRecordNumber");

    public string? Department => Value("department");

    public string? Author => Value("author");

    public ChineseDate? AdmittedAt { get; private set; }

    public ChineseDate? DischargedAt { get; private set; }

    public ChineseDate? WrittenAt { get; private set; }

    /// <summary>Reads the identification.</summary>
    public static Identification Read(NoteText note, IReadOnlyList<NoteSection> sections, NoteIssues issues)
    {
        var identification = new Identification(note, issues);
        int header = sections.FirstOrDefault(section => section.Heading.Kind is not ("title" or "signature"))?.Title.Start ?? note.Folded.Length;
        foreach (LabelledValue value in NoteLabels.Find(note, header)) identification.Take(value);
        identification.Check();
        return identification;
    }

    private string? Value(string field) => _values.TryGetValue(field, out (string Value, TextSpan Span) found) ? found.Value : null;

    private void Take(LabelledValue labelled)
    {
        TextSpan span = labelled.Value;
        string folded = _note.Folded[span.Start..span.End];
        if (IsBlank(folded)) return;
        switch (labelled.Field)
        {
            case "name":
                Match name = PersonName().Match(folded);
                if (name.Success) Keep("name", new TextSpan(span.Start, span.Start + name.Length));
                else _issues.Error(span.Start, "value", "what stands behind the label of the name is no name.");
                break;
            case "admissionNumber" or "medicalRecordNumber":
                Match number = RecordNumber().Match(folded);
                if (number.Success) Keep(labelled.Field, new TextSpan(span.Start, span.Start + number.Groups["n"].Length));
                else _issues.Error(span.Start, "value", "what stands behind the label is no record number (letters, digits, hyphens).");
                break;
            case "sex":
                Match sex = Sex().Match(folded);
                if (sex.Success) Keep("sex", new TextSpan(span.Start, span.Start + 1));
                else _issues.Error(span.Start, "value", "the sex cannot be read: 男 or 女 is wanted, alone.");
                break;
            case "identityCard":
                int token = folded.AsSpan().IndexOfAny(' ', ',', '(');
                Keep("identityCard", new TextSpan(span.Start, token < 0 ? span.End : span.Start + token));
                break;
            case "birthDate" or "admittedAt" or "dischargedAt" or "writtenAt":
                TakeDate(labelled.Field, span);
                break;
            case "age":
                Match age = Age().Match(folded);
                if (age.Success) Keep("age", new TextSpan(span.Start, span.Start + age.Groups["n"].Length), conflicts: false);
                break;
            case "department" or "author":
                int words = folded.IndexOf("  ", StringComparison.Ordinal);
                Keep(labelled.Field, new TextSpan(span.Start, words < 0 ? span.End : span.Start + words), conflicts: false);
                break;
        }
    }

    private void TakeDate(string field, TextSpan span)
    {
        ChineseDate? date = ChineseDate.ParseAt(_note.Folded, span.Start, out int length);
        if (date is null)
        {
            if (field == "writtenAt") _issues.Warning(span.Start, "value", "the date of the note cannot be read and is left out.");
            else _issues.Error(span.Start, "value", "this is no date that has one reading: year, month and day are wanted, as in 2026-11-22 or 2026年11月22日.");
            return;
        }

        var read = new TextSpan(span.Start, span.Start + length);
        ChineseDate? before = field switch { "birthDate" => _values.ContainsKey(field) ? new ChineseDate(BirthDate!.Value, null, false) : null, "admittedAt" => AdmittedAt, "dischargedAt" => DischargedAt, _ => WrittenAt };
        if (before is { } other && field != "writtenAt" && other.Date != date.Value.Date)
        {
            _issues.Error(span.Start, "conflict", $"another date stands at {_note.Place(_values[field].Span.Start)} behind a label of the same meaning: which one holds cannot be told.");
            return;
        }

        if (before is { Time: not null } && date.Value.Time is null) return;
        _values[field] = (_note[read], read);
        if (field == "birthDate") BirthDate = date.Value.Date;
        else if (field == "admittedAt") AdmittedAt = date;
        else if (field == "dischargedAt") DischargedAt = date;
        else WrittenAt = date;
    }

    private void Keep(string field, TextSpan span, bool conflicts = true)
    {
        span = _note.Trim(span);
        if (span.Length == 0) return;
        string value = _note[span];
        if (_values.TryAdd(field, (value, span)) || !conflicts) return;
        if (string.Equals(Folding.Fold(_values[field].Value), Folding.Fold(value), StringComparison.Ordinal)) return;
        _issues.Error(span.Start, "conflict", $"another value stands at {_note.Place(_values[field].Span.Start)} behind a label of the same meaning ({field}): which one holds cannot be told.");
    }

    private void Check()
    {
        if (_values.TryGetValue("identityCard", out (string Value, TextSpan Span) number))
        {
            Card = ResidentIdentityCard.Parse(Folding.Fold(number.Value), out IdentityCardFault fault);
            if (Card is null) _issues.Error(number.Span.Start, "value", ResidentIdentityCard.Explain(fault));
        }

        Gender = Value("sex") switch { "男" => "male", "女" => "female", _ => null };
        if (Card is not null && Gender is not null && Gender != Card.Gender)
        {
            _issues.Error(_values["sex"].Span.Start, "conflict", $"the sex and the 17th digit of the identity card number at {_note.Place(number.Span.Start)} disagree.");
        }

        Gender ??= Card?.Gender;
        if (InRunningText().Match(_note.Folded) is { Success: true } running && Gender is not null && Gender != (running.Groups["sex"].Value == "男" ? "male" : "female"))
        {
            string where = _values.TryGetValue("sex", out (string Value, TextSpan Span) sex) ? _note.Place(sex.Span.Start) : _note.Place(number.Span.Start);
            _issues.Error(running.Groups["sex"].Index, "conflict", $"the sex in the running text and the one at {where} disagree.");
        }

        if (Card is not null && BirthDate is { } birth && birth != Card.BirthDate)
        {
            _issues.Error(_values["birthDate"].Span.Start, "conflict", $"the birth date and digits 7 to 14 of the identity card number at {_note.Place(number.Span.Start)} disagree.");
        }

        BirthDate ??= Card?.BirthDate;
        if (AdmittedAt is { } admitted && DischargedAt is { } discharged && (discharged.Date < admitted.Date || (discharged.Date == admitted.Date && discharged.Time < admitted.Time)))
        {
            _issues.Error(_values["dischargedAt"].Span.Start, "conflict", $"the discharge lies before the admission at {_note.Place(_values["admittedAt"].Span.Start)}.");
        }

        CheckAge();
        if (Card is null && number.Value is null && AdmissionNumber is null && MedicalRecordNumber is null)
        {
            _issues.Error(0, "required", "the note has no admission number (住院号), record number (病案号) or identity card number (身份证号): whose it is cannot be told. A name alone does not say it.");
        }
    }

    private void CheckAge()
    {
        if (BirthDate is not { } birth || Value("age") is not { } age || (AdmittedAt ?? DischargedAt) is not { } at) return;
        int years = at.Date.Year - birth.Year - (at.Date.DayOfYear < birth.DayOfYear ? 1 : 0);
        if (int.TryParse(Folding.Fold(age), System.Globalization.CultureInfo.InvariantCulture, out int written) && Math.Abs(years - written) > 1)
        {
            _issues.Warning(_values["age"].Span.Start, "conflict", "the age does not fit the birth date.");
        }
    }

    private static bool IsBlank(string value) => value.AsSpan().Trim(" /-_—.").IsEmpty || value.Trim() is "无" or "不详" or "未知" or "未提供";

    // 张 三 and 王小明 男: a second word belongs to the name only where the first is a single character.
    [GeneratedRegex(@"^(?:[\u3400-\u9FFF] {1,3}[\u3400-\u9FFF]{1,2}(?![\u3400-\u9FFF])|(?:[\u3400-\u9FFF·]|[\uD840-\uD8BF][\uDC00-\uDFFF]){2,20}|[A-Za-z][A-Za-z.'\-]{0,30}(?: [A-Za-z][A-Za-z.'\-]{0,30}){0,4})(?=$|[ ,;|(])", RegexOptions.CultureInvariant)]
    private static partial Regex PersonName();

    [GeneratedRegex(@"^(?<n>[A-Za-z0-9][A-Za-z0-9\-]{0,31})(?=$|[ ,;|(])", RegexOptions.CultureInvariant)]
    private static partial Regex RecordNumber();

    [GeneratedRegex(@"^[男女](?:性)?(?=$|[ ,;|])", RegexOptions.CultureInvariant)]
    private static partial Regex Sex();

    [GeneratedRegex(@"^(?<n>[0-9]{1,3}) ?(?:岁|周岁|Y|y|$)", RegexOptions.CultureInvariant)]
    private static partial Regex Age();

    [GeneratedRegex(@"患者(?:[\u3400-\u9FFF]{0,4})[, ]{0,2}(?<sex>[男女])性?(?=[, ])", RegexOptions.CultureInvariant)]
    private static partial Regex InRunningText();
}
