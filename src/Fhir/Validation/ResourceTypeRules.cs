using Consortium.Fhir.Definitions;
using Consortium.Fhir.Validation.Bundles;
using Consortium.Fhir.Validation.Measures;
using Consortium.Fhir.Validation.Questionnaires;
using Consortium.Fhir.Validation.StructureDefinitions;
using Consortium.Fhir.Validation.TerminologyResources;

namespace Consortium.Fhir.Validation;

/// <summary>
/// The rules that hold for one resource type and are more than structure and invariants: each type's stand in a class of
/// their own, listed here.
/// </summary>
internal static class ResourceTypeRules
{
    // By type row; null for a type without such rules.
    private static readonly Action<ValidationContext, int>?[] s_byType = ByType(new()
    {
        ["Bundle"] = BundleRules.Check,
        ["CodeSystem"] = CodeSystemRules.Check,
        ["ConceptMap"] = ConceptMapRules.Check,
        ["Measure"] = MeasureRules.Check,
        ["MeasureReport"] = MeasureReportRules.Check,
        ["Questionnaire"] = QuestionnaireRules.Check,
        ["QuestionnaireResponse"] = QuestionnaireResponseRules.Check,
        ["ValueSet"] = ValueSetRules.Check,
        ["StructureDefinition"] = StructureDefinitionRules.Check,
    });

    /// <summary>Checks the resource at that node; called once its structure has been checked.</summary>
    public static void Check(ValidationContext context, int at, int type) => s_byType[type]?.Invoke(context, at);

    private static Action<ValidationContext, int>?[] ByType(Dictionary<string, Action<ValidationContext, int>> rules)
    {
        var byType = new Action<ValidationContext, int>?[R4Tables.Instance.Types.Length];
        foreach ((string name, Action<ValidationContext, int> rule) in rules) byType[FhirR4.FindType(name)] = rule;
        return byType;
    }
}
