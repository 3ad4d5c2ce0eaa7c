using System.Globalization;
using Consortium.Fhir.Validation.Questionnaires;

namespace Consortium.Fhir.Validation.Measures;

/// <summary>
/// A group's measureScore by the measure's scoring (FHIR R4 valueset-measure-scoring.html): none for a cohort, a number from 0
/// to 1 without unit for a proportion, a value for a ratio and a continuous variable.
/// </summary>
internal sealed class MeasureScoreRules(ValidationContext context, FhirNode report, FhirNode measure)
{
    private const string AlternateScore = "http://hl7.org/fhir/us/davinci-deqm/StructureDefinition/extension-alternateScoreType";

    private readonly string? _scoring = measure.Child("scoring").ChildrenNamed("coding").Select(c => c.Text("code")).FirstOrDefault(c => c is not null);

    public void Check(FhirNode group)
    {
        FhirNode score = group.Child("measureScore");
        switch (_scoring)
        {
            case "cohort":
                if (score.Exists) Error(score, "The scoring of the measure is cohort, which has no measureScore.");
                break;
            case "proportion" or "ratio" or "continuous-variable":
                CheckValue(group, score);
                break;
        }
    }

    private void CheckValue(FhirNode group, FhirNode score)
    {
        if (!score.Exists)
        {
            if (report.Text("status") == "complete") Error(group, $"The scoring of the measure is {_scoring}: the group needs a measureScore.");
            return;
        }

        if (FormItem.ExtensionOf(score, AlternateScore).Exists) return;
        if (score.Text("value") is not { } value)
        {
            Error(score, $"The scoring of the measure is {_scoring}: the measureScore needs a value.");
            return;
        }

        if (_scoring != "proportion") return;
        foreach (string unit in (string[])["unit", "system", "code"])
        {
            // The UCUM unit 1 is how a number without unit is written.
            if (score.Text(unit) is { } text && text is not ("1" or "http://unitsofmeasure.org")) Error(score.Child(unit), $"The measureScore of a proportion is a number without unit; found {unit}.");
        }

        if (decimal.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number) && number is < 0 or > 1)
        {
            Error(score.Child("value"), "The measureScore of a proportion is a number from 0 to 1.");
        }
    }

    private void Error(FhirNode node, string message) => context.Issues.Error(node.Place().Index, "business-rule", message);
}
