using System.Text.RegularExpressions;
using Consortium.Adapters.Chinese;

namespace Consortium.Adapters.Narrative;

/// <summary>Whom a note is about and which stay: what its labels say, each checked against the others.</summary>
internal sealed partial class Identification
{
    private readonly NoteText _note;
    private readonly NoteIssues _issues;
    private readonly NoteDate _dates;
    private readonly Dictionary<string, (string Value, TextSpan Span)> _values = new(StringComparer.Ordinal);

    private Identification(NoteText note, NoteIssues issues)
    {
        _note = note;
        _issues = issues;
        _dates = new NoteDate(note.Folded);
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

    /// <summary>When the visit, operation, examination or sampling was that the note is about.</summary>
    public ChineseDate? EventAt { get; private set; }

    /// <summary>The age as written, where it has one unit; null where none or several are given.</summary>
    public NoteAge? Age { get; private set; }

    /// <summary>True where something says whose note it is.</summary>
    public bool IsKnown => Card is not null || AdmissionNumber is not null || MedicalRecordNumber is not null;

    /// <summary>Reads the identification.</summary>
    /// <param name="note">The note.</param>
    /// <param name="sections">Its sections.</param>
    /// <param name="issues">Takes what contradicts itself.</param>
    /// <param name="isKnown">True where the patient is known otherwise, as for a part of a larger record.</param>
    public static Identification Read(NoteText note, IReadOnlyList<NoteSection> sections, NoteIssues issues, bool isKnown = false)
    {
        var identification = new Identification(note, issues);
        int header = sections.FirstOrDefault(section => section.Heading.Kind is not ("title" or "signature"))?.Title.Start ?? note.Folded.Length;
        foreach (LabelledValue value in NoteLabels.Find(note, header)) identification.Take(value);
        identification.TakeHead(header);
        identification.Check(isKnown);
        return identification;
    }

    private string? Value(string field) => _values.TryGetValue(field, out (string Value, TextSpan Span) found) ? found.Value : null;

    private void Take(LabelledValue labelled)
    {
        TextSpan span = labelled.Value;
        string folded = _note.Folded[span.Start..span.End];
        if (IsBlank(folded)) return;
        if (labelled.IsEnglish)
        {
            TakeEnglish(labelled, folded);
            return;
        }

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
            case "eventAt" or "maybeAdmittedAt" or "maybeDischargedAt":
                TakeDateIfOne(labelled.Field, span);
                break;
            case "age":
                TakeAge(span.Start, span.End);
                break;
            case "department" or "author":
                int words = folded.IndexOf("  ", StringComparison.Ordinal);
                Keep(labelled.Field, new TextSpan(span.Start, words < 0 ? span.End : span.Start + words), conflicts: false);
                break;
        }
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

    private void Check(bool isKnown)
    {
        if (_values.TryGetValue("identityCard", out (string Value, TextSpan Span) number))
        {
            Card = ResidentIdentityCard.Parse(Folding.Fold(number.Value), out IdentityCardFault fault);
            if (Card is null) _issues.Error(number.Span.Start, "value", ResidentIdentityCard.Explain(fault));
        }

        Gender = SexOf(Value("sex"));
        if (Card is not null && Gender is not null && Gender != Card.Gender)
        {
            _issues.Error(_values["sex"].Span.Start, "conflict", $"the sex and the 17th digit of the identity card number at {_note.Place(number.Span.Start)} disagree.");
        }

        Gender ??= Card?.Gender;
        CheckRunningText(number.Span.Start);

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
        if (!isKnown && Card is null && number.Value is null && AdmissionNumber is null && MedicalRecordNumber is null)
        {
            _issues.Error(0, "required", "the note has no admission number (住院号), record number (病案号, MRN) or identity card number (身份证号): whose it is cannot be told. A name alone does not say it.");
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
}
