using Consortium.Adapters.Plugins;
using Consortium.Adapters.Site;
using Consortium.Fhir;

namespace Consortium.Adapters.Tests.Vendors;

/// <summary>Plug-ins whose folders change while the host runs.</summary>
public sealed class PluginReloadTests : IDisposable
{
    private readonly PluginSite _site = new();
    private readonly List<string> _notices = [];

    public void Dispose() => _site.Dispose();

    [Fact]
    public void ChangedFolder_IsLoadedForTheNextRecord_OnceItHasComeToRest()
    {
        string folder = _site.AddCapricious();
        using PluginCatalog plugins = _site.Load();
        ConversionPipeline pipeline = PluginSite.Pipeline(plugins);
        int before = ProcessOf(plugins);

        File.WriteAllText(Path.Combine(folder, PluginManifest.FileName), PluginSite.Manifest("capricious", nameof(CapriciousAdapterOfVersionTwo)));
        plugins.LookAgain(_notices.Add);
        Assert.Equal("1", Version(plugins)); // it may still be being copied in
        plugins.LookAgain(_notices.Add);

        Assert.Equal("2", Version(plugins));
        Assert.NotEqual(before, ProcessOf(plugins));
        Assert.Contains("capricious 2 is in force", Assert.Single(_notices), StringComparison.Ordinal);
        Assert.False(Assert.Single(pipeline.Convert(PluginSite.Record("good"), "capricious")).IsRejected);
        plugins.LookAgain(_notices.Add);
        plugins.LookAgain(_notices.Add);
        Assert.Single(_notices);
    }

    [Fact]
    public void FilesThatAreOverwritten_DoNotReachTheProcessThatRunsNorTheOneThatReplacesIt()
    {
        string folder = _site.AddCapricious();
        using PluginCatalog plugins = _site.Load();
        ConversionPipeline pipeline = PluginSite.Pipeline(plugins);

        File.WriteAllText(Path.Combine(folder, "Consortium.Adapters.Tests.dll"), "half a file");
        Assert.True(Assert.Single(pipeline.Convert(PluginSite.Record("exit"), "capricious")).IsRejected); // and a new process is started

        Assert.False(Assert.Single(pipeline.Convert(PluginSite.Record("good"), "capricious")).IsRejected);
    }

    [Fact]
    public void ChangeThatCannotRun_IsRefusedWithItsReason_AndTheVersionBeforeStaysInForce()
    {
        string folder = _site.AddCapricious();
        using PluginCatalog plugins = _site.Load();
        int before = ProcessOf(plugins);

        File.WriteAllText(Path.Combine(folder, PluginManifest.FileName), PluginSite.Manifest("capricious", nameof(StillbornAdapter)));
        LookTwice(plugins);

        string notice = Assert.Single(_notices);
        Assert.Contains("capricious stays in force as it was", notice, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(folder, "Consortium.Adapters.Tests.dll"), notice, StringComparison.Ordinal); // the folder that people know, not the copy
        Assert.Equal(before, ProcessOf(plugins));
        Assert.False(Assert.Single(PluginSite.Pipeline(plugins).Convert(PluginSite.Record("good"), "capricious")).IsRejected);

        File.WriteAllText(Path.Combine(folder, PluginManifest.FileName), PluginSite.Manifest("capricious", nameof(CapriciousAdapterOfVersionTwo)));
        LookTwice(plugins);
        Assert.Equal("2", Version(plugins));
    }

