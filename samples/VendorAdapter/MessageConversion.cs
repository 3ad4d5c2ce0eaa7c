using System.Globalization;
using Consortium.Adapters.Elements;
using System.Xml;
using System.Xml.Linq;
using Consortium.Adapters;
using Consortium.Adapters.Site;
using Consortium.Fhir;

namespace Qingshan.Adapter;

/// <summary>One message on its way to resources: what was made, and what is wrong with it. An issue rejects the whole message.</summary>
internal sealed class MessageConversion(RawRecord record, ConversionContext context)
{
    private const string TimeFormat = "yyyy-MM-dd HH:mm:ss";

    // The feed's units as UCUM writes them; another unit stays as text, without a code.
    private static readonly Dictionary<string, string> Ucum = new(StringComparer.Ordinal)
    {
        ["10^9/L"] = "10*9/L", ["10^12/L"] = "10*12/L", ["g/L"] = "g/L", ["%"] = "%", ["mmol/L"] = "mmol/L", ["μmol/L"] = "umol/L", ["U/L"] = "U/L",
    };

    public List<ResourceDraft> Drafts { get; } = [];
    public List<OutcomeIssue> Issues { get; } = [];

    public void Admission(XElement message)
    {
        if (Child(message, "patient") is not { } person || Child(message, "visit") is not { } visit) return;
        ResourceDraft patient = Patient(person, ApplyMode.Update);
        string number = Required(visit, "no") ?? "";
        var encounter = Add("Encounter", number);
        encounter.Json.SetAll("identifier", [Element.Identifier(IdentifierSystems.OfSource(record.Source, "visit"), number)])
            .Set("status", "in-progress")
            .Set("class", Element.Coding(CodeSystems.ActCode, "IMP", "inpatient encounter"))
            .Set("subject", Element.Reference(patient))
            .Set("period", Element.Period(Time(visit, "admitted"), null))
            .Set("serviceProvider", Element.LogicalReference(null, (string?)visit.Attribute("dept")));
        if (Optional(visit, "diagnosisCode") is not { } code) return;
        var condition = Add("Condition", $"{number}|{code}");
        condition.Json.SetAll("category", [Element.CodeableConcept(CodeSystems.ConditionCategory, "encounter-diagnosis", "Encounter Diagnosis", null)])
            .Set("clinicalStatus", Element.CodeableConcept(CodeSystems.ConditionClinical, "active", "Active", null))
            .Set("code", Element.CodeableConcept(CodeSystems.Icd10, code, null, Optional(visit, "diagnosis")))
            .Set("subject", Element.Reference(patient))
            .Set("encounter", Element.Reference(encounter));
    }

    public void LaboratoryReport(XElement message)
    {
        if (Child(message, "patient") is not { } person || Child(message, "report") is not { } laboratory) return;
        ResourceDraft patient = Patient(person, ApplyMode.CreateIfAbsent);
        string number = Required(laboratory, "no") ?? "";
        string? reported = Time(laboratory, "reported");
        var report = Add("DiagnosticReport", number);
        report.Json.SetAll("identifier", [Element.Identifier(IdentifierSystems.OfSource(record.Source, "report"), number)])
            .Set("status", "final")
            .Set("code", Element.CodeableConcept(Required(laboratory, "name")))
            .Set("subject", Element.Reference(patient))
            .Set("effectiveDateTime", reported);
        foreach (XElement item in laboratory.Elements("item"))
        {
            string code = Required(item, "code") ?? "";
            string? unit = Optional(item, "unit");
            var observation = Add("Observation", $"{number}|{code}");
            observation.Json.Set("status", "final")
                .SetAll("category", [Element.CodeableConcept(CodeSystems.ObservationCategory, "laboratory", "Laboratory", null)])
                .Set("code", Element.CodeableConcept(IdentifierSystems.OfSource(record.Source, "test"), code, Optional(item, "name"), null))
                .Set("subject", Element.Reference(patient))
                .Set("effectiveDateTime", reported)
                .Set("valueQuantity", Quantity(item, "value", unit))
                .SetAll("interpretation", [Flag(item)]);
            observation.Json.SetAll("referenceRange", [Element.Range(Limit(item, "low", unit), Limit(item, "high", unit))]);
            report.Json.Append("result", Element.Reference(observation));
        }
    }

