using System.Text;
using Consortium.Fhir;

namespace Consortium.Adapters.Tests.Narrative;

/// <summary>Validity against the core definitions of R4.</summary>
internal static class Valid
{
    public static void Resource(ResourceDraft draft) => Check(Encoding.UTF8.GetBytes(draft.Json.ToJsonString()), draft.ResourceType);

    public static void Bundle(ConversionResult result) => Check(BundleWriter.Write(result), "Bundle");

    private static void Check(byte[] json, string what)
    {
        ValidationResult outcome = FhirValidator.R4.Validate(json);
        Assert.True(outcome.IsValid, $"{what}:\n{string.Join('\n', outcome.Issues.Select(issue => $"{issue.Severity} {issue.Expression}: {issue.Diagnostics}"))}\n{Encoding.UTF8.GetString(json)}");
    }
}
