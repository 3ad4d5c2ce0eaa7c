using System.Globalization;
using System.Text;
using Consortium.Adapters.Chinese;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Site;
using Consortium.Messaging;

namespace Consortium.Adapters.Narrative;

/// <summary>The document Bundle of a note: Composition, Patient, Encounter, the facts, the original, Provenance.</summary>
internal sealed class NoteDocument(NoteReading reading, RawRecord record, ConversionContext context, IRecordAdapter adapter)
{
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly List<(ResourceDraft Draft, TextSpan[] Spans)> _facts = [];

    /// <summary>The resources, Composition first and Provenance last.</summary>
    public IReadOnlyList<ResourceDraft> Build()
    {
        string key = NoteKey();
        ResourceDraft patient = reading.Context.Patient ?? Patient();
        ResourceDraft encounter = reading.Context.Encounter ?? Encounter(patient);
        BuildFacts(key, patient, encounter);
        string compositionId = context.Ids.For(record.Source, "Composition", key);
        string referenceId = context.Ids.For(record.Source, "DocumentReference", key);
        OriginalDocument original = OriginalDocument.Of(reading.Text.Original, reading.Context.Original, record.Source, context, Title(), referenceId);
        ResourceDraft reference = Reference(referenceId, original, patient, encounter, compositionId);
        List<ResourceDraft> drafts = [Composition(compositionId, patient, encounter), patient, encounter, .. _facts.Select(pair => pair.Draft), reference];
        if (original.Binary is { } binary) drafts.Add(binary);
        drafts.Add(Provenance(drafts));
        return drafts;
    }

    /// <summary>The resources of the facts alone, with a Provenance of theirs: for a text that is part of a larger document.</summary>
    public IReadOnlyList<ResourceDraft> BuildFactsAlone()
    {
        ResourceDraft patient = reading.Context.Patient ?? Patient();
        ResourceDraft encounter = reading.Context.Encounter ?? Encounter(patient);
        BuildFacts($"{record.Digest}|{reading.Context.Key}", patient, encounter);
        return [.. _facts.Select(pair => pair.Draft)];
    }

    /// <summary>Where each resource of a fact was read from.</summary>
    public IReadOnlyList<SourceSpan> SpansOf(ResourceDraft draft) =>
        [.. _facts.Where(pair => ReferenceEquals(pair.Draft, draft)).SelectMany(pair => pair.Spans).Select(Points)];

    private void BuildFacts(string key, ResourceDraft patient, ResourceDraft encounter)
    {
        var setting = new FactSetting(reading.Text, reading.Kind, Element.Reference(patient), Element.Reference(encounter), Authored(), context.TimeZone);
        var facts = new FactResources(setting);
        if (reading.Who is { Age: { } age, BirthDate: null } && reading.Context.Patient is null) Add(key, "age", new ObservationResources(setting).Age(age), [age.Span]);
        foreach (NarrativeFact fact in reading.Facts)
        {
            if (facts.Build(fact) is { } resource) Add(key, fact.Category, resource, [fact.Span, .. fact.Also]);
        }
    }

    private void Add(string key, string category, DraftObject resource, TextSpan[] spans)
    {
        string type = (string)resource["resourceType"]!;
        int ordinal = _counts[type] = _counts.GetValueOrDefault(type) + 1;
        resource["id"] = context.Ids.For(record.Source, type, string.Create(CultureInfo.InvariantCulture, $"{key}|{category}|{ordinal}"));
        _facts.Add((new ResourceDraft(resource), spans));
    }

    private ResourceDraft Provenance(List<ResourceDraft> drafts)
    {
        Dictionary<string, SourceSpan[]> spans = _facts.ToDictionary(pair => pair.Draft.Id, pair => Array.ConvertAll(pair.Spans, Points), StringComparer.Ordinal);
        return new ResourceDraft(ProvenanceFactory.Create(
            record, adapter, NarrativeAdapter.Mapping, adapter.Version, context, drafts, 0, draft => spans.GetValueOrDefault(draft.Id) ?? []));
    }

