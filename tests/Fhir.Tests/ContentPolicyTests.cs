using System.Text;

namespace Consortium.Fhir.Tests;

/// <summary>Rules that a site may ask for and R4 does not state: off by default, errors where they are on.</summary>
public sealed class ContentPolicyTests
{
    [Theory]
    [InlineData("Wang <script>alert(1)</script>", false)]
    [InlineData("<b>Wang", false)]
    [InlineData("x <!-- y -->", false)]
    [InlineData("WBC < 4 and > 2", true)]
    [InlineData("a<", true)]
    [InlineData("5 <6", true)]
    public void RefuseMarkup_LooksForTags(string name, bool allowed)
    {
        byte[] patient = Encoding.UTF8.GetBytes($$"""{"resourceType":"Patient","name":[{"text":"{{name}}"}]}""");
        Assert.True(FhirValidator.R4.Validate(patient).IsValid);
        ValidationResult strict = new FhirValidator(FhirDefinitions.R4, new ValidationOptions { RefuseMarkup = true }).Validate(patient);
        Assert.Equal(allowed, strict.IsValid);
        Assert.All(strict.Issues.Where(i => i.Severity == IssueSeverity.Error), i => Assert.Equal(("business-rule", "Patient.name[0].text"), (i.Code, i.Expression)));
    }

    [Theory]
    [InlineData("http://example.org/fhir/x", false)]
    [InlineData("https://repository.EXAMPLE.com:8080/x", false)]
    [InlineData("http://lab.example", false)]
    [InlineData("http://myexample.org/x", true)]
    [InlineData("http://hospital.cn/example.org", true)]
    [InlineData("urn:oid:1.2.3", true)]
    public void RefuseExampleUrls_LooksAtTheHost(string url, bool allowed)
    {
        byte[] patient = Encoding.UTF8.GetBytes($$"""{"resourceType":"Patient","photo":[{"url":"{{url}}"}]}""");
        Assert.True(FhirValidator.R4.Validate(patient).IsValid);
        Assert.Equal(allowed, new FhirValidator(FhirDefinitions.R4, new ValidationOptions { RefuseExampleUrls = true }).Validate(patient).IsValid);
    }
}