    /// <summary>An attribute that must be there; what is wrong is noted.</summary>
    public string? Required(XElement element, string name)
    {
        if (Optional(element, name) is { } value) return value;
        Error(element, "required", "@" + name, "is missing or empty.");
        return null;
    }

    /// <summary>Notes an error at its line and column. The words never quote the record.</summary>
    public void Error(XElement element, string code, string place, string problem)
    {
        IXmlLineInfo at = element;
        string path = $"{element.Name.LocalName}/{place}";
        Issues.Add(new OutcomeIssue(IssueSeverity.Error, code, $"{path}: {problem}", $"line {at.LineNumber}: {path}", at.LineNumber, at.LinePosition));
    }

    private ResourceDraft Patient(XElement person, ApplyMode apply)
    {
        string number = Required(person, "pid") ?? "";
        string system = context.IdentifierSystems.MedicalRecordOf(record.Source);
        string? sex = Optional(person, "sex") switch { "1" => "male", "2" => "female", null or "0" or "9" => "unknown", _ => null };
        if (sex is null) Error(person, "code-invalid", "@sex", "0, 1, 2 or 9 is expected (GB/T 2261.1).");
        string? birth = Optional(person, "birth");
        if (birth is not null && !DateOnly.TryParseExact(birth, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)) Error(person, "value", "@birth", "a date such as 1960-05-12 is expected.");
        var patient = new ResourceDraft(JsonBuilding.Resource("Patient", PatientIdentity.LogicalId(context, system, number))
            .SetAll("identifier", [Element.Identifier(system, number), Element.Identifier(IdentifierSystems.ChineseResidentId, Optional(person, "idcard"))])
            .SetAll("name", [Element.HumanName(Required(person, "name"))])
            .Set("gender", sex)
            .Set("birthDate", birth), apply);
        Drafts.Add(patient);
        return patient;
    }

    private ResourceDraft Add(string type, string number)
    {
        var draft = new ResourceDraft(JsonBuilding.Resource(type, context.Ids.For(record.Source, type, number)));
        if (Drafts.Exists(other => other.ResourceType == type && other.Id == draft.Id)) Issues.Add(new OutcomeIssue(IssueSeverity.Error, "duplicate", $"two {type} of one number.", type));
        Drafts.Add(draft);
        return draft;
    }

    private DraftObject? Quantity(XElement item, string name, string? unit)
    {
        var quantity = Element.Quantity(Required(item, name), unit, unit is null ? null : Ucum.GetValueOrDefault(unit));
        if (quantity is null && Optional(item, name) is not null) Error(item, "value", "@" + name, "a number is expected.");
        return quantity;
    }

    private DraftObject? Limit(XElement item, string name, string? unit) => item.Attribute(name) is null ? null : Quantity(item, name, unit);

    private DraftObject? Flag(XElement item)
    {
        string? flag = Optional(item, "flag");
        if (flag is not ("H" or "L" or "N" or null)) Error(item, "code-invalid", "@flag", "H, L or N is expected.");
        return Element.CodeableConcept(CodeSystems.ObservationInterpretation, flag, null, null);
    }

    private string? Time(XElement element, string name)
    {
        string? time = Element.LocalDateTime(Required(element, name), TimeFormat, context.TimeZone);
        if (time is null && Optional(element, name) is not null) Error(element, "value", "@" + name, "a time such as 2026-03-01 09:30:00 is expected.");
        return time;
    }

    private XElement? Child(XElement parent, string name)
    {
        if (parent.Element(name) is { } child) return child;
        Error(parent, "required", name, "is missing.");
        return null;
    }

    private static string? Optional(XElement element, string name) => (string?)element.Attribute(name) is { } value && !string.IsNullOrWhiteSpace(value) ? value.Trim() : null;
}
