using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Site;
using Consortium.Messaging;

namespace Consortium.Adapters.Narrative;

/// <summary>The document Bundle of a note: Composition, Patient, Encounter, the facts, the original, Provenance.</summary>
internal sealed class NoteDocument(NoteReading reading, RawRecord record, ConversionContext context, IRecordAdapter adapter)
{
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly List<(ResourceDraft Draft, NarrativeFact Fact)> _facts = [];

    /// <summary>The resources, Composition first and Provenance last.</summary>
    public IReadOnlyList<ResourceDraft> Build()
    {
        string key = StayKey();
        ResourceDraft patient = Patient();
        ResourceDraft encounter = Encounter(key, patient);
        var facts = new FactResources(reading, Element.Reference(patient), Element.Reference(encounter), Authored(), context.TimeZone);
        foreach (NarrativeFact fact in reading.Facts)
        {
            if (facts.Build(fact) is not { } resource) continue;
            string type = (string)resource["resourceType"]!;
            int ordinal = _counts[type] = _counts.GetValueOrDefault(type) + 1;
            resource["id"] = context.Ids.For(record.Source, type, string.Create(CultureInfo.InvariantCulture, $"{key}|{fact.Category}|{ordinal}"));
            _facts.Add((new ResourceDraft(resource), fact));
        }

        string compositionId = context.Ids.For(record.Source, "Composition", key);
        ResourceDraft original = Original(key, patient, encounter, compositionId);
        List<ResourceDraft> drafts = [Composition(compositionId, patient, encounter), patient, encounter, .. _facts.Select(pair => pair.Draft), original];
        Dictionary<string, SourceSpan> spans = _facts.ToDictionary(pair => pair.Draft.Id, pair => Points(pair.Fact.Span), StringComparer.Ordinal);
        drafts.Add(new ResourceDraft(ProvenanceFactory.Create(
            record, adapter, NarrativeAdapter.Mapping, adapter.Version, context, drafts, 0,
            draft => spans.TryGetValue(draft.Id, out SourceSpan span) ? [span] : [])));
        return drafts;
    }

    // The admission number alone is not enough: many hospitals give a patient the same one for every stay.
    private string StayKey()
    {
        Identification who = reading.Who;
        string number = who.AdmissionNumber ?? who.MedicalRecordNumber ?? who.Card!.Number;
        string? day = (who.AdmittedAt ?? who.DischargedAt)?.Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return day is null ? $"{number}|{record.Digest}" : $"{number}|{day}";
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
        if (identifiers.Count == 0) identifiers.Add((IdentifierSystems.OfSource(record.Source, "admission"), who.AdmissionNumber!, null));
        DraftObject patient = JsonBuilding.Resource("Patient", PatientIdentity.LogicalId(context, identifiers[0].System, identifiers[0].Value))
            .SetAll("identifier", identifiers.Select(identifier => Element.Identifier(identifier.System, identifier.Value, identifier.Type)))
            .Append("name", Element.HumanName(who.Name))
            .Set("gender", who.Gender)
            .Set("birthDate", who.BirthDate?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

        // A note does not overwrite demographics.
        return new ResourceDraft(patient, ApplyMode.CreateIfAbsent);
    }

    // Only mentioned: an admission message says more of the stay than its discharge note.
    private ResourceDraft Encounter(string key, ResourceDraft patient)
    {
        Identification who = reading.Who;
        DraftObject encounter = JsonBuilding.Resource("Encounter", context.Ids.For(record.Source, "Encounter", key))
            .SetAll("identifier", [Element.Identifier(IdentifierSystems.OfSource(record.Source, "visit"), who.AdmissionNumber)])
            .Set("status", who.DischargedAt is null ? "unknown" : "finished")
            .Set("class", Element.Coding(CodeSystems.ActCode, "IMP", "inpatient encounter"))
            .Set("serviceType", Element.CodeableConcept(who.Department))
            .Set("subject", Element.Reference(patient))
            .Set("period", Element.Period(who.AdmittedAt?.ToFhir(context.TimeZone), who.DischargedAt?.ToFhir(context.TimeZone)));
        return new ResourceDraft(encounter, ApplyMode.CreateIfAbsent);
    }

    private ResourceDraft Composition(string id, ResourceDraft patient, ResourceDraft encounter)
    {
        DraftObject composition = JsonBuilding.Resource("Composition", id)
            .Set("status", "final")
            .Set("type", DischargeSummary())
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
        string title = reading.Text[section.Title];
        return new DraftObject()
            .Set("title", title)
            .Set("code", code is null ? null : Element.CodeableConcept(title, code))
            .Set("text", new DraftObject { ["status"] = "additional", ["div"] = Narrative(reading.Text[body]) })
            .SetAll("entry", _facts
                .Where(pair => pair.Fact.Span.Start >= section.Title.Start && pair.Fact.Span.Start < section.Body.End)
                .Select(pair => Element.Reference(pair.Draft)));
    }

    private ResourceDraft Original(string key, ResourceDraft patient, ResourceDraft encounter, string compositionId)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(reading.Text.Original);
        DraftObject attachment = Element.Attachment("text/plain; charset=utf-8", utf8, Title())!;
        attachment["size"] = utf8.Length;
#pragma warning disable CA5350 // FHIR R4 datatypes.html#Attachment fixes SHA-1 for this element; the SHA-256 of the original stands in the identifier.
        attachment["hash"] = System.Convert.ToBase64String(SHA1.HashData(utf8));
#pragma warning restore CA5350
        return new ResourceDraft(JsonBuilding.Resource("DocumentReference", context.Ids.For(record.Source, "DocumentReference", key))
            .Set("masterIdentifier", Element.Identifier(ProvenanceFactory.DigestSystem, $"urn:sha256:{record.Digest}"))
            .Set("status", "current")
            .Set("type", DischargeSummary())
            .Set("subject", Element.Reference(patient))
            .Append("content", new DraftObject().Set("attachment", attachment))
            .Set("context", new DraftObject()
                .Append("encounter", Element.Reference(encounter))
                .Append("related", Element.Reference("Composition", compositionId))));
    }

    private string Title()
    {
        NoteSection? title = reading.Sections.FirstOrDefault(section => section.Heading.Kind == "title");
        return title is null ? "出院小结" : reading.Text[title.Title].Replace(" ", "", StringComparison.Ordinal).Replace("\u3000", "", StringComparison.Ordinal);
    }

    private string? Authored() => (reading.Who.WrittenAt ?? reading.Who.DischargedAt)?.ToFhir(context.TimeZone);

    private SourceSpan Points(TextSpan span) => new(reading.Text.CodePoint(span.Start), reading.Text.CodePoint(span.End));

    private static DraftObject? DischargeSummary() => Element.CodeableConcept(CodeSystems.Loinc, "18842-5", "Discharge summary", null);

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
