using YamlDotNet.RepresentationModel;

namespace Consortium.Adapters.Hl7V2.Language.Model;

/// <summary>Reads segment and type maps.</summary>
internal static class RowMapReader
{
    private static readonly string[] RootKeys = ["map", "rows", "tests", "replace", "description", "identity", "apply"];
    private static readonly string[] RowKeys = ["from", "value", "format", "to", "as", "with", "table", "strict", "required", "when", "unused", "because", "remove"];

    /// <summary>The map of a file.</summary>
    public static RowMapModel Read(MapYaml yaml, YamlMappingNode root, bool isType)
    {
        Dictionary<string, (YamlNode Key, YamlNode Value)> fields = yaml.Fields(root, "a map", RootKeys);
        MapText name = yaml.Text(fields["map"].Value);
        if (!fields.TryGetValue("rows", out var rows)) throw yaml.Fault(root, "the key `rows` is missing.");
        return new RowMapModel(name, MapName.Read(name), [.. yaml.Items(rows.Value, "`rows`").Select(row => Row(yaml, row))])
        {
            IsType = isType,
            Replaces = fields.TryGetValue("replace", out var replace) && yaml.Flag(replace.Value),
            Identity = fields.TryGetValue("identity", out var identity) ? IdentityReader.Read(yaml, identity.Value) : null,
            Apply = fields.TryGetValue("apply", out var apply) ? yaml.Text(apply.Value) : null,
            Tests = fields.TryGetValue("tests", out var tests) ? MapTestReader.Read(yaml, tests.Value) : [],
        };
    }

    /// <summary>A row, of this map or of a table's.</summary>
    public static RowModel Row(MapYaml yaml, YamlNode node)
    {
        Dictionary<string, (YamlNode Key, YamlNode Value)> fields = yaml.Fields(node, "a row", RowKeys);
        MapText? Text(string key) => fields.TryGetValue(key, out var field) ? yaml.Text(field.Value) : null;
        bool Flag(string key) => fields.TryGetValue(key, out var field) && yaml.Flag(field.Value);
        MapText at = yaml.At(node, "row");
        if (fields.TryGetValue("remove", out var remove))
        {
            if (fields.Count > 1) throw yaml.Fault(node, "`remove` stands alone in its row.");
            return new RowModel { At = at, Remove = yaml.Text(remove.Value) };
        }

        if (fields.TryGetValue("unused", out var unused))
        {
            if (fields.Keys.Any(key => key is not ("unused" or "because"))) throw yaml.Fault(node, "a row with `unused` has no other key but `because`.");
            if (!fields.ContainsKey("because")) throw yaml.Fault(node, "`unused` needs `because`: whoever reads the map must see why nothing is lost.");
            return new RowModel { At = at, Unused = yaml.Texts(unused.Value) };
        }

        var row = new RowModel
        {
            At = at,
            From = Text("from"),
            Value = fields.TryGetValue("value", out var value) ? yaml.OptionalText(value.Value) : null,
            Format = Text("format"),
            To = Text("to"),
            As = Text("as"),
            With = fields.TryGetValue("with", out var with)
                ? yaml.Pairs(with.Value, "`with`").ToDictionary(pair => pair.Key.Value, pair => yaml.Text(pair.Value), StringComparer.Ordinal)
                : new Dictionary<string, MapText>(),
            Table = Text("table"),
            Strict = Flag("strict"),
            Required = Flag("required"),
            When = Text("when"),
            Because = Text("because"),
        };
        if (row.To is null) throw yaml.Fault(node, "the key `to` is missing: where the value goes.");
        if (row.From is null && row.Value is null && row.Format is null) throw yaml.Fault(node, "one of `from`, `value` and `format` is needed: where the value comes from.");
        if (row.Value is not null && row.Format is not null) throw yaml.Fault(node, "`value` and `format` exclude each other.");
        if (row.Value is not null && (row.Table is not null || row.With.Count > 0)) throw yaml.Fault(node, "a fixed `value` is written as it stands: `table` and `with` do not go with it.");
        if (row.Because is not null && !row.Required) throw row.Because.Fault("`because` goes with `required` (what is wrong, and the way out) or `unused`.");
        if (row.Strict && row.Table is null) throw yaml.Fault(fields["strict"].Key, "`strict` goes with `table`.");
        return row;
    }
}
