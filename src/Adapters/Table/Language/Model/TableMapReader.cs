using System.Globalization;
using Consortium.Adapters.Hl7V2.Language.Model;
using Consortium.Adapters.Table.Sources;
using YamlDotNet.RepresentationModel;

namespace Consortium.Adapters.Table.Language.Model;

/// <summary>Reads table maps strictly: rows, code tables, identities and tests have the form that they have in the maps of messages.</summary>
internal static class TableMapReader
{
    private static readonly string[] RootKeys = ["map", "description", "read", "columns", "required", "group", "fillDown", "control", "unused", "make", "tables", "tests"];
    private static readonly string[] MakeKeys = ["resource", "name", "each", "when", "identity", "apply", "required", "rows", "set", "add"];
    private static readonly string[] ReadKeys = ["files", "sheet", "encoding", "delimiter", "fixed", "places", "dates", "numbers", "decimal"];
    private static readonly string[] FixedKeys = ["name", "at", "length"];

    /// <summary>The map of a file.</summary>
    public static TableMapModel Read(MapYaml yaml, YamlMappingNode root, bool isSites)
    {
        Dictionary<string, (YamlNode Key, YamlNode Value)> fields = yaml.Fields(root, "a table map", RootKeys);
        if (!fields.TryGetValue("map", out var map)) throw yaml.Fault(root, "the key `map` is missing, the name of the map.");
        if (!fields.TryGetValue("columns", out var columns)) throw yaml.Fault(root, "the key `columns` is missing: the columns and the header names that mean them.");
        if (!fields.TryGetValue("make", out var make)) throw yaml.Fault(root, "the key `make` is missing: the resources that a row or a group of rows becomes.");
        IReadOnlyList<MapText> Names(string key) => fields.TryGetValue(key, out var value) ? yaml.Texts(value.Value) : [];
        MapText name = yaml.Text(map.Value);
        return new TableMapModel(name, name.Value)
        {
            IsSites = isSites,
            Reading = fields.TryGetValue("read", out var read) ? Reading(yaml, read.Value) : TableReading.Found,
            Columns = [.. yaml.Pairs(columns.Value, "`columns`").Select(pair => new ColumnModel(pair.Key, yaml.Texts(pair.Value)))],
            Required = Names("required"),
            Group = Names("group"),
            FillDown = Names("fillDown"),
            Control = fields.TryGetValue("control", out var control) ? yaml.Text(control.Value) : null,
            Unused = Names("unused"),
            Make = [.. yaml.Items(make.Value, "`make`").Select(entry => Entry(yaml, entry))],
            Tables = fields.TryGetValue("tables", out var tables) ? [.. yaml.Pairs(tables.Value, "`tables`").Select(pair => TableReader.Read(yaml, pair.Key, pair.Value))] : [],
            Tests = fields.TryGetValue("tests", out var tests) ? MapTestReader.Read(yaml, tests.Value, "table") : [],
        };
    }

    private static TableMakeModel Entry(MapYaml yaml, YamlNode node)
    {
        Dictionary<string, (YamlNode Key, YamlNode Value)> fields = yaml.Fields(node, "an entry of `make`", MakeKeys);
        if (!fields.TryGetValue("resource", out var resource)) throw yaml.Fault(node, "the key `resource` is missing: the type that is made.");
        MapText? Text(string key) => fields.TryGetValue(key, out var field) ? yaml.Text(field.Value) : null;
        IReadOnlyList<(MapText, MapText)> Pairs(string key) =>
            fields.TryGetValue(key, out var field) ? [.. yaml.Pairs(field.Value, $"`{key}`").Select(pair => (pair.Key, yaml.Text(pair.Value)))] : [];
        return new TableMakeModel
        {
            At = yaml.At(node, "make"),
            Resource = yaml.Text(resource.Value),
            Name = Text("name"),
            Each = fields.TryGetValue("each", out var each) ? yaml.Texts(each.Value) : [],
            When = Text("when"),
            Identity = fields.TryGetValue("identity", out var identity) ? IdentityReader.Read(yaml, identity.Value) : null,
            Apply = Text("apply"),
            Required = fields.TryGetValue("required", out var required) && yaml.Flag(required.Value),
            Rows = fields.TryGetValue("rows", out var rows) ? [.. yaml.Items(rows.Value, "`rows`").Select(row => RowMapReader.Row(yaml, row))] : [],
            Set = Pairs("set"),
            Add = Pairs("add"),
        };
    }

