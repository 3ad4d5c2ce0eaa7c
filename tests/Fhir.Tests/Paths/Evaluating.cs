using System.Text;

namespace Consortium.Fhir.Tests.Paths;

/// <summary>Short forms for tests of one expression.</summary>
internal static class Evaluating
{
    private const string Patient = """
        {"resourceType":"Patient","id":"p","active":true,"gender":"male","birthDate":"1974-12-25",
        "name":[{"use":"official","family":"A","given":["B","C"]},{"use":"usual","given":["D"]}],
        "contact":[{"name":{"family":"E"}}],"managingOrganization":{"reference":"#o"},"contained":[{"resourceType":"Organization","id":"o","name":"O"}]}
        """;

    /// <summary>The values on a small Patient, as text, joined with commas.</summary>
    public static string Values(string expression) =>
        string.Join(",", FhirPath.Compile(expression).Evaluate(FhirDocument.Parse(Encoding.UTF8.GetBytes(Patient))).Select(v => v.Value ?? v.TypeName));

    public static FhirPathException Refused(string expression) => Assert.Throws<FhirPathException>(() => Values(expression));
}
