namespace Consortium.Fhir.Tests.Bundles;

/// <summary>Short forms for tests that validate a Bundle.</summary>
internal static class Bundling
{
    public const string Uuid = "urn:uuid:c757873d-ec9a-4326-a141-556f43239520";
    public const string Other = "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a";

    public static string Bundle(string type, params string[] entries) =>
        $$$"""{"resourceType":"Bundle","type":"{{{type}}}","identifier":{"system":"urn:ietf:rfc:3986","value":"{{{Uuid}}}"},"timestamp":"2024-01-01T00:00:00Z","entry":[{{{string.Join(",", entries)}}}]}""";

    public static string Entry(string? fullUrl, string resource, string more = "") =>
        $"{{{(fullUrl is null ? string.Empty : $"\"fullUrl\":\"{fullUrl}\",")}{more}\"resource\":{resource}}}";

    public static string Patient(string id = "") => $$"""{"resourceType":"Patient"{{(id.Length > 0 ? $",\"id\":\"{id}\"" : string.Empty)}},"active":true}""";

    public static string Observation(string subject) =>
        $$$"""{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"{{{subject}}}"}}""";

    public static string Composition(string subject, string more = "") => $$$"""
        {"resourceType":"Composition","status":"final","type":{"text":"x"},"subject":{"reference":"{{{subject}}}"},"date":"2024-01-01","author":[{"display":"x"}],"title":"x"{{{more}}}}
        """;

    public static OutcomeIssue[] Errors(string json) => [.. Validating.Json(json).Issues.Where(i => i.Severity <= IssueSeverity.Error)];
}
