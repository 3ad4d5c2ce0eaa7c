using System.Text;
using Consortium.Adapters.Hl7V2;
using Consortium.Adapters.Hl7V2.Language.Compile;
using Consortium.Adapters.Hl7V2.Language.Load;
using Consortium.Adapters.Hl7V2.Language.Model;
using Consortium.Adapters.Site;
using Consortium.Adapters.Table;
using Consortium.Adapters.Table.Language.Load;
using Consortium.Fhir;

namespace Consortium.Adapters;

/// <summary>What became of a test that a map carries.</summary>
/// <param name="File">The map file, from the folder of the maps.</param>
/// <param name="Line">Where the test stands, from 1.</param>
/// <param name="Name">Its name.</param>
/// <param name="Passed">Whether the message gave what the test expects.</param>
/// <param name="Reason">Why not; null where it passed.</param>
public sealed record MappingTestResult(string File, long Line, string Name, bool Passed, string? Reason);

/// <summary>Runs the tests that maps of messages and tables carry, through the whole conversion: site, maps, validation.</summary>
public static class MappingTestRunner
{
    private const string Source = "test";

    /// <summary>Runs the tests of a site's maps.</summary>
    /// <param name="site">The site; with a folder that has maps of HL7 v2 or of tables.</param>
    /// <exception cref="SiteConfigurationException">The folder has no maps, or one of them is wrong; names file, line and column.</exception>
    public static IEnumerable<MappingTestResult> Run(SiteConfiguration site)
    {
        ArgumentNullException.ThrowIfNull(site);
        string folder = site.Folder ?? throw new SiteConfigurationException("site", MapFiles.SiteFolder, "a site folder is needed.");
        string messages = Path.Combine(folder, MapFiles.SiteFolder), tables = Path.Combine(folder, TableMapFiles.SiteFolder);
        if (!Directory.Exists(messages) && !Directory.Exists(tables))
        {
            throw new SiteConfigurationException(folder, $"{MapFiles.SiteFolder}, {TableMapFiles.SiteFolder}", $"there is no folder {MapFiles.SiteFolder} and none {TableMapFiles.SiteFolder}; a site's maps stand in them.");
        }

        IEnumerable<MappingTestResult> ofMessages = Directory.Exists(messages) ? Run(MapFiles.ReadSite(folder), new MapSource(folder), site, messages) : [];
        return Directory.Exists(tables) ? ofMessages.Concat(Run(TableMapFiles.ReadSite(folder), new TableMapSource(folder), site, tables)) : ofMessages;
    }

    /// <summary>Runs the tests of the built-in maps.</summary>
    internal static IEnumerable<MappingTestResult> RunBuiltIn() =>
        Run(MapFiles.BuiltIn, new MapSource(), SiteConfiguration.Default, null).Concat(Run(TableMapFiles.BuiltIn, new TableMapSource(), SiteConfiguration.Default, null));

    private static IEnumerable<MappingTestResult> Run(TableMapLibrary library, TableMapSource maps, SiteConfiguration site, string? folder) =>
        Run(library.Maps.Values.SelectMany(map => map.Tests), new ConversionPipeline(new AdapterRegistry(new TableAdapter(maps)), site), "table", folder);

    private static IEnumerable<MappingTestResult> Run(MapLibrary library, MapSource maps, SiteConfiguration site, string? folder)
    {
        IEnumerable<MapTest> tests = library.Segments.Values.Concat(library.Types.Values).SelectMany(map => map.Tests)
            .Concat(library.Tables.Values.SelectMany(table => table.Tests))
            .Concat(library.Messages.Values.Concat(library.Extensions).SelectMany(message => message.Tests));
        return Run(tests, new ConversionPipeline(new AdapterRegistry(new Hl7V2Adapter(maps)), site), "hl7v2", folder);
    }

    private static IEnumerable<MappingTestResult> Run(IEnumerable<MapTest> tests, ConversionPipeline pipeline, string adapter, string? folder)
    {
        foreach (MapTest test in tests.OrderBy(test => test.Name.File, StringComparer.Ordinal).ThenBy(test => test.Name.Line))
        {
            string? reason = Fault(test, pipeline, adapter, folder);
            yield return new MappingTestResult(test.Name.File, test.Name.Line, test.Name.Value, reason is null, reason);
        }
    }

    private static string? Fault(MapTest test, ConversionPipeline pipeline, string adapter, string? folder)
    {
        byte[] message;
        try
        {
            message = test.Message is not null ? Encoding.UTF8.GetBytes(test.Message) : ReadFile(test, folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"the message file cannot be read: {e.Message}";
        }

        IReadOnlyList<ConversionResult> results = pipeline.Convert(new RawRecord(message, Source, DateTimeOffset.UnixEpoch, test.MessageFile is null ? null : Path.GetFileName(test.MessageFile.Value)), adapter);
        string[] errors = [.. results.SelectMany(result => result.Issues).Where(issue => issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal).Select(issue => issue.Diagnostics ?? issue.Code)];
        if (test.Reject is not null)
        {
            if (errors.Length == 0) return "the message was converted, and should have been rejected.";
            return errors.Any(error => error.Contains(test.Reject.Value, StringComparison.Ordinal)) ? null : $"rejected for another reason: {string.Join(" ", errors)}";
        }

        if (errors.Length > 0) return $"rejected: {string.Join(" ", errors)}";
        var resources = results.SelectMany(result => result.Resources).Select(draft => FhirDocument.Parse(Encoding.UTF8.GetBytes(draft.Json.ToJsonString()))).ToList();
        string[] faults = [.. test.Expect.Select(expected => Fault(expected.Path, expected.Values, resources)).OfType<string>()];
        return faults.Length == 0 ? null : string.Join(" ", faults);
    }

    private static byte[] ReadFile(MapTest test, string? folder) => folder is null
        ? throw new IOException("a built-in map has its messages in itself.")
        : File.ReadAllBytes(Path.Combine(folder, Path.GetDirectoryName(test.Name.File)!, test.MessageFile!.Value));

    private static string? Fault(MapText path, IReadOnlyList<string> expected, IReadOnlyList<FhirDocument> resources)
    {
        int length = 0;
        while (length < path.Value.Length && char.IsAsciiLetter(path.Value[length])) length++;
        string type = path.Value[..length];
        if (!FhirR4.IsResourceType(type)) return $"{path.Value}: a path begins with a resource type.";
        var values = new List<string>();
        try
        {
            CompiledPath compiled = FhirPath.Compile(path.Value);
            foreach (FhirDocument resource in resources.Where(resource => resource.ResourceType == type))
            {
                values.AddRange(compiled.Evaluate(resource).Select(value => value.Value ?? $"({value.TypeName})"));
            }
        }
        catch (FhirPathException e)
        {
            return $"{path.Value}: {e.Message}";
        }

        return values.SequenceEqual(expected) ? null : $"{path.Value}: expected {Shown(expected)}, got {Shown(values)}.";
    }

    private static string Shown(IReadOnlyList<string> values) => values.Count switch
    {
        0 => "nothing",
        1 => $"`{values[0]}`",
        _ => $"[{string.Join(", ", values.Select(value => $"`{value}`"))}]",
    };
}
