using static Consortium.Fhir.Tests.Bundles.Bundling;

namespace Consortium.Fhir.Tests.Bundles;

/// <summary>FHIR R4 bundle.html, documents.html, messaging.html, http.html#transaction, search.html: what each type of Bundle asks.</summary>
public sealed class BundleTypeTests
{
    private const string PatientUrl = "http://example.org/fhir/Patient/1";

    [Fact]
    public void Validate_Document_IsAccepted() => Assert.Empty(Errors(Bundle("document", Entry(Uuid, Composition(PatientUrl)), Entry(PatientUrl, Patient("1")))));

    [Fact]
    public void Validate_DocumentWithoutCompositionFirst_BreaksBdl11() =>
        Assert.Contains(Errors(Bundle("document", Entry(PatientUrl, Patient("1")))), i => i.Diagnostics.StartsWith("bdl-11", StringComparison.Ordinal));

    [Fact]
    public void Validate_DocumentWithoutIdentifier_BreaksBdl9() =>
        Assert.Contains(Errors(Bundle("document", Entry(Uuid, Composition(PatientUrl)), Entry(PatientUrl, Patient("1"))).Replace("\"system\":\"urn:ietf:rfc:3986\",", string.Empty, StringComparison.Ordinal)), i => i.Diagnostics.StartsWith("bdl-9", StringComparison.Ordinal));

