using YamlDotNet.RepresentationModel;

namespace Consortium.Adapters.Hl7V2.Language.Model;

/// <summary>Reads the tests of a map file.</summary>
internal static class MapTestReader
{
    private static readonly string[] FileKeys = ["file"];

    /// <summary>The tests.</summary>
    /// <param name="yaml">The file.</param>
    /// <param name="node">Where they stand.</param>
    /// <param name="record">The key of the record that a test converts.</param>
    public static IReadOnlyList<MapTest> Read(MapYaml yaml, YamlNode node, string record = "message") => [.. yaml.Items(node, "`tests`").Select(test => Test(yaml, test, record))];

    private static MapTest Test(MapYaml yaml, YamlNode node, string record)
    {
        Dictionary<string, (YamlNode Key, YamlNode Value)> fields = yaml.Fields(node, "a test", ["name", record, "expect", "reject"]);
        if (!fields.TryGetValue("name", out var name)) throw yaml.Fault(node, "the key `name` is missing.");
        if (!fields.TryGetValue(record, out var message)) throw yaml.Fault(node, $"the key `{record}` is missing: the lines of the {record}, or {{file: …}}.");
        if (!fields.ContainsKey("expect") && !fields.ContainsKey("reject")) throw yaml.Fault(node, $"`expect` or `reject` is needed: what the {record} must give.");
        if (fields.ContainsKey("expect") && fields.TryGetValue("reject", out var both)) throw yaml.Fault(both.Key, $"a {record} that is rejected gives nothing: `expect` and `reject` exclude each other.");
        bool inFile = message.Value is YamlMappingNode;
        return new MapTest(
            yaml.Text(name.Value),
            inFile ? null : yaml.Text(message.Value).Value,
            inFile ? MessageFile(yaml, message.Value) : null,
            fields.TryGetValue("expect", out var expect) ? [.. yaml.Pairs(expect.Value, "`expect`").Select(pair => (pair.Key, Values(yaml, pair.Value)))] : [],
            fields.TryGetValue("reject", out var reject) ? yaml.Text(reject.Value) : null);
    }

    private static MapText MessageFile(MapYaml yaml, YamlNode node) =>
        yaml.Fields(node, "a record in a file", FileKeys).TryGetValue("file", out var file) ? yaml.Text(file.Value) : throw yaml.Fault(node, "the key `file` is missing.");

    private static IReadOnlyList<string> Values(MapYaml yaml, YamlNode node) => node switch
    {
        _ when MapYaml.IsNull(node) => [],
        YamlSequenceNode list => [.. list.Children.Select(value => yaml.OptionalText(value).Value)],
        _ => [yaml.OptionalText(node).Value],
    };
}
