using YamlDotNet.RepresentationModel;

namespace Consortium.Adapters.Hl7V2.Language.Model;

/// <summary>Reads code tables.</summary>
internal static class TableReader
{
    private static readonly string[] RootKeys = ["table", "from", "to", "codes", "otherwise", "matchCase", "replace", "description", "tests"];
    private static readonly string[] InnerKeys = ["from", "to", "codes", "otherwise", "matchCase", "description"];
    private static readonly string[] CodeKeys = ["code", "system", "display", "when"];

    /// <summary>The table of a file.</summary>
    public static TableModel Read(MapYaml yaml, YamlMappingNode root)
    {
        Dictionary<string, (YamlNode Key, YamlNode Value)> fields = yaml.Fields(root, "a table", RootKeys);
        if (!fields.TryGetValue("codes", out var codes)) throw yaml.Fault(root, "the key `codes` is missing.");
        return Made(yaml, yaml.Text(fields["table"].Value), fields, codes.Value);
    }

    /// <summary>A table that stands within another map, under its name.</summary>
    public static TableModel Read(MapYaml yaml, MapText name, YamlNode node)
    {
        Dictionary<string, (YamlNode Key, YamlNode Value)> fields = yaml.Fields(node, "a table", InnerKeys);
        return fields.TryGetValue("codes", out var codes) ? Made(yaml, name, fields, codes.Value) : throw yaml.Fault(node, "the key `codes` is missing.");
    }

    private static TableModel Made(MapYaml yaml, MapText name, Dictionary<string, (YamlNode Key, YamlNode Value)> fields, YamlNode codes) =>
        new(name, name.Value)
        {
            Replaces = fields.TryGetValue("replace", out var replace) && yaml.Flag(replace.Value),
            FromSystem = fields.TryGetValue("from", out var from) ? Uri(yaml, from.Value) : null,
            ToSystem = fields.TryGetValue("to", out var to) ? Uri(yaml, to.Value) : null,
            MatchCase = fields.TryGetValue("matchCase", out var matchCase) ? yaml.Flag(matchCase.Value) : null,
            Codes = yaml.Pairs(codes, "`codes`").ToDictionary(pair => pair.Key.Value, pair => Entries(yaml, pair.Value), StringComparer.Ordinal),
            Otherwise = fields.TryGetValue("otherwise", out var otherwise) ? Entries(yaml, otherwise.Value) : [],
            Tests = fields.TryGetValue("tests", out var tests) ? MapTestReader.Read(yaml, tests.Value) : [],
        };

    private static IReadOnlyList<TableEntryModel> Entries(MapYaml yaml, YamlNode node) => node switch
    {
        _ when MapYaml.IsNull(node) => [],
        YamlScalarNode => [new TableEntryModel(yaml.Text(node), null, null, null)],
        YamlSequenceNode list => [.. list.Children.Select(entry => Entry(yaml, entry))],
        _ => [Entry(yaml, node)],
    };

    private static TableEntryModel Entry(MapYaml yaml, YamlNode node)
    {
        Dictionary<string, (YamlNode Key, YamlNode Value)> fields = yaml.Fields(node, "a code", CodeKeys);
        if (!fields.TryGetValue("code", out var code)) throw yaml.Fault(node, "the key `code` is missing; `code: ~` says that FHIR has nothing for it.");
        return new TableEntryModel(
            MapYaml.IsNull(code.Value) ? null : yaml.Text(code.Value),
            fields.TryGetValue("system", out var system) ? Uri(yaml, system.Value) : null,
            fields.TryGetValue("display", out var display) ? yaml.Text(display.Value).Value : null,
            fields.TryGetValue("when", out var when) ? yaml.Text(when.Value) : null);
    }

    private static string Uri(MapYaml yaml, YamlNode node)
    {
        MapText text = yaml.Text(node);
        return System.Uri.TryCreate(text.Value, UriKind.Absolute, out System.Uri? uri) && uri.Scheme is "http" or "https" or "urn"
            ? text.Value
            : throw text.Fault("an absolute URI is expected: http://…, https://… or urn:….");
    }
}
