using Consortium.Adapters.Chinese;
using Consortium.Adapters.Narrative.Facts;
using Consortium.Fhir;

namespace Consortium.Adapters.Narrative;

/// <summary>A note, read: what kind it is, its sections, whom it is about, its facts, and what was noticed. FHIR is made of this.</summary>
internal sealed class NoteReading
{
    // Values of these sections are not the patient's present ones: what to watch for, what to take.
    private static readonly string[] NoMeasurementsIn =
        ["discharge-instructions", "plan", "family-history", "discharge-medications", "medications", "technique", "title", "signature", "allergies"];

    private NoteReading(NoteText text, NoteContext context)
    {
        Text = text;
        Context = context;
        Notices = new NoteIssues(text);
        List<NoteSection> sections = NoteSections.Find(text);
        Kind = NoteKinds.Of(text, sections, out TextSpan? title);
        TitleSpan = sections.Find(section => section.Kind == "title")?.Title ?? title;
        Who = Identification.Read(text, sections, Notices, context.Patient is not null);
        Sections = Parted(sections);
    }

    public NoteText Text { get; }

    /// <summary>What was known beside the text.</summary>
    public NoteContext Context { get; }

    /// <summary>What kind of note it is.</summary>
    public NoteKind Kind { get; }

    /// <summary>Where its title stands; null where it has none.</summary>
    public TextSpan? TitleSpan { get; }

    /// <summary>The sections in order. Where facts stand before the first heading, the first one is theirs and has an empty title.</summary>
    public IReadOnlyList<NoteSection> Sections { get; private set; }

    public Identification Who { get; }

    /// <summary>The facts in the order of the text.</summary>
    public IReadOnlyList<NarrativeFact> Facts { get; private set; } = [];

    public IReadOnlyList<OutcomeIssue> Issues => Notices.All;

    public bool IsRefused => Notices.HasErrors;

    private NoteIssues Notices { get; }

    /// <summary>Reads a note with the seed lexicon.</summary>
    public static NoteReading Of(RecordText record) => Of(new NoteText(record), FactFinder.Seed, NoteContext.None);

    /// <summary>Reads a note.</summary>
    /// <param name="text">The note.</param>
    /// <param name="finder">Finds the facts.</param>
    /// <param name="context">What is known beside the text.</param>
    public static NoteReading Of(NoteText text, FactFinder finder, NoteContext context)
    {
        var reading = new NoteReading(text, context);
        var folded = new FoldedText(text.Original);
        var drafts = new FactDrafts(finder.Drafts(folded));
        bool headed = reading.Sections.Any(section => section.Kind is not ("title" or "signature"));
        if (!headed && drafts.All.Count == 0)
        {
            reading.Notices.Error(0, "structure", "neither a heading of a note (主诉, 诊断, 诊疗经过, CHIEF COMPLAINT …) nor a clinical fact was found: this is no note, or its words are unknown.");
        }

        reading.TakePreamble(drafts);
        reading.ReadFacts(drafts, folded.Lower);
        return reading;
    }

    /// <summary>The day from which the relative times of a section count: those of a history from the admission, all others from the day of writing.</summary>
    public DateOnly? DayFor(string section)
    {
        ChineseDate? written = Who.WrittenAt ?? Who.EventAt;
        ChineseDate? day = section is "present-illness" or "chief-complaint" or "past-history" or "social-history" or "admission-condition" or "past-procedures"
            ? Who.AdmittedAt ?? Who.EventAt ?? Who.WrittenAt
            : written ?? (Kind.Name == "discharge" ? Who.DischargedAt : Who.AdmittedAt);
        return day?.Date ?? Context.Date;
    }

