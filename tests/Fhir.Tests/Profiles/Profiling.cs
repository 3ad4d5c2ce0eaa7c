using System.Text;

namespace Consortium.Fhir.Tests.Profiles;

/// <summary>Short forms for tests with small profiles written in place: a differential's elements in JSON.</summary>
internal static class Profiling
{
    public const string Url = "http://example.org/StructureDefinition/under-test";

    public static FhirDocument Profile(string type, string elements, string url = Url, string? rest = null, string? baseUrl = null) => FhirDocument.Parse(Encoding.UTF8.GetBytes(
        $$$"""
        {"resourceType":"StructureDefinition","url":"{{{url}}}","name":"Test","status":"draft","kind":"{{{(char.IsUpper(type[0]) && FhirR4.IsResourceType(type) ? "resource" : "complex-type")}}}","abstract":false,
         "type":"{{{type}}}","baseDefinition":"{{{baseUrl ?? "http://hl7.org/fhir/StructureDefinition/" + type}}}","derivation":"constraint",{{{rest}}}
         "differential":{"element":[{{{elements}}}]}}
        """));

    /// <summary>An extension definition for a place, with a value of one type.</summary>
    public static FhirDocument Extension(string url, string contexts, string elements = """{"id":"Extension.value[x]","path":"Extension.value[x]","type":[{"code":"boolean"}]}""", string? rest = null) =>
        Profile("Extension", $$"""{"id":"Extension","path":"Extension"},{"id":"Extension.url","path":"Extension.url","fixedUri":"{{url}}"},{{elements}}""", url, $"\"context\":[{contexts}],{rest}");

    public static ValidationResult Validate(string json, params FhirDocument[] profiles) => Validate(json, [profiles[0].Root.Child("url").Value!], profiles);

    public static ValidationResult Validate(string json, string[] asked, FhirDocument[] loaded, Func<string, FhirDocument?>? resolve = null) =>
        new FhirValidator(FhirDefinitions.R4.With(loaded), new ValidationOptions { Profiles = asked, ResolveReference = resolve }).Validate(Encoding.UTF8.GetBytes(json));

    public static void Accepts(string json, params FhirDocument[] profiles) =>
        Assert.DoesNotContain(Validate(json, profiles).Issues, i => i.Severity <= IssueSeverity.Error);

    /// <summary>The only error of a resource that has exactly one.</summary>
    public static OutcomeIssue OnlyError(string json, params FhirDocument[] profiles) =>
        Assert.Single(Validate(json, profiles).Issues, i => i.Severity <= IssueSeverity.Error);

    public static string Patient(string content) => $$"""{"resourceType":"Patient"{{(content.Length > 0 ? "," : string.Empty)}}{{content}}}""";

    public static string Observation(string content) => $$$"""{"resourceType":"Observation","status":"final","code":{"text":"x"},{{{content}}}}""";
}