    [Theory]
    [InlineData("", "Composition.subject")]
    [InlineData(",\"section\":[{\"title\":\"x\",\"section\":[{\"title\":\"y\",\"entry\":[{\"reference\":\"Observation/9\"}]}]}]", "Composition.section.entry")]
    [InlineData(",\"attester\":[{\"mode\":\"legal\",\"party\":{\"reference\":\"Practitioner/9\"}}]", "Composition.attester.party")]
    public void Validate_DocumentWithoutWhatItsCompositionRefersTo_IsAnError(string more, string path)
    {
        string subject = more.Length == 0 ? "Patient/2" : PatientUrl;
        OutcomeIssue issue = Assert.Single(Errors(Bundle("document", Entry(Uuid, Composition(subject, more)), Entry(PatientUrl, Patient("1")))));
        Assert.Equal("not-found", issue.Code);
        Assert.StartsWith(path + " refers to a resource that is not in the Bundle", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_DocumentEntryThatNothingLeadsTo_IsAWarning()
    {
        ValidationResult result = Validating.Json(Bundle("document", Entry(Uuid, Composition(PatientUrl)), Entry(PatientUrl, Patient("1")), Entry(Other, """{"resourceType":"Location","name":"x"}""")));
        Assert.Equal("Bundle.entry[2]", Assert.Single(result.Issues, i => i.Code == "informational" && i.Severity == IssueSeverity.Warning).Expression);
    }

    [Fact]
    public void Validate_DocumentEntryThatRefersToOthers_IsARemark()
    {
        ValidationResult result = Validating.Json(Bundle("document", Entry(Uuid, Composition(PatientUrl)), Entry(PatientUrl, Patient("1")), Entry(Other, Observation(PatientUrl))));
        Assert.Equal(IssueSeverity.Information, Assert.Single(result.Issues, i => i.Code == "informational").Severity);
    }

    [Fact]
    public void Validate_MessageWhoseFocusIsMissing_IsAnError()
    {
        string header = """{"resourceType":"MessageHeader","eventUri":"http://example.org/e","source":{"endpoint":"http://example.org"},"focus":[{"reference":"Patient/1"}]}""";
        Assert.StartsWith("MessageHeader.focus", Assert.Single(Errors(Bundle("message", Entry(Uuid, header)))).Diagnostics, StringComparison.Ordinal);
        Assert.Empty(Errors(Bundle("message", Entry(Uuid, header.Replace("Patient/1", PatientUrl, StringComparison.Ordinal)), Entry(PatientUrl, Patient("1")))));
    }

    [Theory]
    [InlineData("POST", "Patient", null, null)]
    [InlineData("POST", "Observation", null, "The url is for a Observation; the resource is a Patient")]
    [InlineData("POST", "Patient/$match", null, null)]
    [InlineData("PUT", "Patient/1", "1", null)]
    [InlineData("PUT", "Patient/1", "2", "has the id of the url")]
    [InlineData("PUT", "Patient/1", null, "has the id of the url")]
    [InlineData("PUT", "Patient?identifier=x", null, null)]
    [InlineData("PUT", "Group/1", "1", "The url is for a Group")]
    public void Validate_Request_AgreesWithItsResource(string method, string url, string? id, string? message)
    {
        OutcomeIssue[] errors = Errors(Bundle("transaction", Entry(null, Patient(id ?? string.Empty), $$$"""
            "request":{"method":"{{{method}}}","url":"{{{url}}}"},
            """)));
        if (message is null) Assert.Empty(errors);
        else Assert.Contains(message, Assert.Single(errors).Diagnostics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("201 Created", true)]
    [InlineData("404", true)]
    [InlineData("Created", false)]
    [InlineData("2010", false)]
    public void Validate_ResponseStatus_StartsWithAnHttpCode(string status, bool valid) =>
        Assert.Equal(valid, Validating.Json($$$"""{"resourceType":"Bundle","type":"transaction-response","entry":[{"response":{"status":"{{{status}}}"}}]}""").Warnings == 0);

    [Fact]
    public void Validate_SearchResults_HaveIdsAndFittingModes()
    {
        const string Link = "\"link\":[{\"relation\":\"self\",\"url\":\"http://example.org/fhir/Patient\"}],\"type\"";
        string SearchSet(params string[] entries) => $$"""{"resourceType":"Bundle","type":"searchset","entry":[{{string.Join(",", entries)}}]}""".Replace("\"type\"", Link, StringComparison.Ordinal);
        const string Outcome = """{"resourceType":"OperationOutcome","issue":[{"severity":"warning","code":"processing"}]}""";
        Assert.Empty(Errors(SearchSet(Entry(PatientUrl, Patient("1"), "\"search\":{\"mode\":\"match\"},"), Entry(null, Outcome, "\"search\":{\"mode\":\"outcome\"},"))));
        Assert.Contains("has no id", Assert.Single(Errors(SearchSet(Entry(Uuid, Patient())))).Diagnostics, StringComparison.Ordinal);
        Assert.Contains("mode outcome", Assert.Single(Errors(SearchSet(Entry(PatientUrl, Patient("1"), "\"search\":{\"mode\":\"outcome\"},")))).Diagnostics, StringComparison.Ordinal);
        Assert.Contains("mode outcome", Assert.Single(Errors(SearchSet(Entry(null, Outcome, "\"search\":{\"mode\":\"match\"},")))).Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_IdentifiedResourceWithoutFullUrl_IsAnErrorButInATransaction()
    {
        Assert.Contains("fullUrl", Assert.Single(Errors(Bundle("collection", Entry(null, Patient("1"))))).Diagnostics, StringComparison.Ordinal);
        Assert.Empty(Errors(Bundle("collection", Entry(null, Patient()))));
        Assert.Empty(Errors(Bundle("batch", Entry(null, Patient("1"), "\"request\":{\"method\":\"PUT\",\"url\":\"Patient/1\"},"))));
    }

    [Theory]
    [InlineData("http://example.org/fhir/Patient/2")]
    [InlineData("http://example.org/fhir/Group/1")]
    [InlineData("Patient/1")]
    public void Validate_FullUrlThatDisagreesWithTheResource_IsAnError(string fullUrl) =>
        Assert.Equal("Bundle.entry[0].fullUrl", Assert.Single(Errors(Bundle("collection", Entry(fullUrl, Patient("1"))))).Expression);

    [Fact]
    public void Validate_SameFullUrlTwice_BreaksBdl7() =>
        Assert.Contains(Errors(Bundle("collection", Entry(Uuid, Patient()), Entry(Uuid, Patient()))), i => i.Diagnostics.StartsWith("bdl-7", StringComparison.Ordinal));
}
