using Consortium.Adapters.Plugins;

namespace Consortium.Adapters.Tests.Vendors;

public sealed class PluginRefusalTests
{
    private const string Type = "Consortium.Adapters.Tests.Vendors.CapriciousAdapter";
    private const string Assembly = "Consortium.Adapters.Tests.dll";

    [Theory]
    [InlineData("{", "line 1: this is not JSON")]
    [InlineData("""{"name": "capricious"}""", "assembly: is missing")]
    [InlineData($$"""{"nmae": "capricious", "assembly": "{{Assembly}}", "type": "{{Type}}", "contract": "1.0"}""", "nmae: unknown key")]
    [InlineData($$"""{"name": "Capricious", "assembly": "{{Assembly}}", "type": "{{Type}}", "contract": "1.0"}""", "name: a lower-case letter")]
    [InlineData($$"""{"name": "capricious", "assembly": "../{{Assembly}}", "type": "{{Type}}", "contract": "1.0"}""", "assembly: a file name in the same folder")]
    [InlineData($$"""{"name": "capricious", "assembly": "{{Assembly}}", "type": "{{Type}}", "contract": "one"}""", "contract: a version such as")]
    [InlineData($$"""{"name": "capricious", "assembly": "{{Assembly}}", "type": "{{Type}}", "contract": "1.9"}""", "was built for contract 1.9, and this host has 1.0. Update the host")]
    [InlineData($$"""{"name": "capricious", "assembly": "{{Assembly}}", "type": "{{Type}}", "contract": "0.3"}""", "was built for contract 0.3, and this host has 1.0. Get a build")]
    [InlineData($$"""{"name": "capricious", "assembly": "Other.dll", "type": "{{Type}}", "contract": "1.0"}""", "Other.dll: there is no such file")]
    [InlineData($$"""{"name": "capricious", "assembly": "plugin.json", "type": "{{Type}}", "contract": "1.0"}""", "plugin.json: is no .NET assembly")]
    [InlineData($$"""{"name": "capricious", "assembly": "{{Assembly}}", "type": "Nothing.Here", "contract": "1.0"}""", "has no class Nothing.Here")]
    [InlineData($$"""{"name": "capricious", "assembly": "{{Assembly}}", "type": "{{Type}}", "contract": "1.0", "limits": {"seconds": 0} }""", "limits.seconds: a whole number from 1 to 600")]
    [InlineData($$"""{"name": "capricious", "assembly": "{{Assembly}}", "type": "{{Type}}", "contract": "1.0", "limits": {"cores": 2} }""", "limits.cores: unknown key")]
    [InlineData($$"""{"name": "other", "assembly": "{{Assembly}}", "type": "{{Type}}", "contract": "1.0"}""", "the adapter calls itself 'capricious', and the manifest 'other'")]
    [InlineData($$"""{"name": "table", "assembly": "{{Assembly}}", "type": "{{Type}}", "contract": "1.0"}""", "there is another adapter 'table'")]
    [InlineData($$"""{"name": "demanding", "assembly": "{{Assembly}}", "type": "Consortium.Adapters.Tests.Vendors.DemandingAdapter", "contract": "1.0"}""", "needs to be public, not abstract, and have a public constructor")]
    [InlineData($$"""{"name": "stillborn", "assembly": "{{Assembly}}", "type": "Consortium.Adapters.Tests.Vendors.StillbornAdapter", "contract": "1.0"}""", "cannot be made (FormatException)")]
    [InlineData($$"""{"name": "capricious", "assembly": "{{Assembly}}", "type": "Consortium.Adapters.Tests.Vendors.PluginRefusalTests", "contract": "1.0"}""", "is no IRecordAdapter")]
    public void Plugin_ThatCannotRun_IsRefusedWithThePlaceAndTheReason(string manifest, string reason)
    {
        using var site = new PluginSite();
        site.Add("one", manifest);
        using PluginCatalog plugins = site.Load();
        Assert.Empty(plugins.Adapters);
        Assert.Contains(reason, Assert.Single(plugins.Refused).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void RefusedPlugin_KeepsNoOtherOut()
    {
        using var site = new PluginSite();
        site.AddCapricious();
        Directory.CreateDirectory(Path.Combine(site.Plugins, "empty"));
        Directory.CreateDirectory(Path.Combine(site.Plugins, "_set-aside"));
        using PluginCatalog plugins = site.Load();
        Assert.Equal("capricious", Assert.Single(plugins.Adapters).Name);
        Assert.Contains("plugin.json: there is no such file", Assert.Single(plugins.Refused).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Site_WithoutPlugins_HasNone()
    {
        using var site = new PluginSite();
        using PluginCatalog plugins = site.Load();
        Assert.Empty(plugins.Adapters);
        Assert.Empty(plugins.Refused);
    }

    [Theory]
    [InlineData("Asia/Shanghai")]
    [InlineData("America/New_York")]
    [InlineData("Europe/London")]
    [InlineData("UTC")]
    [InlineData("+08:00")]
    [InlineData("-03:30")]
    public void TimeZone_OfTheSite_ReachesThePluginWithAllItsRules(string name)
    {
        TimeZoneInfo zone = Consortium.Adapters.Site.SiteTimeZone.Find(name)!;
        ConversionContext there = PluginContext.Of(new ConversionContext(LogicalIds.Unkeyed, zone)).Open();
        for (var time = new DateTime(1950, 1, 1); time.Year < 2040; time = time.AddHours(101))
        {
            Assert.Equal(zone.GetUtcOffset(time), there.TimeZone.GetUtcOffset(time));
            Assert.Equal(zone.IsAmbiguousTime(time), there.TimeZone.IsAmbiguousTime(time));
            Assert.Equal(zone.IsInvalidTime(time), there.TimeZone.IsInvalidTime(time));
        }
    }
}
