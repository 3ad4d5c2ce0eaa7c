using System.Diagnostics;
using Consortium.Adapters.Plugins;
using Consortium.Adapters.Site;
using Consortium.Fhir;

namespace Consortium.Adapters.Tests.Vendors;

public sealed class PluginFaultTests
{
    [Fact]
    public void PluginsRecord_ConvertsToWhatTheAdapterMakesInProcess()
    {
        using var site = new PluginSite();
        site.AddCapricious();
        using PluginCatalog plugins = site.Load();
        Assert.Empty(plugins.Refused);
        RawRecord record = PluginSite.Record("good 王小明");
        var zone = TimeZoneInfo.FindSystemTimeZoneById("America/New_York");
        var context = new ConversionContext(new LogicalIds("a key of this site"u8), zone) { IdentifierSystems = new IdentifierSystems(new Dictionary<string, string> { ["HOSP"] = "urn:oid:1.2.3" }), Charset = "GB18030" };
        ConversionResult here = Assert.Single(new CapriciousAdapter().Convert(record, context));
        ConversionResult there = Assert.Single(Assert.Single(plugins.Adapters).Convert(record, context));
        Assert.Equal(BundleWriter.Write(here), BundleWriter.Write(there));
        Assert.Equal(here.Issues, there.Issues);
        Assert.Equal((here.Index, here.ControlId, here.BundleType), (there.Index, there.ControlId, there.BundleType));
    }

    [Theory]
    [InlineData("throw 王小明", "failed with FormatException")]
    [InlineData("exit", "ended its process (exit code 3)")]
    [InlineData("overflow", "ended its process")]
    [InlineData("background", "ended its process")]
    [InlineData("allocate", "needed more than 160 MiB")]
    [InlineData("native", "needed more than 160 MiB")]
    [InlineData("garble", "answered with something that is no answer")]
    [InlineData("misnumber", "numbers its results wrongly")]
    [InlineData("unproven", "gave no Provenance")]
    [InlineData("invalid", "gender")]
    public void PluginThatGoesWrong_RejectsItsRecordWithTheReason_AndConvertsTheNext(string word, string reason)
    {
        using var site = new PluginSite();
        site.AddCapricious();
        using PluginCatalog plugins = site.Load();
        ConversionPipeline pipeline = PluginSite.Pipeline(plugins);

        ConversionResult bad = Assert.Single(pipeline.Convert(PluginSite.Record(word), "capricious"));
        Assert.True(bad.IsRejected);
        string said = string.Join('\n', bad.Issues.Select(issue => $"{issue.Expression}: {issue.Diagnostics}"));
        Assert.Contains(reason, said, StringComparison.Ordinal);
        Assert.DoesNotContain("王小明", said, StringComparison.Ordinal);

        Assert.False(Assert.Single(pipeline.Convert(PluginSite.Record("good"), "capricious")).IsRejected);
    }

    [Fact]
    public void PluginThatHangs_IsEndedAfterItsTime()
    {
        using var site = new PluginSite();
        site.AddCapricious("""{"seconds": 1}""");
        using PluginCatalog plugins = site.Load();
        ConversionPipeline pipeline = PluginSite.Pipeline(plugins);
        ConversionResult bad = Assert.Single(pipeline.Convert(PluginSite.Record("hang"), "capricious"));
        OutcomeIssue issue = Assert.Single(bad.Issues);
        Assert.Equal("exception", issue.Code);
        Assert.Contains("took longer than 1 seconds", issue.Diagnostics, StringComparison.Ordinal);
        Assert.False(Assert.Single(pipeline.Convert(PluginSite.Record("good"), "capricious")).IsRejected);
    }

    [Fact]
    public void PluginThatFailsHalfWay_KeepsTheResultsBefore()
    {
        using var site = new PluginSite();
        site.AddCapricious();
        using PluginCatalog plugins = site.Load();
        IReadOnlyList<ConversionResult> results = PluginSite.Pipeline(plugins).Convert(PluginSite.Record("half"), "capricious");
        Assert.Equal([false, true], results.Select(result => result.IsRejected));
        Assert.Equal([0, 1], results.Select(result => result.Index));
    }