    private static TableReading Reading(MapYaml yaml, YamlNode node)
    {
        Dictionary<string, (YamlNode Key, YamlNode Value)> fields = yaml.Fields(node, "`read`", ReadKeys);
        MapText? Text(string key) => fields.TryGetValue(key, out var field) ? yaml.Text(field.Value) : null;
        IReadOnlyList<string> Texts(string key) => fields.TryGetValue(key, out var field) ? [.. yaml.Texts(field.Value).Select(text => text.Value)] : [];
        MapText? encoding = Text("encoding"), delimiter = Text("delimiter"), places = Text("places"), dates = Text("dates"), numbers = Text("numbers"), point = Text("decimal");
        if (encoding is not null && Chinese.RecordText.Named(encoding.Value) is null) throw encoding.Fault($"there is no character set {encoding.Value}; GB18030, UTF-8 and Big5 are some.");
        return new TableReading
        {
            Files = Texts("files"),
            Sheets = Texts("sheet"),
            Dates = dates?.Value switch
            {
                null or "year-first" => DateOrder.NotSaid,
                "day-first" => DateOrder.DayFirst,
                "month-first" => DateOrder.MonthFirst,
                "serial" => DateOrder.Serial,
                _ => throw dates.Fault("`dates` is year-first, day-first, month-first or serial."),
            },
            DecimalComma = point?.Value switch
            {
                null => null,
                "point" => false,
                "comma" => true,
                _ => throw point.Fault("`decimal` is point or comma."),
            },
            ShownNumbers = numbers?.Value is "shown",
            Format = new TableFormat
            {
                Charset = encoding?.Value,
                Delimiter = delimiter?.Value switch
                {
                    null => null,
                    "comma" => ',',
                    "tab" => '\t',
                    "semicolon" => ';',
                    "bar" => '|',
                    { Length: 1 } sign => sign[0],
                    _ => throw delimiter.Fault("`delimiter` is comma, tab, semicolon, bar or one character."),
                },
                Fixed = fields.TryGetValue("fixed", out var layout) ? [.. yaml.Items(layout.Value, "`fixed`").Select(column => Fixed(yaml, column))] : [],
                Measure = places?.Value switch
                {
                    null or "columns" => FixedMeasure.Columns,
                    "characters" => FixedMeasure.Characters,
                    _ => throw places.Fault("`places` is columns (a Chinese character is two) or characters."),
                },
                StoredNumbers = numbers?.Value switch
                {
                    null or "shown" => false,
                    "stored" => true,
                    _ => throw numbers.Fault("`numbers` is shown or stored."),
                },
            },
        };
    }

    private static FixedColumn Fixed(MapYaml yaml, YamlNode node)
    {
        Dictionary<string, (YamlNode Key, YamlNode Value)> fields = yaml.Fields(node, "a column of `fixed`", FixedKeys);
        int Number(string key) => fields.TryGetValue(key, out var field)
            && int.TryParse(yaml.Text(field.Value).Value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is > 0 and < 100_000
            ? number
            : throw yaml.Fault(node, $"`{key}` is expected, a number from 1.");
        if (!fields.TryGetValue("name", out var name)) throw yaml.Fault(node, "the key `name` is missing, the column's header.");
        return new FixedColumn(yaml.Text(name.Value).Value, Number("at") - 1, fields.ContainsKey("length") ? Number("length") : int.MaxValue);
    }
}
