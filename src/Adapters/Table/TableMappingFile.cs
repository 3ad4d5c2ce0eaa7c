using Consortium.Adapters.Site;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Consortium.Adapters.Table;

/// <summary>A table mapping as written in YAML. Read strictly: an unknown key, a header name that means two fields, a wrong word is an error with file and line.</summary>
internal sealed class TableMappingFile
{
    private static readonly string[] Genders = ["male", "female", "other", "unknown"];

    private string _file = "";

    public string Name { get; private set; } = "";

    public string Version { get; private set; } = "";

    public Dictionary<TableField, IReadOnlyList<string>> Columns { get; private init; } = [];

    public IReadOnlyList<TableField> Required { get; private set; } = [];

    public Dictionary<string, string> Sexes { get; private init; } = new(StringComparer.Ordinal);

    public Dictionary<string, string> Specimens { get; private init; } = new(StringComparer.Ordinal);

    public Dictionary<string, string> Units { get; private init; } = new(StringComparer.Ordinal);

    /// <summary>Reads a mapping over a base.</summary>
    public static TableMappingFile Read(TextReader reader, string file, TableMappingFile? over)
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

        var mapping = new TableMappingFile
        {
            _file = file,
            Required = over?.Required ?? [],
            Columns = over is null ? [] : new(over.Columns),
            Sexes = over is null ? new(StringComparer.Ordinal) : new(over.Sexes, StringComparer.Ordinal),
            Specimens = over is null ? new(StringComparer.Ordinal) : new(over.Specimens, StringComparer.Ordinal),
        };
        if (yaml.Documents.Count != 1 || yaml.Documents[0].RootNode is not YamlMappingNode root)
        {
            throw new SiteConfigurationException(file, "line 1", "a mapping with the keys name, version and columns is expected.");
        }

        mapping.ReadRoot(root);
        return mapping;
    }

    private void ReadRoot(YamlMappingNode root)
    {
        foreach ((YamlNode key, YamlNode value) in root.Children)
        {
            switch (Text(key))
            {
                case "name":
                    Name = Text(value);
                    break;
                case "version":
                    Version = Text(value);
                    break;
                case "columns":
                    ReadColumns(value);
                    break;
                case "required":
                    Required = [.. Items(value).Select(Field)];
                    break;
                case "sexes":
                    foreach ((YamlNode word, YamlNode gender) in Pairs(value))
                    {
                        if (!Genders.Contains(Text(gender))) throw Fault(gender, "a FHIR administrative-gender is expected: male, female, other or unknown.");
                        Sexes[Text(word)] = Text(gender);
                    }

                    break;
                case "specimens":
                    foreach ((YamlNode word, YamlNode kind) in Pairs(value)) Specimens[Text(word)] = Text(kind);
                    break;
                case "units":
                    foreach ((YamlNode written, YamlNode ucum) in Pairs(value)) Units[Text(written)] = Text(ucum);
                    break;
                default:
                    throw Fault(key, "unknown key. Known: name, version, columns, required, sexes, specimens, units.");
            }
        }

        if (Name.Length == 0) throw Fault(root, "the key `name` is missing.");
        if (Version.Length == 0) throw Fault(root, "the key `version` is missing: change it whenever the mapping changes, it stands in each Provenance.");
    }

    private void ReadColumns(YamlNode value)
    {
        var seen = new Dictionary<string, TableField>(StringComparer.Ordinal);
        foreach ((YamlNode key, YamlNode names) in Pairs(value))
        {
            TableField field = Field(key);
            List<string> headers = [];
            foreach (YamlNode name in Items(names))
            {
                string word = TableMapping.Word(Text(name));
                if (!seen.TryAdd(word, field)) throw Fault(name, $"this header name already means {Camel(seen[word])}.");
                headers.Add(Text(name));
            }

            // A name that the site takes for one field no longer means another one.
            foreach (TableField other in Columns.Keys.Where(other => other != field).ToList())
            {
                Columns[other] = [.. Columns[other].Where(header => !headers.Exists(taken => TableMapping.Word(taken) == TableMapping.Word(header)))];
            }

            Columns[field] = headers;
        }
    }

    private TableField Field(YamlNode node)
    {
        string name = Text(node);
        foreach (TableField field in Enum.GetValues<TableField>())
        {
            if (Camel(field) == name) return field;
        }

        throw Fault(node, $"there is no such field. Known: {string.Join(", ", Enum.GetValues<TableField>().Select(Camel))}.");
    }

    private static string Camel(TableField field)
    {
        string name = field.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    private IEnumerable<YamlNode> Items(YamlNode node) => node is YamlSequenceNode list ? list.Children : throw Fault(node, "a list is expected: [a, b].");

    private IEnumerable<KeyValuePair<YamlNode, YamlNode>> Pairs(YamlNode node) =>
        node is YamlMappingNode map ? map.Children : throw Fault(node, "pairs are expected, `key: value`, one a line.");

    private string Text(YamlNode node) =>
        node is YamlScalarNode { Value: { Length: > 0 } text } ? text.Trim() : throw Fault(node, "a text is expected.");

    private SiteConfigurationException Fault(YamlNode node, string problem) => new(_file, $"line {node.Start.Line}, column {node.Start.Column}", problem);
}
