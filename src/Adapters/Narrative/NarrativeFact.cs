using Consortium.Adapters.Chinese;
using Consortium.Adapters.Narrative.Lexicon;

namespace Consortium.Adapters.Narrative;

/// <summary>How a fact is asserted.</summary>
public enum Assertion
{
    /// <summary>It is so.</summary>
    Present,

    /// <summary>It is said not to be so.</summary>
    Negated,

    /// <summary>It is suspected (待查, ?, 考虑).</summary>
    Uncertain,

    /// <summary>It was so.</summary>
    Historical,

    /// <summary>It would be so if (如血糖超过 …).</summary>
    Hypothetical,

    /// <summary>It is about someone else.</summary>
    Other,
}

/// <summary>A fact that a note states, with the span of its evidence. FHIR is made of these and of nothing else.</summary>
/// <param name="Span">The evidence.</param>
/// <param name="Category"><c>disease</c>, <c>symptom</c>, <c>drug</c>, <c>lab</c>, <c>vital</c>, <c>procedure</c>, <c>treatment</c>, <c>social</c>.</param>
/// <param name="Assertion">How it is asserted.</param>
/// <param name="Confidence">0 to 1, as it is written out.</param>
internal abstract record NarrativeFact(TextSpan Span, string Category, Assertion Assertion, string Confidence)
{
    /// <summary>The code, where there is one.</summary>
    public string? Code { get; init; }

    /// <summary>For <c>lab</c> and <c>vital</c>: the span of the test's name alone.</summary>
    public TextSpan? NameSpan { get; init; }

    /// <summary>The row of the lexicon that it was found by; null where a rule found it.</summary>
    public LexiconEntry? Entry { get; init; }

    /// <summary>Where else the note says the same.</summary>
    public IReadOnlyList<TextSpan> Also { get; init; } = [];

    /// <summary>Since when, where the sentence says it.</summary>
    public NoteTime? Since { get; init; }

    /// <summary>The body site that belongs to it, where it stands outside of <see cref="Span"/>.</summary>
    public TextSpan? Site { get; init; }
}

/// <summary>Where a diagnosis stands.</summary>
internal enum DiagnosisRole
{
    Admission,
    Discharge,
    Preoperative,
    Postoperative,

    /// <summary>In a list of diagnoses or problems, or in the assessment.</summary>
    Listed,

    /// <summary>In the conclusion of a report of images.</summary>
    Conclusion,

    /// <summary>In the differential diagnosis.</summary>
    Differential,

    /// <summary>Mentioned in running text.</summary>
    Mention,
}

/// <summary>A diagnosis.</summary>
internal sealed record DiagnosisFact(TextSpan Span, Assertion Assertion, string Confidence, DiagnosisRole Role, int Rank, string? Display)
    : NarrativeFact(Span, "disease", Assertion, Confidence)
{
    /// <summary>True where a list of the note states the same diagnosis: the list is what the physician signed, and no second Condition is made.</summary>
    public bool IsListedToo { get; init; }
}

/// <summary>A complaint, sign or finding.</summary>
internal sealed record FindingFact(TextSpan Span, Assertion Assertion, string Confidence) : NarrativeFact(Span, "symptom", Assertion, Confidence);

/// <summary>An operation or intervention, or another therapy.</summary>
internal sealed record ProcedureFact(TextSpan Span, string Category, Assertion Assertion, string Confidence) : NarrativeFact(Span, Category, Assertion, Confidence);

/// <summary>What a relative has or had.</summary>
/// <param name="Span">The disease.</param>
/// <param name="Confidence">0 to 1.</param>
/// <param name="Relation">v3-RoleCode of the relative; FAMMEMB where the sentence does not say which.</param>
/// <param name="RelationText">The relative's word as written; null where there is none.</param>
internal sealed record FamilyFact(TextSpan Span, string Confidence, string Relation, string? RelationText)
    : NarrativeFact(Span, "disease", Assertion.Other, Confidence);

/// <summary>What a note says of smoking or drinking, in its own words.</summary>
/// <param name="Span">The clause.</param>
/// <param name="Assertion">Whether it is denied.</param>
/// <param name="Display">The name of the code.</param>
internal sealed record SocialFact(TextSpan Span, Assertion Assertion, string Display) : NarrativeFact(Span, "social", Assertion, "0.8");

