using System.Text;
using Consortium.Adapters.Plugins;
using Consortium.Adapters.Site;

namespace Consortium.Adapters.Tests.Vendors;

/// <summary>A site folder with plug-ins made of this test assembly.</summary>
internal sealed class PluginSite : IDisposable
{
    public const string Limits = """{"seconds": 20, "megabytes": 160, "concurrency": 4}""";

    private static readonly string TestAssembly = typeof(PluginSite).Assembly.Location;

    public string Folder { get; } = Directory.CreateTempSubdirectory("plugin-site-").FullName;

    public string Plugins => Path.Combine(Folder, PluginCatalog.FolderName);

    /// <summary>This test assembly, run as the plug-ins' process.</summary>
    public static PluginHostProgram Program { get; } = new("dotnet", "exec", TestAssembly);

    public static RawRecord Record(string text, string source = "his") => new(Encoding.UTF8.GetBytes(text), source, new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.FromHours(8)));

    /// <summary>Adds a plug-in's folder with this manifest and the test assembly.</summary>
    public string Add(string folder, string manifest)
    {
        string path = Directory.CreateDirectory(Path.Combine(Plugins, folder)).FullName;
        File.WriteAllText(Path.Combine(path, PluginManifest.FileName), manifest);
        File.Copy(TestAssembly, Path.Combine(path, Path.GetFileName(TestAssembly)));
        return path;
    }

    public string AddCapricious(string limits = Limits) => Add("capricious", Manifest("capricious", nameof(CapriciousAdapter), limits));

    public static string Manifest(string name, string type, string limits = Limits) =>
        $$"""{"name": "{{name}}", "assembly": "Consortium.Adapters.Tests.dll", "type": "Consortium.Adapters.Tests.Vendors.{{type}}", "contract": "1.0", "limits": {{limits}}}""";

    public PluginCatalog Load(TimeProvider? time = null) => PluginCatalog.Load(SiteConfiguration.Load(Folder), Program, AdapterRegistry.BuiltInNames, time);

    /// <summary>The pipeline of the built-in adapters and these plug-ins.</summary>
    public static ConversionPipeline Pipeline(PluginCatalog plugins) => new(AdapterRegistry.ForSite(SiteConfiguration.Default, plugins), SiteConfiguration.Default);

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

/// <summary>A clock that a test sets.</summary>
internal sealed class SetClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