    [Theory]
    [InlineData("print")]
    [InlineData("secret")]
    public void Plugin_NeitherBreaksTheProtocolByPrinting_NorSeesTheHostsSecrets(string word)
    {
        Environment.SetEnvironmentVariable("CONSORTIUM__SITE__KEY_OF_A_TEST", "secret");
        using var site = new PluginSite();
        site.AddCapricious();
        using PluginCatalog plugins = site.Load();
        Assert.False(Assert.Single(PluginSite.Pipeline(plugins).Convert(PluginSite.Record(word), "capricious")).IsRejected);
    }

    [Fact]
    public void InnocentRecords_ConvertWhateverTheirNeighboursDo()
    {
        using var site = new PluginSite();
        site.AddCapricious();
        using PluginCatalog plugins = site.Load();
        ConversionPipeline pipeline = PluginSite.Pipeline(plugins);
        string[] words = [.. Enumerable.Range(0, 40).Select(i => i is 7 or 23 ? $"exit {i}" : $"good {i}")];
        var rejected = new bool[words.Length];
        Parallel.For(0, words.Length, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
            rejected[i] = Assert.Single(pipeline.Convert(PluginSite.Record(words[i]), "capricious")).IsRejected);
        Assert.Equal(words.Select(word => word.StartsWith("exit", StringComparison.Ordinal)), rejected);
    }

    [Fact]
    public void ProcessThatSomeoneKilled_IsReplacedWithoutARejectedRecord()
    {
        using var site = new PluginSite();
        site.AddCapricious();
        using PluginCatalog plugins = site.Load();
        ConversionPipeline pipeline = PluginSite.Pipeline(plugins);
        PluginSupervisor supervisor = ((PluginAdapter)plugins.Adapters[0]).Supervisor;
        using (var process = Process.GetProcessById(supervisor.Running!.ProcessId)) process.Kill();
        Assert.False(Assert.Single(pipeline.Convert(PluginSite.Record("good"), "capricious")).IsRejected);
    }

    [Fact]
    public void PluginThatFailsTimeAndAgain_Rests_AndIsTriedAgainAfterwards()
    {
        using var site = new PluginSite();
        site.AddCapricious();
        var clock = new SetClock();
        using PluginCatalog plugins = site.Load(clock);
        ConversionPipeline pipeline = PluginSite.Pipeline(plugins);
        for (int i = 0; i < 5; i++) Assert.Equal("exception", Assert.Single(Assert.Single(pipeline.Convert(PluginSite.Record("exit"), "capricious")).Issues).Code);

        OutcomeIssue resting = Assert.Single(Assert.Single(pipeline.Convert(PluginSite.Record("good"), "capricious")).Issues);
        Assert.Equal("transient", resting.Code);
        Assert.Contains("rests until 2026-03-01T00:00:15Z", resting.Diagnostics, StringComparison.Ordinal);

        clock.Now += TimeSpan.FromSeconds(16);
        Assert.False(Assert.Single(pipeline.Convert(PluginSite.Record("good"), "capricious")).IsRejected);
    }

    [Fact]
    public void RecordThatNoOneIsSureOf_WaitsWhileAPluginCannotSayWhetherItIsItsOwn()
    {
        using var site = new PluginSite();
        site.AddCapricious();
        using PluginCatalog plugins = site.Load();
        OutcomeIssue issue = Assert.Single(Assert.Single(PluginSite.Pipeline(plugins).Convert(PluginSite.Record("mute"))).Issues);
        Assert.Equal("transient", issue.Code);
        Assert.Contains("capricious could not say", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void RecordOfThePlugin_IsDetected()
    {
        using var site = new PluginSite();
        site.AddCapricious();
        using PluginCatalog plugins = site.Load();
        (IRecordAdapter? adapter, IReadOnlyList<ConversionResult> results) = PluginSite.Pipeline(plugins).ConvertWith(PluginSite.Record("good"));
        Assert.Equal("capricious", adapter?.Name);
        Assert.False(Assert.Single(results).IsRejected);
    }

    [Fact]
    public async Task RecordUnderWay_WhenTheHostStops_IsNotRejected()
    {
        using var site = new PluginSite();
        site.AddCapricious();
        PluginCatalog plugins = site.Load();
        ConversionPipeline pipeline = PluginSite.Pipeline(plugins);
        Task<IReadOnlyList<ConversionResult>> hanging = Task.Run(() => pipeline.Convert(PluginSite.Record("hang"), "capricious"));
        plugins.Dispose();
        await Assert.ThrowsAsync<PluginStoppedException>(() => hanging);
    }
}