/// <summary>A number in a note.</summary>
/// <param name="Span">Its characters.</param>
/// <param name="Digits">The same characters, folded: a JSON number.</param>
internal sealed record NoteNumber(TextSpan Span, string Digits);

/// <summary>A vital sign; <see cref="Second"/> is the diastolic pressure.</summary>
internal sealed record VitalFact(
    TextSpan Span, Assertion Assertion, string Confidence, string Display, NoteNumber First, NoteNumber? Second, string? Unit, string? Ucum, ChineseDate? Date)
    : NarrativeFact(Span, "vital", Assertion, Confidence);

/// <summary>A laboratory result in the running text or in a small table.</summary>
internal sealed record LaboratoryFact(TextSpan Span, Assertion Assertion, string Confidence, string Name, string? Display)
    : NarrativeFact(Span, "lab", Assertion, Confidence)
{
    public NoteNumber? Number { get; init; }

    public string? Comparator { get; init; }

    public string? Unit { get; init; }

    public string? Ucum { get; init; }

    public string? Flag { get; init; }

    public string? FlagText { get; init; }

    public string? Words { get; init; }

    public ResultWord? Word { get; init; }

    /// <summary>The second number of a dilution, <c>1:160</c>.</summary>
    public NoteNumber? Denominator { get; init; }

    public ReferenceRange? Range { get; init; }

    public ChineseDate? Date { get; init; }
}

/// <summary>A laboratory test or vital sign whose value the note says to be missing.</summary>
/// <param name="Span">Name and words.</param>
/// <param name="Category"><c>lab</c> or <c>vital</c>.</param>
/// <param name="Confidence">0 to 1.</param>
/// <param name="Reason">Code of the data-absent-reason.</param>
/// <param name="Status">Observation.status.</param>
/// <param name="Words">The words that say why.</param>
internal sealed record AbsentFact(TextSpan Span, string Category, string Confidence, string Reason, string Status, TextSpan Words)
    : NarrativeFact(Span, Category, Assertion.Present, Confidence)
{
    public ChineseDate? Date { get; init; }
}

/// <summary>A drug of the discharge medication.</summary>
internal sealed record DrugFact(TextSpan Span, Assertion Assertion, string Confidence, TextSpan Name, TextSpan Product)
    : NarrativeFact(Span, "drug", Assertion, Confidence)
{
    /// <summary>The instruction as written: what stands behind the product.</summary>
    public TextSpan Instruction { get; init; }

    public NoteNumber? Dose { get; init; }

    public NoteNumber? DoseHigh { get; init; }

    public string? DoseUnit { get; init; }

    public string? DoseUcum { get; init; }

    /// <summary>True in a prescription or the list of discharge medication; false where the note says that the patient takes it.</summary>
    public bool IsPrescribed { get; init; } = true;

    /// <summary>True in a list of what the patient takes.</summary>
    public bool IsCurrent { get; init; }

    /// <summary>True where the note says that the drug was taken and is no longer.</summary>
    public bool IsStopped { get; init; }

    public PrescriptionWord? Route { get; init; }

    public PrescriptionWord? Frequency { get; init; }

    public bool AsNeeded { get; init; }

    public NoteNumber? Duration { get; init; }

    /// <summary>The upper bound of a duration (5-7 days).</summary>
    public NoteNumber? DurationHigh { get; init; }

    public string? DurationUnit { get; init; }

    /// <summary>The most that may be taken; null where the line does not say it, or not in how long.</summary>
    public DoseLimit? Limit { get; init; }
}

/// <summary>The most of a drug that may be taken in some time (FHIR R4 Dosage.maxDosePerPeriod).</summary>
/// <param name="Number">How much.</param>
/// <param name="Unit">Its unit as written.</param>
/// <param name="Ucum">Its unit in UCUM; null for a count of pieces.</param>
/// <param name="Period">In how many units of time: 1, or 24.</param>
/// <param name="PeriodUnit">UCUM: <c>d</c>, <c>h</c>, <c>wk</c>.</param>
internal sealed record DoseLimit(NoteNumber Number, string Unit, string? Ucum, string Period, string PeriodUnit);

/// <summary>An allergy, or its denial.</summary>
internal sealed record AllergyFact(TextSpan Span, Assertion Assertion, string Confidence, string Substance, string? Kind, string? Reaction)
    : NarrativeFact(Span, "disease", Assertion, Confidence);