    [Fact]
    public void NewFolder_IsLoaded_AndOneThatIsGoneIsTakenOut()
    {
        using PluginCatalog plugins = _site.Load();
        ConversionPipeline pipeline = PluginSite.Pipeline(plugins);
        Assert.Contains("there is no adapter 'capricious'", Assert.Single(Assert.Single(pipeline.Convert(PluginSite.Record("good"), "capricious")).Issues).Diagnostics, StringComparison.Ordinal);

        string folder = _site.AddCapricious();
        LookTwice(plugins);
        Assert.False(Assert.Single(pipeline.Convert(PluginSite.Record("good"), "capricious")).IsRejected);
        IRecordAdapter held = Assert.Single(plugins.Adapters);

        Directory.Move(folder, Path.Combine(_site.Plugins, "_capricious"));
        LookTwice(plugins);
        Assert.Empty(plugins.Adapters);
        Assert.Contains("was taken out", _notices[^1], StringComparison.Ordinal);
        Assert.Equal("transient", Assert.Single(Assert.Single(held.Convert(PluginSite.Record("good"), SiteConfiguration.Default.ContextFor("his"))).Issues).Code);
    }

    [Fact]
    public void NewFolderWithANameThatIsTaken_IsRefused()
    {
        _site.AddCapricious();
        using PluginCatalog plugins = _site.Load();
        _site.Add("second", PluginSite.Manifest("capricious", nameof(CapriciousAdapterOfVersionTwo)));

        LookTwice(plugins);

        Assert.Contains("there is another adapter 'capricious'", Assert.Single(_notices), StringComparison.Ordinal);
        Assert.Equal("1", Version(plugins));
    }

    [Fact]
    public async Task RecordUnderWay_IsFinishedByTheVersionThatHasIt()
    {
        string folder = _site.AddCapricious();
        using PluginCatalog plugins = _site.Load();
        ConversionPipeline pipeline = PluginSite.Pipeline(plugins);
        string begun = Path.Combine(_site.Folder, "begun"), goOn = Path.Combine(_site.Folder, "go-on");
        Task<IReadOnlyList<ConversionResult>> slow = Task.Run(() => pipeline.Convert(PluginSite.Record($"wait {begun} {goOn}"), "capricious"));
        while (!File.Exists(begun)) await Task.Delay(5);
        using var running = System.Diagnostics.Process.GetProcessById(ProcessOf(plugins));

        File.WriteAllText(Path.Combine(folder, PluginManifest.FileName), PluginSite.Manifest("capricious", nameof(CapriciousAdapterOfVersionTwo)));
        LookTwice(plugins);
        Assert.Equal("2", Version(plugins));
        Assert.False(Assert.Single(pipeline.Convert(PluginSite.Record("good"), "capricious")).IsRejected);
        Assert.False(running.HasExited);
        File.WriteAllText(goOn, "");

        Assert.False(Assert.Single(await slow).IsRejected);
        await running.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public void LimitsOfTheSite_WinOverThoseOfThePlugin()
    {
        _site.AddCapricious();
        File.WriteAllText(Path.Combine(_site.Folder, "site.json"), """{"plugins": {"capricious": {"seconds": 1}}}""");
        using PluginCatalog plugins = _site.Load();

        OutcomeIssue issue = Assert.Single(Assert.Single(PluginSite.Pipeline(plugins).Convert(PluginSite.Record("hang"), "capricious")).Issues);

        Assert.Contains("took longer than 1 seconds", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void LimitsOfAPluginThatIsNotThere_AreNamed()
    {
        _site.AddCapricious();
        File.WriteAllText(Path.Combine(_site.Folder, "site.json"), """{"plugins": {"capricius": {"seconds": 1}}}""");
        using PluginCatalog plugins = _site.Load();
        Assert.Contains("site.json: plugins.capricius: no plug-in of this name is loaded. Loaded: capricious.", Assert.Single(plugins.Refused).Reason, StringComparison.Ordinal);
    }

    private static int ProcessOf(PluginCatalog plugins) => ((PluginAdapter)Assert.Single(plugins.Adapters)).Supervisor.Running!.ProcessId;

    private static string Version(PluginCatalog plugins) => Assert.Single(plugins.Adapters).Describe().Version;

    private void LookTwice(PluginCatalog plugins)
    {
        plugins.LookAgain(_notices.Add);
        plugins.LookAgain(_notices.Add);
    }
}
