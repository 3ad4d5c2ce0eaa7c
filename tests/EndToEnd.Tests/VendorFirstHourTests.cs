using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Consortium.Testing;

namespace Consortium.EndToEnd.Tests;

/// <summary>A vendor's first hour, as docs/adapters.md tells it: its commands, one after the other, in an empty folder, with nothing installed for this user before.</summary>
public sealed partial class VendorFirstHourTests : IAsyncLifetime, IDisposable
{
    private static readonly string Configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
    private readonly string _folder = Directory.CreateTempSubdirectory("consortium-vendor-").FullName;
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(8));
    private readonly int _base = FlowUnderTest.FreePort();
    private HostProcess? _demo;

    // Not restored again: these variables' package folder is not the repository's.
    public async Task InitializeAsync() => await RunAsync(
        $"dotnet pack {Repository.Path("eng/packages/Vendor.slnf")} --no-restore -c {Configuration} -o packages");

    public async Task DisposeAsync()
    {
        if (_demo is not null)
        {
            await _demo.EndAsync();
            await _demo.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    public void Dispose() => _limit.Dispose();

    [Fact]
    public async Task CommandsOfTheDocumentation_LeadFromTheTemplateToARecordInARunningHost()
    {
        string[] commands = Commands();
        Assert.InRange(commands.Length, 1, 9);
        foreach (string command in commands)
        {
            if (command.StartsWith("consortium up ", StringComparison.Ordinal))
            {
                await StartDemoAsync(command);
            }
            else if (command.StartsWith("curl ", StringComparison.Ordinal))
            {
                await WaitForPatientAsync(new Uri(Url().Match(Moved(command)).Value));
                return;
            }
            else
            {
                string output = await RunAsync(Moved(command));
                if (command.StartsWith("dotnet test", StringComparison.Ordinal)) Assert.Contains("Passed!", output, StringComparison.Ordinal);
                if (command.StartsWith("consortium adapters", StringComparison.Ordinal)) Assert.Contains("\"name\":\"acme-feed\",\"version\":\"1.0\",\"vendor\":\"Acme Health\",\"kind\":\"plug-in\",\"state\":\"loaded\"", output, StringComparison.Ordinal);
                if (command.StartsWith("consortium convert", StringComparison.Ordinal)) Assert.Contains("李小红", output, StringComparison.Ordinal);
            }
        }

        Assert.Fail("The commands do not ask the host for the patient.");
    }

    [Theory]
    [InlineData("Consortium.Fhir", new string[0])]
    [InlineData("Consortium.Fhir.Model", new[] { "Consortium.Fhir" })]
    [InlineData("Consortium.Adapters.Abstractions", new[] { "Consortium.Fhir", "Consortium.Fhir.Model" })]
    [InlineData("Consortium.Adapters.Testing", new[] { "Consortium.Adapters.Abstractions", "xunit" })]
    public void Package_HoldsAssemblyDocumentationAndReadme_AndNeedsNothingOfTheHost(string id, string[] needs)
    {
        using ZipArchive package = ZipFile.OpenRead(Directory.GetFiles(Path.Combine(_folder, "packages"), $"{id}.0.*.nupkg").Single());
        string[] files = [.. package.Entries.Select(entry => entry.FullName)];
        Assert.Superset(new HashSet<string> { $"lib/net10.0/{id}.dll", $"lib/net10.0/{id}.xml", "README.md" }, files.ToHashSet());
        using Stream nuspec = package.GetEntry($"{id}.nuspec")!.Open();
        XElement metadata = XDocument.Load(nuspec).Root!;
        Assert.Equal(needs, metadata.Descendants().Where(element => element.Name.LocalName == "dependency").Select(element => (string)element.Attribute("id")!).Order(StringComparer.Ordinal));
        Assert.Equal("0.1.0", metadata.Descendants().Single(element => element.Name.LocalName == "version").Value);
    }

    private static string[] Commands() => [.. Blocks().Matches(File.ReadAllText(Repository.Path("docs/adapters.md")))
        .SelectMany(block => block.Groups[1].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];

    // The one change: ports that are free, so that the test meets nobody else's demo.
    private string Moved(string command) => command.Replace("http://127.0.0.1:5081", string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_base + 1}"), StringComparison.Ordinal);

    private async Task StartDemoAsync(string command)
    {
        string[] arguments = command.Split(' ')[1..];
        arguments[Array.IndexOf(arguments, "site")] = Path.Combine(_folder, "site");
        _demo = new HostProcess("demo", [.. arguments, "--port-base", _base.ToString(CultureInfo.InvariantCulture), "--state", Path.Combine(_folder, "demo")], new Dictionary<string, string>());
        _demo.Start();
        using var http = new HttpClient();
        while (true)
        {
            Assert.False(_demo.HasExited, _demo.Tail);
            try
            {
                using HttpResponseMessage answer = await http.GetAsync(new Uri(Moved("http://127.0.0.1:5081") + "/status"), _limit.Token);
                if (answer.IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                // Not up yet.
            }

            await Task.Delay(200, _limit.Token);
        }
    }

    private async Task WaitForPatientAsync(Uri query)
    {
        using var http = new HttpClient();
        while (!(await http.GetStringAsync(query, _limit.Token)).Contains("李小红", StringComparison.Ordinal)) await Task.Delay(200, _limit.Token);
    }

    private async Task<string> RunAsync(string command)
    {
        var start = new ProcessStartInfo("bash", ["-c", command])
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = System.Text.Encoding.UTF8,
        };
        start.Environment["PATH"] = AppContext.BaseDirectory + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH");

        // A user who has nothing of ours: neither the template nor, above all, an older build of the packages under the same version.
        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        start.Environment["DOTNET_CLI_HOME"] = Path.Combine(_folder, "home");
        start.Environment["NUGET_PACKAGES"] = Path.Combine(_folder, "cache");
        start.Environment["NUGET_FALLBACK_PACKAGES"] = packages;
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        foreach (string name in (string[])["CI", "MSBuildSDKsPath", "MSBUILD_EXE_PATH", "MSBuildExtensionsPath", "VSTEST_CONNECTION_TIMEOUT"]) start.Environment.Remove(name);
        using Process process = Process.Start(start)!;
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(_limit.Token), error = process.StandardError.ReadToEndAsync(_limit.Token);
            await process.WaitForExitAsync(_limit.Token);
            Assert.True(process.ExitCode == 0, $"{command}\n{await output}\n{await error}");
            return await output;
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    [GeneratedRegex("^```sh first-hour\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Blocks();

    [GeneratedRegex("http://[^\"]+", RegexOptions.CultureInvariant)]
    private static partial Regex Url();
}
