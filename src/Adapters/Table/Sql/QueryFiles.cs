using System.Globalization;
using System.Text;
using Consortium.Adapters.Hl7V2.Language.Model;
using Consortium.Adapters.Site;
using YamlDotNet.RepresentationModel;

namespace Consortium.Adapters.Table.Sql;

/// <summary>Reads the queries of a site, <c>queries/*.yaml</c> of its folder: strictly, with file, line and column in every error.</summary>
public static class QueryFiles
{
    /// <summary>Where a site's queries stand in its folder.</summary>
    public const string SiteFolder = "queries";

    private static readonly string[] Keys = ["query", "description", "source", "connection", "sql", "watermark", "every", "rows", "timeout"];
    private static readonly string[] ConnectionKeys = ["variable"];
    private static readonly string[] WatermarkKeys = ["column", "type", "start", "overlap"];

    /// <summary>The queries of a site; none where it has no <c>queries</c> folder.</summary>
    /// <param name="siteFolder">The site's folder; null for none.</param>
    /// <param name="variable">Gives an environment variable, where connections with passwords stand.</param>
    /// <exception cref="SiteConfigurationException">A file is wrong; names file, line and column, never a password.</exception>
    public static IReadOnlyList<QueryOptions> Read(string? siteFolder, Func<string, string?> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        string? folder = siteFolder is null ? null : Path.Combine(siteFolder, SiteFolder);
        if (folder is null || !Directory.Exists(folder)) return [];
        var queries = new List<QueryOptions>();
        foreach (string file in Directory.EnumerateFiles(folder).Where(file => file.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase) || file.EndsWith(".yml", StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(file, new UTF8Encoding(false, throwOnInvalidBytes: true));
            var yaml = new MapYaml($"{SiteFolder}/{Path.GetFileName(file)}");
            YamlMappingNode root = yaml.Root(reader);
            QueryOptions query = Query(yaml, root, variable);
            if (queries.Exists(other => other.Name == query.Name)) throw yaml.Fault(root, $"there is another file with the query {query.Name}.");
            queries.Add(query);
        }

        return queries;
    }

    private static QueryOptions Query(MapYaml yaml, YamlMappingNode root, Func<string, string?> variable)
    {
        Dictionary<string, (YamlNode Key, YamlNode Value)> fields = yaml.Fields(root, "a query", Keys);
        (YamlNode Key, YamlNode Value) Needed(string key, string what) => fields.TryGetValue(key, out var field) ? field : throw yaml.Fault(root, $"the key `{key}` is missing: {what}.");
        MapText name = Named(yaml.Text(Needed("query", "its name").Value)), source = Named(yaml.Text(Needed("source", "the source system of its rows").Value));
        string connection = Connection(yaml, Needed("connection", "{variable: NAME}, the environment variable that holds the database's URL").Value, variable);
        MapText sql = yaml.Text(Needed("sql", "one SELECT with @watermark").Value);
        Check(sql);
        Dictionary<string, (YamlNode Key, YamlNode Value)> mark = yaml.Fields(Needed("watermark", "{column, type, start}").Value, "`watermark`", WatermarkKeys);
        if (!mark.TryGetValue("column", out var column)) throw yaml.Fault(fields["watermark"].Key, "the key `column` is missing: the column that ascends with every change.");
        if (!mark.TryGetValue("start", out var start)) throw yaml.Fault(fields["watermark"].Key, "the key `start` is missing: the watermark before the first row that is wanted.");
        MapText? type = mark.TryGetValue("type", out var typed) ? yaml.Text(typed.Value) : null;
        WatermarkType kind = type?.Value switch
        {
            null or "timestamp" => WatermarkType.Timestamp,
            "integer" => WatermarkType.Integer,
            "text" => WatermarkType.Text,
            _ => throw type.Fault("`type` is timestamp, integer or text."),
        };
        MapText first = yaml.OptionalText(start.Value);
        if (!Watermark.IsOf(kind, first.Value)) throw first.Fault(kind == WatermarkType.Integer ? "a whole number is expected." : "a time is expected, such as 2026-01-01 00:00:00, with Z behind it for a column with a time zone.");
        int Number(Dictionary<string, (YamlNode Key, YamlNode Value)> from, string key, int otherwise, int least, int most)
        {
            if (!from.TryGetValue(key, out var field)) return otherwise;
            MapText text = yaml.Text(field.Value);
            return int.TryParse(text.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most ? number : throw text.Fault($"a number from {least} to {most} is expected.");
        }

        int overlap = Number(mark, "overlap", 0, 0, 7 * 24 * 3600);
        if (overlap > 0 && kind != WatermarkType.Timestamp) throw yaml.Fault(mark["overlap"].Key, "`overlap` counts seconds: it goes with a timestamp.");
        return new QueryOptions
        {
            Name = name.Value,
            Source = source.Value,
            Connection = connection,
            Sql = sql.Value.Trim().TrimEnd(';'),
            Watermark = yaml.Text(column.Value).Value,
            Type = kind,
            Start = first.Value,
            Overlap = TimeSpan.FromSeconds(overlap),
            Every = TimeSpan.FromSeconds(Number(fields, "every", 60, 1, 24 * 3600)),
            MostRows = Number(fields, "rows", 1000, 1, 100_000),
            Timeout = TimeSpan.FromSeconds(Number(fields, "timeout", 60, 1, 3600)),
        };
    }

    private static string Connection(MapYaml yaml, YamlNode node, Func<string, string?> variable)
    {
        if (node is YamlMappingNode)
        {
            if (!yaml.Fields(node, "`connection`", ConnectionKeys).TryGetValue("variable", out var field)) throw yaml.Fault(node, "the key `variable` is missing: the environment variable that holds the database's URL.");
            MapText name = yaml.Text(field.Value);
            string value = variable(name.Value) ?? throw name.Fault($"the environment variable {name.Value} is not set. It holds the database: postgres://USER:PASSWORD@HOST:PORT/DATABASE, sqlite:FILE or sqlserver:CONNECTION-STRING.");
            return QueryConnection.Problem(value) is { } problem ? throw name.Fault($"the environment variable {name.Value}: {problem}") : value;
        }

        MapText text = yaml.Text(node);
        if (!text.Value.StartsWith("sqlite:", StringComparison.OrdinalIgnoreCase)) throw text.Fault("a connection that needs a password stands in the environment: {variable: NAME}. Only sqlite:FILE may be written here.");
        return QueryConnection.Problem(text.Value) is { } fault ? throw text.Fault(fault) : text.Value;
    }

    private static MapText Named(MapText text) => text.Value.Length <= 64 && text.Value.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')
        ? text
        : throw text.Fault("1 to 64 letters, digits, '.', '_' or '-' are expected.");

    // What keeps a mistake from becoming a change; the database's own rights are what keeps everything else out.
    private static void Check(MapText sql)
    {
        string text = sql.Value.Trim();
        bool reads = text.StartsWith("select", StringComparison.OrdinalIgnoreCase) || text.StartsWith("with", StringComparison.OrdinalIgnoreCase);
        if (!reads) throw sql.Fault("one SELECT is expected (or WITH … SELECT).");
        if (text.TrimEnd(';').Contains(';', StringComparison.Ordinal)) throw sql.Fault("one statement is expected; a semicolon stands within it.");
        if (!text.Contains("@watermark", StringComparison.Ordinal)) throw sql.Fault("@watermark does not stand in it: WHERE changed >= @watermark ORDER BY changed.");
        if (!text.Contains("order by", StringComparison.OrdinalIgnoreCase)) throw sql.Fault("ORDER BY the watermark is missing: without it rows would be passed over.");
    }
}
