using Consortium.Adapters.Elements;
using Consortium.Fhir;

namespace Consortium.Adapters.Tests.Hl7V2;

/// <summary>One moment stands in many fields of a message; each is used, and what is to be said of it is said of each.</summary>
public sealed class RepeatedTimesTests
{
    [Fact]
    public void The_same_moment_in_two_fields_fills_both_elements_and_is_not_reported_as_unused()
    {
        ConversionResult result = Messages.Convert(Stay("20240102030000"));
        DraftNode period = result.Only("Encounter")["period"]!;
        Assert.Equal((string?)period["start"], (string?)period["end"]);
        Assert.DoesNotContain(result.Issues, issue => issue.Diagnostics.Contains("PV1-44", StringComparison.Ordinal) || issue.Diagnostics.Contains("PV1-45", StringComparison.Ordinal));
    }

    [Fact]
    public void A_moment_that_occurred_twice_is_told_of_every_field_that_has_it()
    {
        var newYork = new ConversionContext(LogicalIds.Unkeyed, TimeZoneInfo.FindSystemTimeZoneById("America/New_York"));
        ConversionResult result = Messages.Convert(Stay("20241103013000"), context: newYork);
        foreach (string field in (string[])["PV1-44", "PV1-45"])
        {
            Assert.Contains(result.Issues, issue => issue.Severity == IssueSeverity.Warning && issue.Diagnostics.StartsWith($"{field}: the local time occurred twice", StringComparison.Ordinal));
        }
    }

    private static string Stay(string time) => Messages.Admission().Replace("20240102030000\r", $"{time}|{time}\r", StringComparison.Ordinal);
}
