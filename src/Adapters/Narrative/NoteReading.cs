using Consortium.Adapters.Chinese;
using Consortium.Fhir;

namespace Consortium.Adapters.Narrative;

/// <summary>A note, read: its sections, whom it is about, its facts, and what was noticed. FHIR is made of this.</summary>
internal sealed class NoteReading
{
    private static readonly string[] MeasurementsIn =
        ["chief-complaint", "present-illness", "admission-condition", "physical-findings", "vital-signs", "tests", "course", "discharge-condition", "procedures"];

    private NoteReading(NoteText text, IReadOnlyList<NoteSection> sections, NoteIssues issues)
    {
        Text = text;
        Sections = sections;
        Notices = issues;
        Who = Identification.Read(text, sections, issues);
    }

    public NoteText Text { get; }

    public IReadOnlyList<NoteSection> Sections { get; }

    public Identification Who { get; }

    /// <summary>The facts in the order of the text.</summary>
    public IReadOnlyList<NarrativeFact> Facts { get; private set; } = [];

    public IReadOnlyList<OutcomeIssue> Issues => Notices.All;

    public bool IsRefused => Notices.HasErrors;

    private NoteIssues Notices { get; }

    /// <summary>Reads a note.</summary>
    public static NoteReading Of(RecordText record)
    {
        var text = new NoteText(record);
        var issues = new NoteIssues(text);
        List<NoteSection> sections = NoteSections.Find(text);
        var reading = new NoteReading(text, sections, issues);
        if (!sections.Exists(section => section.Heading.Kind is not ("title" or "signature")))
        {
            issues.Error(0, "structure", "no heading of a discharge note (入院诊断, 出院诊断, 诊疗经过, 出院带药 …) was found: this is no 出院小结, or its headings are unknown.");
        }

        reading.ReadFacts(issues);
        return reading;
    }

    private void ReadFacts(NoteIssues issues)
    {
        var cues = new AssertionCues(Text);
        var diagnoses = new DiagnosisReader(Text, cues);
        var vitals = new VitalSignReader(Text, cues, issues);
        var laboratory = new LaboratoryReader(Text, cues, issues);
        var medication = new MedicationReader(Text, issues);
        List<NarrativeFact> facts = [];
        foreach (NoteSection section in Sections)
        {
            string kind = section.Heading.Kind;
            if (kind == "admission-diagnosis") facts.AddRange(diagnoses.List(section, DiagnosisRole.Admission));
            else if (kind == "discharge-diagnosis") facts.AddRange(diagnoses.List(section, DiagnosisRole.Discharge));
            else if (kind == "discharge-medications") facts.AddRange(medication.Read(section));
            else if (kind is not ("title" or "signature")) facts.AddRange(diagnoses.Mentions(section));
            if (!MeasurementsIn.Contains(kind)) continue;
            facts.AddRange(vitals.Read(section));
            facts.AddRange(laboratory.Read(section));
        }

        facts.AddRange(new AllergyReader(Text, cues, issues).Read(Sections));
        facts.Sort(static (a, b) => a.Span.Start != b.Span.Start ? a.Span.Start.CompareTo(b.Span.Start) : a.Span.End.CompareTo(b.Span.End));
        Facts = facts;
    }
}
