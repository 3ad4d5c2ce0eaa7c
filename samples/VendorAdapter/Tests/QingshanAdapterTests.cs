using Consortium.Adapters;

namespace Qingshan.Adapter.Tests;

/// <summary>What this feed's maps say.</summary>
public sealed class QingshanAdapterTests
{
    private static readonly ConversionContext Context = new(LogicalIds.Unkeyed, TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai"));

    [Fact]
    public void Admission_GivesPatientEncounterAndDiagnosis()
    {
        ConversionResult result = Convert(Records.Text("admission.xml"));
        Assert.Equal(["Patient", "Encounter", "Condition", "Provenance"], result.Resources.Select(draft => draft.ResourceType));
        Assert.Equal("2026-03-01T09:12:00+08:00", (string?)result.Resources[1].Json["period"]!["start"]);
    }

    [Fact]
    public void LaboratoryReport_KeepsTheDigitsOfItsNumbers_AndOnlyMentionsThePatient()
    {
        ConversionResult result = Convert(Records.Text("labreport.xml"));
        Assert.Equal(ApplyMode.CreateIfAbsent, result.Resources[0].Apply);
        Assert.Contains("\"value\":11.20", result.Resources[2].Json["valueQuantity"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sex=\"2\"", "sex=\"3\"", "line 3: patient/@sex")]
    [InlineData("2026-03-01 09:12:00", "2026-03-01 25:12:00", "line 4: visit/@admitted")]
    [InlineData("no=\"ZY2026030107\"", "", "line 4: visit/@no")]
    public void WhatCannotBeRead_IsRejectedWithItsPlace(string good, string bad, string place)
    {
        ConversionResult result = Convert(Records.Text("admission.xml").Replace(good, bad, StringComparison.Ordinal));
        Assert.Equal(place, Assert.Single(result.Issues).Expression);
    }

    private static ConversionResult Convert(string text) => Assert.Single(new QingshanAdapter().Convert(
        new RawRecord(System.Text.Encoding.UTF8.GetBytes(text), "qingshan", new DateTimeOffset(2026, 3, 1, 2, 0, 0, TimeSpan.Zero)), Context));
}

internal static class Records
{
    public static string Path(string name) => System.IO.Path.Combine(AppContext.BaseDirectory, "Records", name);
    public static string Text(string name) => File.ReadAllText(Path(name));
}
