using System.Globalization;
using Consortium.Adapters.Cda.Header;
using Consortium.Adapters.Cda.Types;
using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Cda.Entries;

/// <summary>Problem Concern Act, diagnoses, Problem Observation and Health Concern Act to Condition.</summary>
internal static class ProblemEntries
{
    private const string UsCoreCategory = "http://hl7.org/fhir/us/core/CodeSystem/condition-category";

    /// <summary>SNOMED CT 55607006, "problem": negated, it says that there is none.</summary>
    private const string AnyProblem = "55607006";

    /// <summary>The concern: a Condition for each problem in it.</summary>
    public static bool Concern(CdaNode act, EntryScope scope, string? category)
    {
        bool any = false;
        foreach ((_, CdaNode inner) in Statements.Inner(act))
        {
            if (inner.Name != "observation" || EntryTemplates.Of(inner) is not { Kind: "problem" }) continue;
            inner.Used = Problem(inner, act, scope, category);
            any |= inner.Used;
        }

        return any || Statements.Inner(act).Any(inner => EntryTemplates.Of(inner.Statement) is { Kind: not "detail" });
    }

    /// <summary>A health concern: its problems as Conditions of that category; what else is in it is read by itself.</summary>
    public static bool HealthConcern(CdaNode act, EntryScope scope, string? category) => Concern(act, scope, category);

    /// <summary>One problem.</summary>
    public static bool Problem(CdaNode observation, CdaNode? concern, EntryScope scope, string? category) => Condition(observation, concern, scope, category) is not null;

    /// <summary>The Condition of a problem, added; null where nothing is said of what it is.</summary>
    public static DraftObject? Condition(CdaNode observation, CdaNode? concern, EntryScope scope, string? category)
    {
        CdaConversion conversion = scope.Conversion;
        CdaNode? value = observation.Child("value");
        bool negated = observation.Is("negationInd");
        bool none = negated && value?["code"] == AnyProblem;
        DraftObject? code = none ? Element.CodeableConcept(CodeSystems.Snomed, "160245001", "No current problems or disability", null)
            : Codes.Concept(value, conversion) ?? Element.CodeableConcept(Statements.Words(observation, conversion));
        if (code is null && (negated || value is null))
        {
            conversion.Warn("required", observation, "a problem without what it is; it is not mapped. It stays in the section's text.");
            return null;
        }

        DraftObject condition = Statements.Start("Condition", observation, conversion);
        bool voided = observation.Child("statusCode")?["code"] == "nullified" || concern?.Child("statusCode")?["code"] == "nullified";
        bool refuted = negated && !none;
        CdaNode? time = observation.Child("effectiveTime");
        CdaNode? high = time?.Child("high");
        bool ended = high?["value"] is not null || high?.NullFlavor == "UNK";
        string? status = voided ? null : refuted ? "inactive" : Status(observation, concern, ended, conversion);
        condition.Set("clinicalStatus", Element.CodeableConcept(CodeSystems.ConditionClinical, status, null, null));
        condition.Set("verificationStatus", Element.CodeableConcept(CodeSystems.ConditionVerification, voided ? "entered-in-error" : refuted ? "refuted" : "confirmed", null, null));
        condition.Append("category", Category(category ?? scope.Section.ConditionCategory ?? "problem-list-item"));
        condition.Set("severity", Codes.Concept(Statements.First(observation, "2.16.840.1.113883.10.20.22.4.8")?.Child("value"), conversion));
        condition["code"] = code ?? Codes.ConceptOrReason(value, conversion);
        condition.SetAll("bodySite", observation.Children("targetSiteCode").Select(site => Codes.Concept(site, conversion)));
        condition.Set("encounter", conversion.Encounter?.DeepClone());
        string? onset = Times.DateTime(time?.Child("low") ?? time, conversion);
        condition.Set("onsetDateTime", onset);
        if (onset is null) SetAge(condition, observation, conversion);
        string? end = Times.DateTime(high, conversion);
        string? note = null;
        if (ended && status is "inactive" or "resolved" or "remission" && !refuted)
        {
            condition.Set("abatementDateTime", end);
            if (end is null) condition["_abatementDateTime"] = new DraftObject().Append("extension", Element.DataAbsentReason("unknown"));
        }
        else if (end is not null)
        {
            // con-4: what is active has no abatement. Both are said; neither is dropped.
            note = $"Ended: {end}";
            conversion.Warn("conflict", observation, "the problem is said to be active and to have ended; its status stays, the end is kept as a note.");
        }

        CdaNode authored = observation.Child("author") is null && concern is not null ? concern : observation;
        condition.Set("recordedDate", People.AuthoredAt(authored, conversion));
        if (People.AuthorOf(authored, conversion) is { } author && AllergyEntries.IsPerson(author.Who)) condition.Set("recorder", author.Who);
        if (Statements.Coded(observation, "77975-1") is { } diagnosed && Times.DateTime(diagnosed.Child("effectiveTime"), conversion) is { } asserted)
        {
            condition.Append("extension", new DraftObject().Set("url", "http://hl7.org/fhir/StructureDefinition/condition-assertedDate").Set("valueDateTime", asserted));
        }

        condition.Notes(observation, conversion, note);
        if (concern is not null) condition.Notes(concern, conversion);
        scope.Add(condition);
        return condition;
    }

    /// <summary>The category of a Condition.</summary>
    public static DraftObject? Category(string code) => Element.CodeableConcept(code == "health-concern" ? UsCoreCategory : CodeSystems.ConditionCategory, code, null, null);

    private static string Status(CdaNode observation, CdaNode? concern, bool ended, CdaConversion conversion)
    {
        CdaNode? status = (Statements.First(observation, "2.16.840.1.113883.10.20.22.4.6") ?? Statements.Coded(observation, "33999-4"))?.Child("value");
        if (CdaTables.Map("clinical-status", status?["code"]) is { } said) return said;
        if (ended) return "resolved";
        return concern is null ? "active" : Statements.Status(concern, "concern-status", "active", conversion);
    }

    private static void SetAge(DraftObject condition, CdaNode observation, CdaConversion conversion)
    {
        if (Statements.First(observation, "2.16.840.1.113883.10.20.22.4.31")?.Child("value") is { } age) condition.Set("onsetAge", Age(age, conversion));
    }

    /// <summary>An Age, whose units FHIR fixes (age-1); null where it is none.</summary>
    public static DraftObject? Age(CdaNode age, CdaConversion conversion)
    {
        if (age["unit"] is not ("a" or "mo" or "wk" or "d" or "h" or "min")) return null;
        return decimal.TryParse(age["value"], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number) && number > 0 ? Quantities.Of(age, conversion) : null;
    }
}
