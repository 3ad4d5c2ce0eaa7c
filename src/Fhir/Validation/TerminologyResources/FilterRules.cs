using System.Globalization;
using System.Text.RegularExpressions;
using Consortium.Fhir.Terminology;
using Consortium.Fhir.Validation.Questionnaires;

namespace Consortium.Fhir.Validation.TerminologyResources;

/// <summary>
/// A filter of a value set: its value fits the operation and the type of the property (FHIR R4 valueset.html#filters,
/// codesystem.html#properties).
/// </summary>
internal sealed class FilterRules(ValidationContext context, CodeSystemContent? known, string system)
{
    public void Check(FhirNode filter)
    {
        if (filter.Text("property") is not { } property || filter.Text("op") is not { } op || filter.Text("value") is not { } value) return;
        int at = filter.Place().Index;
        switch (op)
        {
            case "exists":
                if (value is not ("true" or "false")) Error(at, "The value of a filter with the operation exists is true or false (FHIR R4 valueset-filter-operator).");
                return;
            case "regex":
                CheckRegex(at, value);
                return;
        }

        string[] values = op is "in" or "not-in" ? [.. value.Split(',').Select(v => v.Trim())] : [value];
        bool byCode = property is "concept" or "code";
        if (byCode || property is "parent" or "child" || op is "is-a" or "descendent-of" or "is-not-a" or "generalizes")
        {
            foreach (string one in values) CheckCode(at, property, one);
        }
        else if (known?.PropertyTypes.TryGetValue(property, out string? type) == true)
        {
            foreach (string one in values) CheckValue(at, property, type, one);
        }
        else if (known is { Content: ContentMode.Complete } && property is not ("display" or "inactive" or "notSelectable" or "status" or "abstract") && !known.Filters.Contains(property))
        {
            context.Issues.Information(at, "not-supported", $"The code system {FhirNodeValues.Shown(system)} declares no property or filter {FhirNodeValues.Shown(property)}; what the filter selects cannot be worked out here.");
        }
    }

    private void CheckCode(int at, string property, string code)
    {
        if (FhirTerminology.InSystem(known, system, code, out _) != Membership.Out) return;
        Error(at, $"The value of a filter on {FhirNodeValues.Shown(property)} is a code of the code system {FhirNodeValues.Shown(system)}; {FhirNodeValues.Shown(code)} is none (FHIR R4 valueset.html#filters).");
    }

    private void CheckValue(int at, string property, string type, string value)
    {
        bool fits = type switch
        {
            "integer" => int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
            "decimal" => decimal.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _),
            "boolean" => value is "true" or "false",
            "dateTime" => PrimitiveFormats.CheckText(PrimitiveType.DateTime, System.Text.Encoding.UTF8.GetBytes(value)) is null,
            _ => true,
        };
        if (!fits)
        {
            // Servers take forms of their own such as "lt2", and R4 gives no form for the value of such a filter.
            context.Issues.Warning(at, "invalid", $"The property {FhirNodeValues.Shown(property)} is declared as {FhirNodeValues.Shown(type)}; the value of the filter is none (FHIR R4 codesystem.html#properties).");
        }
        else if (type == "Coding")
        {
            CheckCoding(at, property, value);
        }
    }

    /// <summary>The value of a property that is a Coding is written <c>system#code</c>, or <c>system|version#code</c>.</summary>
    private void CheckCoding(int at, string property, string value)
    {
        int hash = value.LastIndexOf('#');
        if (hash <= 0) return;
        string target = value[..hash], code = value[(hash + 1)..];
        CodeSystemContent? codes = context.Definitions.Terminology.CodeSystem(target);
        if (FhirTerminology.InSystem(codes, target.Split('|')[0], code, out _) != Membership.Out) return;
        Error(at, $"The value of a filter on {FhirNodeValues.Shown(property)} is a Coding; {FhirNodeValues.Shown(code)} is no code of {FhirNodeValues.Shown(target)}.");
    }

    private void CheckRegex(int at, string pattern)
    {
        try
        {
            _ = new Regex(pattern, RegexOptions.CultureInvariant, TimeSpan.FromMilliseconds(100));
        }
        catch (ArgumentException)
        {
            Error(at, "The value of a filter with the operation regex is a regular expression; this one is not well-formed (FHIR R4 valueset-filter-operator).");
        }
    }

    private void Error(int at, string message) => context.Issues.Error(at, "invalid", message);
}
