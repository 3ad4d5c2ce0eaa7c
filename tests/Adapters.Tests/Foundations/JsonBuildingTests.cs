using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Tests.Foundations;

public sealed class JsonBuildingTests
{
    [Fact]
    public void What_is_absent_leaves_no_trace()
    {
        DraftObject patient = JsonBuilding.Resource("Patient", "p1")
            .Set("birthDate", "  ")
            .Set("maritalStatus", Element.CodeableConcept(null, Element.Coding("http://example.org", " ")))
            .Append("identifier", Element.Identifier("http://example.org", null))
            .Append("name", Element.HumanName(given: [null, ""]))
            .SetAll("address", [new DraftObject()]);

        Assert.Equal("""{"resourceType":"Patient","id":"p1"}""", patient.ToJsonString());
    }

    [Fact]
    public void A_node_that_stands_elsewhere_is_copied()
    {
        DraftObject concept = Element.CodeableConcept("血糖")!;
        DraftObject first = new DraftObject().Set("code", concept);
        DraftObject second = new DraftObject().Set("code", concept);

        Assert.Equal(first.ToJsonString(), second.ToJsonString());
    }

    [Theory]
    [InlineData("5.10", "5.10")]
    [InlineData("0", "0")]
    [InlineData("-0.50", "-0.50")]
    [InlineData("+7", "7")]
    [InlineData("007.0", "7.0")]
    [InlineData(".5", "0.5")]
    [InlineData("5.", "5")]
    [InlineData(" 12 ", "12")]
    [InlineData("123456789012345678901234567890.12345678901234567890", "123456789012345678901234567890.12345678901234567890")]
    public void A_decimal_keeps_its_digits(string written, string expected) =>
        Assert.Equal(expected, Element.Quantity(written)!["value"]!.ToJsonString());

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("-")]
    [InlineData("1,5")]
    [InlineData("1 000")]
    [InlineData("1e5")]
    [InlineData("<5")]
    [InlineData("١٢")]
    [InlineData("NaN")]
    public void What_is_no_plain_decimal_is_no_quantity(string written) => Assert.Null(Element.Quantity(written));
}
