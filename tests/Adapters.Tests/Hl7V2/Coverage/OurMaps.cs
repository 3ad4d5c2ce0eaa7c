using System.Text.RegularExpressions;
using Consortium.Testing;
using YamlDotNet.RepresentationModel;

namespace Consortium.Adapters.Tests.Hl7V2.Coverage;

/// <summary>A row of one of our maps.</summary>
/// <param name="From">Where the value stands; null for a fixed value.</param>
/// <param name="To">The FHIR element.</param>
/// <param name="IsFixed">True for a fixed value.</param>
/// <param name="IsMapped">True where a type map or function fills the whole element.</param>
internal sealed record OurRow(string? From, string To, bool IsFixed, bool IsMapped);

/// <summary>An entry of one of our message maps.</summary>
internal sealed record OurEntry(string Segment, string? Map, IReadOnlyList<string> References);

/// <summary>Our maps as their files have them.</summary>
internal static partial class OurMaps
{
    private const string Folder = "src/Adapters/Hl7V2/Maps";

    /// <summary>The rows of every segment map by its name.</summary>
    public static Dictionary<string, List<OurRow>> Segments() => Documents("segments").ToDictionary(
        root => Text(root, "map")!,
        root => Items(root, "rows").Where(row => Text(row, "to") is not null).Select(Row).ToList(),
        StringComparer.Ordinal);

    /// <summary>The entries of every message map by its name.</summary>
    public static Dictionary<string, List<OurEntry>> Messages() => Documents("messages").ToDictionary(
        root => Text(root, "message")!,
        root => Items(root, "make").Select(Entry).ToList(),
        StringComparer.Ordinal);

    private static OurRow Row(YamlMappingNode row) =>
        new(Text(row, "from"), Text(row, "to")!, row.Children.ContainsKey("value"), Text(row, "as")?.Contains('[', StringComparison.Ordinal) == true);

    private static OurEntry Entry(YamlMappingNode entry) =>
        new(Text(entry, "for")!.Split('.')[^1], Text(entry, "map"), [.. Keys(entry, "set"), .. Keys(entry, "add").Select(key => key[(key.IndexOf('.', StringComparison.Ordinal) + 1)..])]);

    private static IEnumerable<string> Keys(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(key, out YamlNode? value) ? ((YamlMappingNode)value).Children.Keys.Select(name => ((YamlScalarNode)name).Value!) : [];

    private static IEnumerable<YamlMappingNode> Items(YamlMappingNode node, string key) => ((YamlSequenceNode)node.Children[key]).Children.Cast<YamlMappingNode>();

    private static string? Text(YamlMappingNode node, string key) => node.Children.TryGetValue(key, out YamlNode? value) ? ((YamlScalarNode)value).Value : null;

    private static IEnumerable<YamlMappingNode> Documents(string folder)
    {
        foreach (string file in Directory.GetFiles(Repository.Path($"{Folder}/{folder}"), "*.yaml").Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(file);
            var yaml = new YamlStream();
            yaml.Load(reader);
            yield return (YamlMappingNode)yaml.Documents[0].RootNode;
        }
    }

    /// <summary>
    /// A path in one form for both sides: without indexes, labels and URLs; what stands behind a reference in parentheses:
    /// <c>performer(practitionerrole.code)</c>.
    /// </summary>
    public static string Normal(string path)
    {
        path = Assigned().Replace(path, "");
        path = Url().Replace(path, "$1");
        path = Index().Replace(path, "").ToLowerInvariant().Replace("extension.uri", "extension.url", StringComparison.Ordinal);
        return Behind().Replace(path, "($1.$2)");
    }

    [GeneratedRegex("=\"?.*$|\\s+", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Assigned();

    [GeneratedRegex(@"(extension|modifierExtension)(?:\[[^\]]*\])?\((?:https?:[^)]*|[a-z-]+)\)", RegexOptions.CultureInvariant)]
    private static partial Regex Url();

    [GeneratedRegex(@"\[[^\]]*\]", RegexOptions.CultureInvariant)]
    private static partial Regex Index();

    [GeneratedRegex(@"\(([a-z]+)\)\.([a-z.()]+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Behind();
}