    // The admission number alone is not enough: many hospitals give a patient the same one for every stay.
    private string StayKey()
    {
        Identification who = reading.Who;
        string number = who.AdmissionNumber ?? who.MedicalRecordNumber ?? who.Card?.Number ?? record.Digest;
        ChineseDate? at = who.AdmittedAt ?? (reading.Kind.EncounterClass == "IMP" ? who.DischargedAt : who.EventAt ?? who.DischargedAt);
        string? day = at?.Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return day is null ? $"{number}|{record.Digest}" : $"{number}|{day}";
    }

    // A stay has one discharge note, which a correction replaces; of the other kinds it has several.
    private string NoteKey()
    {
        if (reading.Kind.Name == "discharge") return StayKey();
        string? written = (reading.Who.WrittenAt ?? reading.Who.EventAt)?.ToFhir(context.TimeZone);
        return $"{StayKey()}|{reading.Kind.Name}|{(reading.Kind.Name == "admission" ? "" : written ?? record.Digest)}";
    }

    private ResourceDraft Patient()
    {
        Identification who = reading.Who;
        List<(string System, string Value, DraftObject? Type)> identifiers = [];
        if (who.MedicalRecordNumber is { } mrn)
        {
            identifiers.Add((context.IdentifierSystems.MedicalRecordOf(record.Source), mrn, Element.CodeableConcept(CodeSystems.IdentifierType, "MR", "Medical record number", null)));
        }

        if (who.Card is not null) identifiers.Add((IdentifierSystems.ChineseResidentId, who.Card.Number, Element.CodeableConcept(CodeSystems.IdentifierType, "NNCHN", null, null)));
        if (identifiers.Count == 0 && who.AdmissionNumber is { } admission) identifiers.Add((IdentifierSystems.OfSource(record.Source, "admission"), admission, null));
        DraftObject patient = JsonBuilding.Resource("Patient", PatientIdentity.LogicalId(context, identifiers[0].System, identifiers[0].Value))
            .SetAll("identifier", identifiers.Select(identifier => Element.Identifier(identifier.System, identifier.Value, identifier.Type)))
            .Append("name", Element.HumanName(who.Name))
            .Set("gender", who.Gender)
            .Set("birthDate", who.BirthDate?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

        // A note does not overwrite demographics.
        return new ResourceDraft(patient, ApplyMode.CreateIfAbsent);
    }

    // Only mentioned: an admission message says more of the stay than its notes.
    private ResourceDraft Encounter(ResourceDraft patient)
    {
        Identification who = reading.Who;
        DraftObject encounter = JsonBuilding.Resource("Encounter", context.Ids.For(record.Source, "Encounter", StayKey()))
            .SetAll("identifier", [Element.Identifier(IdentifierSystems.OfSource(record.Source, "visit"), who.AdmissionNumber)])
            .Set("status", who.DischargedAt is null ? "unknown" : "finished")
            .Set("class", EncounterClass())
            .Set("serviceType", Element.CodeableConcept(who.Department))
            .Set("subject", Element.Reference(patient))
            .Set("period", Element.Period(who.AdmittedAt?.ToFhir(context.TimeZone), who.DischargedAt?.ToFhir(context.TimeZone)));
        return new ResourceDraft(encounter, ApplyMode.CreateIfAbsent);
    }

    // A report tells it only by a number or date of admission.
    private DraftObject? EncounterClass()
    {
        string? code = reading.Kind.EncounterClass ?? (reading.Who.AdmissionNumber is not null || reading.Who.AdmittedAt is not null ? "IMP" : null);
        return code switch
        {
            "IMP" => Element.Coding(CodeSystems.ActCode, "IMP", "inpatient encounter"),
            "AMB" => Element.Coding(CodeSystems.ActCode, "AMB", "ambulatory"),
            "EMER" => Element.Coding(CodeSystems.ActCode, "EMER", "emergency"),
            _ => new DraftObject { ["extension"] = new DraftArray(Element.DataAbsentReason("unknown")) },
        };
    }

    private ResourceDraft Composition(string id, ResourceDraft patient, ResourceDraft encounter)
    {
        DraftObject composition = JsonBuilding.Resource("Composition", id)
            .Set("status", "final")
            .Set("type", Type())
            .Set("subject", Element.Reference(patient))
            .Set("encounter", Element.Reference(encounter));
        if (Authored() is { } date) composition["date"] = date;
        else composition["_date"] = new DraftObject { ["extension"] = new DraftArray(Element.DataAbsentReason("unknown")) };
        composition.Append("author", reading.Who.Author is { } author
            ? Element.LogicalReference(null, author, "Practitioner")
            : new DraftObject { ["extension"] = new DraftArray(Element.DataAbsentReason("unknown")) });
        return new ResourceDraft(composition.Set("title", Title()).SetAll("section", reading.Sections.Select(Section)));
    }

    private DraftObject? Section(NoteSection section)
    {
        if (section.Heading.Kind is "title" or "signature") return null;
        TextSpan body = reading.Text.Trim(section.Body);
        if (body.Length == 0) return null;
        DraftObject? code = section.Heading.Loinc is null ? null : Element.Coding(CodeSystems.Loinc, section.Heading.Loinc, section.Heading.Display);
        string? title = section.Title.Length == 0 ? null : reading.Text[section.Title];
        return new DraftObject()
            .Set("title", title)
            .Set("code", code is null ? null : Element.CodeableConcept(title, code))
            .Set("text", new DraftObject { ["status"] = "additional", ["div"] = Narrative(reading.Text[body]) })
            .SetAll("entry", _facts
                .Where(pair => pair.Spans[0].Start >= section.Title.Start && pair.Spans[0].Start < section.Body.End)
                .Select(pair => Element.Reference(pair.Draft)));
    }

    private ResourceDraft Reference(string id, OriginalDocument original, ResourceDraft patient, ResourceDraft encounter, string compositionId) =>
        new(JsonBuilding.Resource("DocumentReference", id)
            .Set("masterIdentifier", Element.Identifier(ProvenanceFactory.DigestSystem, $"urn:sha256:{record.Digest}"))
            .Set("status", "current")
            .Set("type", Type())
            .Set("subject", Element.Reference(patient))
            .SetAll("content", original.Contents)
            .Set("context", new DraftObject()
                .Append("encounter", Element.Reference(encounter))
                .Append("related", Element.Reference("Composition", compositionId))));

    private string Title()
    {
        if (reading.TitleSpan is not { } span) return reading.Kind.Name == "discharge" ? "出院小结" : reading.Kind.Display;
        string title = reading.Text[span];
        // 出 院 小 结: letters that stand apart are one word.
        return Facts.Scripts.HasHan(title) ? title.Replace(" ", "", StringComparison.Ordinal).Replace("\u3000", "", StringComparison.Ordinal) : title;
    }

    private string? Authored()
    {
        Identification who = reading.Who;
        ChineseDate? at = reading.Kind.Name == "discharge" ? who.WrittenAt ?? who.DischargedAt : who.WrittenAt ?? who.EventAt ?? (reading.Kind.Name == "admission" ? who.AdmittedAt : null);
        return at?.ToFhir(context.TimeZone);
    }

    private SourceSpan Points(TextSpan span) => new(reading.Text.CodePoint(span.Start), reading.Text.CodePoint(span.End));

    private DraftObject? Type() => Element.CodeableConcept(CodeSystems.Loinc, reading.Kind.Loinc, reading.Kind.Display, null);

    private static string Narrative(string text)
    {
        var div = new StringBuilder("<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>", text.Length + 64);
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            foreach (char c in line)
            {
                _ = c switch
                {
                    '&' => div.Append("&amp;"),
                    '<' => div.Append("&lt;"),
                    '>' => div.Append("&gt;"),
                    '\f' => div.Append(' '),
                    _ => div.Append(c),
                };
            }

            div.Append("<br/>");
        }

        div.Length -= "<br/>".Length;
        return div.Append("</p></div>").ToString();
    }
}
