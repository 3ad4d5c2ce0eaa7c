using Consortium.Fhir.Terminology;
using System.Globalization;

namespace Consortium.Fhir.Validation.Questionnaires;

/// <summary>Units of a Quantity answered: those that the item offers (questionnaire-unitOption, questionnaire-unitValueSet), and comparison across units.</summary>
internal sealed class UnitAnswers(ResponseContext context)
{
    private const string UnitOption = "http://hl7.org/fhir/StructureDefinition/questionnaire-unitOption";
    private const string UnitValueSet = "http://hl7.org/fhir/StructureDefinition/questionnaire-unitValueSet";

    private readonly AnswerValueSets _valueSets = new(context);

    public void Check(FormItem form, FhirNode quantity)
    {
        string? system = quantity.Text("system"), code = quantity.Text("code");
        List<string> offered = [];
        foreach (FhirNode option in form.Extensions(UnitOption))
        {
            bool same = code is null
                ? quantity.Text("unit") is not { } unit || unit == option.Text("display") || unit == option.Text("code")
                : option.Text("code") == code && (option.Text("system") ?? system) == system;
            if (same) return;
            offered.Add(option.Text("code") ?? option.Text("display") ?? string.Empty);
        }

        if (form.Extension(UnitValueSet).ValueOrNull() is { } valueSet)
        {
            if (code is null) return;
            switch (_valueSets.Contains(valueSet, system, code, anySystem: false, out string reason))
            {
                case Membership.Out:
                    context.Error(quantity, "code-invalid", $"The unit of the answer to item {FhirNodeValues.Shown(form.LinkId)} is not in its value set {FhirNodeValues.Shown(valueSet)} (questionnaire-unitValueSet){reason}.");
                    break;
                case Membership.Undecided:
                    context.Information(quantity, "not-supported", $"Whether the unit of the answer to item {FhirNodeValues.Shown(form.LinkId)} is in its value set {FhirNodeValues.Shown(valueSet)} cannot be decided here: {reason}.");
                    break;
            }
        }
        else if (offered.Count > 0)
        {
            context.Error(quantity, "code-invalid", $"The unit of the answer to item {FhirNodeValues.Shown(form.LinkId)} is none of those offered (questionnaire-unitOption); allowed: {FhirNodeValues.Shown(offered)}.");
        }
    }

    /// <summary>Order of two quantities; units that are not coded compare when they are written alike.</summary>
    public static int? Compare(FhirNode a, FhirNode b)
    {
        if (a.Text("code") is null && b.Text("code") is null && a.Text("unit") == b.Text("unit") && a.Text("comparator") is null && b.Text("comparator") is null)
        {
            return decimal.TryParse(a.Text("value"), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal x)
                && decimal.TryParse(b.Text("value"), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal y) ? x.CompareTo(y) : null;
        }

        return AnswerValues.Compare(a, b);
    }
}
