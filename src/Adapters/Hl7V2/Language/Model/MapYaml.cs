using Consortium.Adapters.Site;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Consortium.Adapters.Hl7V2.Language.Model;

/// <summary>Strict reading of a map file: an unknown key, a key that stands twice, a list where a text belongs are errors with file, line and column.</summary>
internal sealed class MapYaml(string file)
{
    /// <summary>The root mapping of a file.</summary>
    public YamlMappingNode Root(TextReader reader)
    {
        var yaml = new YamlStream();
        try
        {
            yaml.Load(reader);
        }
        catch (YamlException e)
        {
            throw new SiteConfigurationException(file, $"line {e.Start.Line}, column {e.Start.Column}", "this is not YAML: " + e.Message, e);
        }

        if (yaml.Documents.Count > 1) throw Fault(yaml.Documents[1].RootNode, "a second document; each map needs a file of its own.");
        return yaml.Documents.Count == 1 && yaml.Documents[0].RootNode is YamlMappingNode root
            ? root
            : throw new SiteConfigurationException(file, "line 1, column 1", "a mapping is expected that begins with `map:`, `table:`, `message:` or `extends:`.");
    }

    /// <summary>The entries of a mapping, all of them known.</summary>
    public Dictionary<string, (YamlNode Key, YamlNode Value)> Fields(YamlNode node, string what, params ReadOnlySpan<string> known)
    {
        if (node is not YamlMappingNode mapping) throw Fault(node, $"{what} is expected as pairs, {{key: value}}.");
        var fields = new Dictionary<string, (YamlNode, YamlNode)>(StringComparer.Ordinal);
        foreach ((YamlNode key, YamlNode value) in mapping.Children)
        {
            string name = Text(key).Value;
            if (!known.Contains(name)) throw Fault(key, $"unknown key `{name}` in {what}{Nearest.Hint(name, known)}. Known: {string.Join(", ", known)}.");
            fields.Add(name, (key, value));
        }

        return fields;
    }

    /// <summary>The pairs of a mapping whose keys are names of the author's own.</summary>
    public IEnumerable<(MapText Key, YamlNode Value)> Pairs(YamlNode node, string what) => node is YamlMappingNode mapping
        ? mapping.Children.Select(pair => (Text(pair.Key), pair.Value))
        : throw Fault(node, $"{what} is expected as pairs, one a line: `name: value`.");

    /// <summary>The items of a list.</summary>
    public IEnumerable<YamlNode> Items(YamlNode node, string what) =>
        node is YamlSequenceNode list ? list.Children : throw Fault(node, $"{what} is expected as a list: [a, b].");

    /// <summary>A text that is not empty.</summary>
    public MapText Text(YamlNode node) => OptionalText(node) is { Value.Length: > 0 } text ? text : throw Fault(node, "a text is expected.");

    /// <summary>A text, which may be empty.</summary>
    public MapText OptionalText(YamlNode node) => node is YamlScalarNode scalar
        ? At(node, scalar.Value ?? "", scalar.Style is ScalarStyle.SingleQuoted or ScalarStyle.DoubleQuoted ? 1 : 0)
        : throw Fault(node, "a text is expected.");

    /// <summary>A text, or several.</summary>
    public IReadOnlyList<MapText> Texts(YamlNode node) => node is YamlSequenceNode list ? [.. list.Children.Select(Text)] : [Text(node)];

    /// <summary>True or false.</summary>
    public bool Flag(YamlNode node) => Text(node).Value switch
    {
        "true" => true,
        "false" => false,
        _ => throw Fault(node, "true or false is expected."),
    };

    /// <summary>True where YAML says null: nothing, <c>~</c> or <c>null</c> without quotes.</summary>
    public static bool IsNull(YamlNode node) => node is YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" or "~" or "null" };

    /// <summary>A text at the place of a node.</summary>
    public MapText At(YamlNode node, string value, int offset = 0) => new(value, file, node.Start.Line, node.Start.Column + offset);

    /// <summary>An error at the place of a node.</summary>
    public SiteConfigurationException Fault(YamlNode node, string problem) => At(node, "").Fault(problem);
}
