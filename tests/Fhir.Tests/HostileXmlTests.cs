using System.Diagnostics;
using System.Text;

namespace Consortium.Fhir.Tests;

/// <summary>FHIR R4 xml.html and security.html#narrative: XML that attacks its reader is refused with a place, in bounded time.</summary>
public sealed class HostileXmlTests
{
    private const string Patient = """<Patient xmlns="http://hl7.org/fhir"><active value="true"/></Patient>""";

    public static TheoryData<string> Attacks =>
    [
        """<!DOCTYPE p [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><Patient xmlns="http://hl7.org/fhir"><id value="&c;"/></Patient>""",
        """<!DOCTYPE p [<!ENTITY a SYSTEM "file:///etc/hostname">]><Patient xmlns="http://hl7.org/fhir"><id value="x">&a;</id></Patient>""",
        """<!DOCTYPE p SYSTEM "http://example.org/p.dtd"><Patient xmlns="http://hl7.org/fhir"/>""",
        "<Patient xmlns=\"http://hl7.org/fhir\"><id value=\"a\" value=\"b\"/></Patient>",
        "<Patient xmlns=\"http://hl7.org/fhir\">" + string.Concat(Enumerable.Repeat("<extension url=\"u\">", 100_000)),
        "<Patient xmlns=\"http://hl7.org/fhir\"><active value=\"&undefined;\"/></Patient>",
        "<Patient xmlns=\"http://hl7.org/fhir\"><active value=\"\u0001\"/></Patient>",
        string.Empty,
        "<",
    ];

    [Theory]
    [MemberData(nameof(Attacks))]
    public void ValidateXml_Attack_IsRefusedWithAPlace(string xml)
    {
        Stopwatch clock = Stopwatch.StartNew();
        ValidationResult result = FhirValidator.R4.ValidateXml(Encoding.UTF8.GetBytes(xml));
        Assert.False(result.IsValid);
        Assert.All(result.Issues, i => Assert.True(i is { Line: > 0, Column: > 0 }));
        Assert.DoesNotContain(result.Issues, i => i.Diagnostics.Contains("hostname", StringComparison.Ordinal));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void ValidateXml_EveryTruncation_IsRefusedWithAPlace()
    {
        byte[] xml = Encoding.UTF8.GetBytes(Patient);
        for (int length = 0; length < xml.Length; length++)
        {
            ValidationResult result = FhirValidator.R4.ValidateXml(xml.AsMemory(0, length));
            Assert.False(result.IsValid);
            Assert.All(result.Issues, i => Assert.True(i is { Line: > 0, Column: > 0 }));
        }
    }

    [Theory]
    [InlineData(51)]
    [InlineData(52)]
    public void ValidateXml_RandomBytes_NeverThrow(int seed)
    {
        Random random = new(seed);
        for (int round = 0; round < 1000; round++)
        {
            byte[] input = new byte[random.Next(120)];
            random.NextBytes(input);
            Assert.False(FhirValidator.R4.ValidateXml(input).IsValid);
        }
    }
}
