using System.Globalization;
using System.Text.RegularExpressions;
using Consortium.Fhir;

namespace Consortium.Adapters;

/// <summary>The check that a host makes of what an adapter gives, before anything is published: the resources, each and together, against R4. Thread-safe.</summary>
public static partial class ConversionValidator
{
    /// <summary>
    /// The result as it is where its resources are valid; else a rejected one with the validator's errors after the adapter's own issues.
    /// A result without resources is rejected; a rejected one stays as it is.
    /// </summary>
    public static ConversionResult Validate(ConversionResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        if (result.IsRejected) return result;
        if (result.Resources.Count == 0)
        {
            return ConversionResult.Rejected(result.Index, result.ControlId, [.. result.Issues, new OutcomeIssue(
                IssueSeverity.Error, "incomplete", "the adapter made no resource of it.")]);
        }

        // The Bundle holds every resource: one pass checks each of them and that they fit together.
        byte[] bundle;
        ValidationResult validation;
        try
        {
            (bundle, validation) = BundleWriter.WriteValidated(result);
        }
        catch (FhirFormatException broken)
        {
            return ConversionResult.Rejected(result.Index, result.ControlId, [.. result.Issues, ForResource(broken.ToIssue(), result)]);
        }

        return validation.IsValid
            ? result with { ValidatedBundle = new ValidatedBundle(result.Resources, bundle) }
            : ConversionResult.Rejected(result.Index, result.ControlId, [.. result.Issues, .. validation.Issues
                .Where(issue => issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal)
                .Select(issue => ForResource(issue, result))]);
    }

    /// <summary>Says <c>Patient.birthDate</c> instead of <c>Bundle.entry[0].resource.birthDate</c>: the Bundle is our own packing.</summary>
    private static OutcomeIssue ForResource(OutcomeIssue issue, ConversionResult result)
    {
        Match match = EntryPath().Match(issue.Expression ?? "");
        if (!match.Success) return issue with { Line = null, Column = null };
        int entry = int.Parse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
        string rest = issue.Expression![match.Length..];
        string type = entry < result.Resources.Count ? result.Resources[entry].ResourceType : "Resource";
        return issue with { Expression = type + rest, Line = null, Column = null };
    }

    [GeneratedRegex(@"^Bundle\.entry\[([0-9]{1,6})\]\.resource(?:\.ofType\([A-Za-z]+\))?", RegexOptions.CultureInvariant)]
    private static partial Regex EntryPath();
}