    // An English list of relatives, habits, allergies or drugs ends with its paragraph: what stands behind the empty line has a heading that no lexicon knows.
    private List<NoteSection> Parted(List<NoteSection> sections)
    {
        List<NoteSection> parted = [];
        foreach (NoteSection section in sections)
        {
            parted.Add(section);
            if (section.Kind is not ("family-history" or "social-history" or "allergies" or "medications") || !ListItems.IsEnglish(Text, section.Body)) continue;
            int end = ListItems.First(Text, section.Body).End;
            if (end >= section.Body.End || Text.Trim(new TextSpan(end, section.Body.End)).Length == 0) continue;
            parted[^1] = section with { Body = section.Body with { End = end } };
            parted.Add(new NoteSection(new Heading("text", null, null), new TextSpan(end, end), new TextSpan(end, section.Body.End)));
        }

        return parted;
    }

    // Words before the first heading that state facts are a section too: a progress note often has no heading at all.
    private void TakePreamble(FactDrafts drafts)
    {
        List<NoteSection> sections = [.. Sections.Where(section => section.Kind is not "title")];
        int first = sections.Count > 0 ? sections[0].Title.Start : Text.Folded.Length;
        if (drafts.All.Count == 0 || drafts.All[0].Span.Start >= first) return;
        int start = TitleSpan is { } title && title.End <= drafts.All[0].Span.Start ? title.End : 0;
        Heading heading = SectionOf(Context.SectionCode) ?? new Heading(Kind.Name == "laboratory" ? "tests" : Kind.Name == "imaging" ? "report-findings" : "text", null, null);
        Sections = [new NoteSection(heading, new TextSpan(start, start), new TextSpan(start, first)), .. sections];
    }

    private static Heading? SectionOf(string? loinc) => loinc is null ? null : HeadingTable.ByCode(loinc);

    private void ReadFacts(FactDrafts drafts, string lower)
    {
        List<NarrativeFact> facts = [];
        List<DiagnosisFact> listed = [];
        var diagnoses = new DiagnosisReader(Text, drafts);
        var medication = new MedicationReader(Text, drafts, Notices);
        var social = new SocialReader(Text);
        var cues = new MeasurementCues(Text);
        var measurements = new MeasurementReader(Text, cues, Notices);
        var absent = new AbsentValues(Text, lower, drafts, cues);
        foreach (NoteSection section in Sections)
        {
            if (RoleOf(section.Kind) is { } role)
            {
                foreach (DiagnosisFact fact in diagnoses.List(section, role)) listed.Add(fact);
            }
            else if (section.Kind is "discharge-medications" or "medications")
            {
                DrugFact[] drugs = [.. medication.List(section, section.Kind == "discharge-medications")];
                facts.AddRange(drugs);
                drafts.Take(section.Body);
            }
            else if (section.Kind == "social-history")
            {
                facts.AddRange(social.Read(section));
            }

            if (NoMeasurementsIn.Contains(section.Kind)) continue;
            DamagedNumbers.Refuse(Text, section.Body, Notices);
            foreach (FactDraft draft in drafts.In(section.Body))
            {
                if (measurements.Read(draft) is { } measured) facts.Add(measured);
            }

            facts.AddRange(measurements.Unfound(section.Body, drafts));
            facts.AddRange([.. absent.Read(section.Body, facts)]);
        }

        IReadOnlyList<AllergyFact> allergies = new AllergyReader(Text, drafts, Notices).Read(Sections);
        foreach (NarrativeFact fact in (IEnumerable<NarrativeFact>)[.. listed, .. allergies]) drafts.Take(fact.Span);
        facts.AddRange(listed);
        facts.AddRange(allergies);
        facts.AddRange(new FindingReader(Text, drafts, Notices, Kind, TitleSpan, DayFor).Read(Sections, listed));
        facts.Sort(static (a, b) => a.Span.Start != b.Span.Start ? a.Span.Start.CompareTo(b.Span.Start) : a.Span.End.CompareTo(b.Span.End));
        Facts = facts;
    }

    private static DiagnosisRole? RoleOf(string section) => section switch
    {
        "admission-diagnosis" => DiagnosisRole.Admission,
        "discharge-diagnosis" => DiagnosisRole.Discharge,
        "preoperative-diagnosis" => DiagnosisRole.Preoperative,
        "postoperative-diagnosis" => DiagnosisRole.Postoperative,
        "diagnosis" or "problem-list" => DiagnosisRole.Listed,
        _ => null,
    };
}
