using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Tests.Hl7V2;

/// <summary>EI and EIP (HL7 v2.5.1 ch. 2.A.28 and 2.A.29): whose number a number is.</summary>
public sealed class IdentifierPartTests
{
    [Theory]
    [InlineData("2.5.1", "G1^HIS^1.2.3^ISO")]
    [InlineData("2.8", "G1^HIS^1.2.3^ISO")]
    [InlineData("2.9", "G1^HIS^1.2.3^ISO")]
    [InlineData("2.8.2", "G1&HIS&1.2.3&ISO")]
    public void The_placer_s_group_number_has_its_authority_in_every_version(string version, string group)
    {
        DraftObject order = Order(version, group);

        Assert.Equal(("urn:oid:1.2.3", "G1"), ((string?)order["requisition"]!["system"], (string?)order["requisition"]!["value"]));
        Assert.Equal("Placer Group Number", (string?)order["requisition"]!["type"]!["text"]);
        Assert.DoesNotContain(order["identifier"]!.AsArray(), identifier => (string?)identifier!["type"]?["text"] == "Filler Group Number");
    }

    [Fact]
    public void The_filler_s_group_number_stands_beside_it_in_the_one_version_that_has_both()
    {
        DraftNode filler = Assert.Single(Order("2.8.2", "G1&HIS^F1&LIS&1.2.4&ISO")["identifier"]!.AsArray(), identifier => (string?)identifier!["type"]?["text"] == "Filler Group Number")!;

        Assert.Equal(("urn:oid:1.2.4", "F1"), ((string?)filler["system"], (string?)filler["value"]));
    }

    [Fact]
    public void The_numbers_of_a_specimen_have_their_own_authorities()
    {
        DraftObject specimen = Convert("2.5.1", "ORC|NW|P1^HIS", "OBR|1|P1^HIS||1554-5^Glucose^LN|||20240102", "SPM|1|S1&HIS&1.2.3&ISO^T1&LIS&1.2.4&ISO||BLD^Blood^HL70487").Only("Specimen");

        Assert.Equal(
            [("urn:oid:1.2.3", "S1"), ("urn:oid:1.2.4", "T1")],
            specimen["identifier"]!.AsArray().Select(identifier => ((string)identifier!["system"]!, (string)identifier["value"]!)).Order());
    }

    private static DraftObject Order(string version, string group) =>
        Convert(version, $"ORC|NW|P1^HIS||{group}", "OBR|1|P1^HIS||1554-5^Glucose^LN|||20240102").Only("ServiceRequest");

    private static ConversionResult Convert(string version, params string[] segments) => Messages.Convert(string.Join(
        '\r', segments.Prepend("PID|1||Z1001^^^HOSP^MR||Wang^Fang").Prepend($@"MSH|^~\&|HIS|HOSP|FHIR|HOSP|20240102030405||OML^O21^OML_O21|M1|P|{version}||||||UNICODE UTF-8")) + "\r");
}
