using Consortium.Cli.Host;
using Microsoft.Extensions.Configuration;

namespace Consortium.Cli.Tests;

public sealed class HospitalOptionsTests
{
    private static readonly Dictionary<string, string?> Whole = new()
    {
        ["Name"] = "hospital-a",
        ["Chain"] = "http://127.0.0.1:8545, https://chain.example",
        ["Contract"] = "0x5FbDB2315678afecb367f032d93F642f64180aa3",
        ["KeyFile"] = "key.json",
        ["KeyPassword"] = "secret",
        ["IndexKey"] = new string('a', 64),
    };

    [Fact]
    public void Read_WhatIsNeeded_FillsInTheRest()
    {
        HospitalOptions options = Read([]);
        Assert.Equal(HostRoles.All, options.Roles);
        Assert.Equal(2, options.Chain.Count);
        Assert.Equal("http://127.0.0.1:5081/fhir", options.PublicUrl);
        Assert.False(options.OpenAccess);
    }

    [Theory]
    [InlineData("Name", null, "Name")]
    [InlineData("Name", "hospital a", "Name")]
    [InlineData("Contract", "0x12", "Contract")]
    [InlineData("Chain", "chain", "Chain")]
    [InlineData("IndexKey", "abc", "IndexKey")]
    [InlineData("Roles", "intake,cook", "Roles")]
    [InlineData("Roles", "3", "Roles")]
    [InlineData("Mllp", "2575", "Mllp")]
    [InlineData("BatchCount", "many", "BatchCount")]
    [InlineData("KeyPasswordFile", "no-such-file", "KeyPasswordFile")]
    public void Read_AWrongValue_NamesItsKeyAndNeverItsSecret(string key, string? value, string named)
    {
        var refused = Assert.Throws<CommandException>(() => Read(new() { [key] = value }));
        Assert.Equal(ExitCode.Misunderstood, refused.ExitCode);
        Assert.Contains($"key {named}", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OpenAccessOnAnAddressThatOthersReach_IsRefused()
    {
        var refused = Assert.Throws<CommandException>(() => Read(new() { ["OpenAccess"] = "true", ["Listen"] = "http://10.0.0.1:5081" }));
        Assert.Contains("OpenAccess", refused.Message, StringComparison.Ordinal);
    }

    private static HospitalOptions Read(Dictionary<string, string?> changes)
    {
        var values = new Dictionary<string, string?>(Whole);
        foreach ((string key, string? value) in changes) values[key] = value;
        return HospitalOptions.Read(new ConfigurationBuilder().AddInMemoryCollection(values).Build());
    }
}
