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
    [InlineData("MllpListeners:0:Listen", "127.0.0.1:2575", "MllpListeners:0:Source")]
    [InlineData("IntakeRetentionDays", "lab=soon", "IntakeRetentionDays")]
    [InlineData("BatchCount", "many", "BatchCount")]
    [InlineData("SubscriptionEndpoints", "app.hospital.cn", "SubscriptionEndpoints")]
    [InlineData("SubscriptionOffAfterHours", "0", "SubscriptionOffAfterHours")]
    [InlineData("ChangeTopic", "everything", "ChangeTopic")]
    [InlineData("ChangeTopic", "identifiers", "ChangeTopic")] // without a broker there are no topics
    [InlineData("KeyPasswordFile", "no-such-file", "KeyPasswordFile")]
    public void Read_AWrongValue_NamesItsKeyAndNeverItsSecret(string key, string? value, string named)
    {
        var refused = Assert.Throws<CommandException>(() => Read(new() { [key] = value }));
        Assert.Equal(ExitCode.Misunderstood, refused.ExitCode);
        Assert.Contains($"key {named}", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_SubscriptionsAndTheTopic_AsTheSiteSays()
    {
        HospitalOptions options = Read(new()
        {
            ["SubscriptionEndpoints"] = "https://app.hospital.cn/hooks, http://127.0.0.1:*", ["SubscriptionOffAfterHours"] = "48", ["ChangeTopic"] = "resource", ["Broker"] = "rabbitmq://u:p@broker/h",
        });
        Assert.Equal(["https://app.hospital.cn/hooks", "http://127.0.0.1:*"], options.Subscriptions.Endpoints);
        Assert.Equal(TimeSpan.FromHours(48), options.Subscriptions.OffAfter);
        Assert.Equal(Consortium.FhirFacade.ChangeContent.Resource, options.Changes);
        Assert.Empty(Read([]).Subscriptions.Endpoints);
    }

    [Fact]
    public void Read_SeveralWrongValues_NamesAllOfThemAtOnce()
    {
        var refused = Assert.Throws<CommandException>(() => Read(new()
        {
            ["Contract"] = "0x12", ["Chain"] = "chain", ["RequestSeconds"] = "4000", ["MaxBundleEntries"] = "0", ["LogFormat"] = "xml", ["Broker"] = "kafka://x", ["Store"] = "mysql://user:secret@h/d", ["BatchCount"] = null, ["IndexKey"] = null,
        }));
        Assert.All((string[])["Contract", "Chain", "RequestSeconds", "MaxBundleEntries", "LogFormat", "Broker", "Store", "IndexKeyFile"], key => Assert.Contains($"key {key}", refused.Message, StringComparison.Ordinal));
        Assert.Contains("from 0 to 3600", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MaxBodyBytes", "1023")]
    [InlineData("MaxUrlBytes", "70000")]
    [InlineData("MaxHeaderBytes", "-1")]
    [InlineData("HeaderSeconds", "0")]
    [InlineData("MaxSearchCost", "9")]
    [InlineData("ViewIndexWaitSeconds", "601")]
    [InlineData("ShutdownSeconds", "0")]
    [InlineData("RequestsPerSecond", "many")]
    [InlineData("TracePercent", "101")]
    [InlineData("OtlpEndpoint", "collector")]
    [InlineData("LogLevel", "Loud")]
    [InlineData("Retention:0:Type", "Nonsense")]
    public void Read_ALimitOutsideItsRange_NamesItsKeyAndTheRange(string key, string value)
    {
        var refused = Assert.Throws<CommandException>(() => Read(new() { [key] = value }));
        Assert.Contains($"key {key} wants", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_AnIdentityProvider_HasThePublicUrlAsItsAudience()
    {
        HospitalOptions options = Read(new() { ["PublicUrl"] = "https://fhir.hospital.cn/fhir", ["Oidc:Issuer"] = "https://login.hospital.cn/", ["Oidc:RoleScopes:doctor"] = "user/*.cruds", ["Oidc:AuditRoles"] = "auditor, officer" });
        Assert.Equal(["https://fhir.hospital.cn/fhir"], options.Oidc!.Audiences);
        Assert.Equal("user/*.cruds", options.Oidc.RoleScopes["doctor"]);
        Assert.Equal(["auditor", "officer"], options.Oidc.AuditRoles);
        Assert.Null(Read([]).Oidc);
    }

    [Theory]
    [InlineData("Oidc:Issuer", "http://login.hospital.cn")]
    [InlineData("Oidc:MetadataAddress", "http://login.hospital.cn/metadata")]
    [InlineData("Oidc:ClockSkewSeconds", "3600")]
    [InlineData("Oidc:BreakGlassMinutes", "0")]
    [InlineData("Oidc:RoleScopes:doctor", "everything")]
    [InlineData("Oidc:Isuer", "https://login.hospital.cn")]
    public void Read_AWrongOptionOfTheIdentityProvider_NamesItsKey(string key, string value)
    {
        var refused = Assert.Throws<CommandException>(() => Read(new() { ["Oidc:Issuer"] = "https://login.hospital.cn", [key] = value }));
        Assert.Contains($"key {key}", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MllpCertificateFile", "no-such-file")]
    [InlineData("MllpAllowedAddresses", "10.0.0.0/8, somewhere")]
    [InlineData("MllpAllowedSenders", "a@b@c")]
    [InlineData("MllpMaxConnections", "0")]
    [InlineData("MllpSource", "the ward")]
    public void Read_AWrongOptionOfTheListener_NamesItsKey(string key, string value)
    {
        var refused = Assert.Throws<CommandException>(() => Read(new() { ["Mllp"] = "127.0.0.1:2575", [key] = value }));
        Assert.Contains($"key {key}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ClientNamesWithoutTheirAuthority_IsRefused()
    {
        string file = typeof(HospitalOptionsTests).Assembly.Location; // any file that is there
        var refused = Assert.Throws<CommandException>(() => Read(new() { ["Mllp"] = "127.0.0.1:2575", ["MllpCertificateFile"] = file, ["MllpClientNames"] = "his" }));
        Assert.Contains("key MllpClientCaFile", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_SeveralListenersAndRetention_AreTaken()
    {
        IntakeSettings intake = Read(new()
        {
            ["Mllp"] = "127.0.0.1:2575", ["MllpAllowedAddresses"] = "10.1.2.3, 10.4.0.0/16", ["MllpAllowedSenders"] = "HIS@HOSP", ["MllpIdleSeconds"] = "60",
            ["MllpListeners:0:Listen"] = "0.0.0.0:2576", ["MllpListeners:0:Source"] = "lab", ["MllpListeners:0:MaxFrameBytes"] = "1000",
            ["IntakeRetentionDays"] = "365, lab=30, his=keep",
        }).Intake;

        Assert.Equal(["hospital-a", "lab"], intake.Mllp.Select(listener => listener.Source));
        Assert.Equal((2, 1, TimeSpan.FromMinutes(1)), (intake.Mllp[0].AllowedAddresses.Count, intake.Mllp[0].AllowedSenders.Count, intake.Mllp[0].IdleTimeout));
        Assert.Equal((2576, 1000), (intake.Mllp[1].Port, intake.Mllp[1].MaxFrameBytes));
        Assert.Equal((TimeSpan.FromDays(30), TimeSpan.FromDays(365), null), (intake.Retention.Of("lab"), intake.Retention.Of("other"), intake.Retention.Of("his")));
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
