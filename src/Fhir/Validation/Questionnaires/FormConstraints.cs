namespace Consortium.Fhir.Validation.Questionnaires;

/// <summary>Invariants that a Questionnaire puts on its responses (extension questionnaire-constraint): FHIRPath on the response or on the item.</summary>
internal sealed class FormConstraints(ResponseContext context)
{
    private const string Constraint = "http://hl7.org/fhir/StructureDefinition/questionnaire-constraint";

    public void Check(FhirNode definition, FhirNode response)
    {
        foreach (FhirNode constraint in definition.ChildrenNamed("extension"))
        {
            if (constraint.Text("url") != Constraint) continue;
            if (FormItem.ExtensionOf(constraint, "expression").ValueOrNull() is { } expression) Evaluate(constraint, expression, response);
        }
    }

    private void Evaluate(FhirNode constraint, string expression, FhirNode response)
    {
        string key = FhirNodeValues.Shown(FormItem.ExtensionOf(constraint, "key").ValueOrNull() ?? "without key");
        try
        {
            IReadOnlyList<FhirPathValue> values = FhirPath.Compile(expression).Evaluate(response, context.Validation.Options.Clock);
            if (values.Count == 1 && values[0].Value == "true") return;
            string message = $"Constraint {key} of the questionnaire is not met: {FormItem.ExtensionOf(constraint, "human").ValueOrNull() ?? "it has no description"}";
            if (FormItem.ExtensionOf(constraint, "severity").ValueOrNull() == "warning") context.Warning(response, "invariant", message);
            else context.Error(response, "invariant", message);
        }
        catch (FhirPathException unevaluable)
        {
            context.Information(response, "not-supported", $"Constraint {key} of the questionnaire cannot be evaluated here: {unevaluable.Message}");
        }
    }
}
