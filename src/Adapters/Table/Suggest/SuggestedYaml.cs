using System.Globalization;
using System.Text;
using Consortium.Adapters.Hl7V2.Language.Conditions;
using Consortium.Adapters.Hl7V2.Language.Model;
using Consortium.Adapters.Table.Language.Model;
using Consortium.Adapters.Table.Sources;

namespace Consortium.Adapters.Table.Suggest;

/// <summary>Writes a draft: the template with the columns that the file has, each with the confidence of its place, and the columns that have none.</summary>
internal sealed class SuggestedYaml(string name, TableGrid grid, string[] header, List<string>[] values)
{
    private readonly StringBuilder _yaml = new();

    /// <summary>The draft of a table that is like a template.</summary>
    public string Write(TableMapModel template, IReadOnlyList<ColumnMatch> matches)
    {
        HashSet<string> has = [.. matches.Select(match => match.Name)];
        Line($"# A draft, after the built-in map of {template.Name}. Read every line: what stands behind # is how sure it is and why.");
        foreach (MapText required in template.Required.Where(required => !has.Contains(required.Value))) Line($"# MISSING: no column is the {required.Value}; add its header under `columns`, or rows will be refused.");
        Line($"map: {Quoted(name)}");
        if (grid.Sheet is { } sheet) Line($"read: {{sheet: {Quoted(sheet)}{(Dates(matches) is { } order ? $", dates: {order}" : "")}}}");
        else if (Dates(matches) is { } order) Line($"read: {{dates: {order}}}  # the values of a column of dates can only be read so; ask the source");
        Line("columns:");
        foreach (ColumnMatch match in matches)
        {
            Line($"  {match.Name}: [{Quoted(header[match.Column].Trim())}]  # {match.Confidence.ToString("0.00", CultureInfo.InvariantCulture)}: {match.Why}{Warning(match)}");
        }

        Unplaced(matches);
        List("required", template.Required, has);
        List("group", template.Group, has);
        if (template.Control is { } control && has.Contains(control.Value)) Line($"control: {control.Value}");
        string[] unused = [.. matches.Select(match => match.Name).Where(column => template.Unused.Any(text => text.Value == column))];
        if (unused.Length > 0) Line($"unused: [{string.Join(", ", unused)}]");
        Line("make:");
        HashSet<string> made = [];
        foreach (TableMakeModel entry in template.Make)
        {
            if (entry.Rows.Any(row => row.From is not null && Kept(row, has))) made.Add(entry.Name!.Value);
        }

        foreach (TableMakeModel entry in template.Make.Where(entry => made.Contains(entry.Name!.Value))) Entry(entry, has, made, template.Group.Any(text => has.Contains(text.Value)));
        return _yaml.ToString();
    }

    /// <summary>The draft of a table that is like no template: its columns, and nothing made of them.</summary>
    public string Skeleton()
    {
        Line("# A table that is like none of the built-in maps. Say under `make` what its rows become (docs/mapping-language.md).");
        Line($"map: {Quoted(name)}");
        Line("columns:");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < header.Length; i++)
        {
            string word = Language.Compile.TableMapPlan.HeaderWord(header[i]);
            if (word.Length > 0 && seen.Add(word)) Line($"  column{(i + 1).ToString(CultureInfo.InvariantCulture)}: [{Quoted(header[i].Trim())}]");
        }

        Line("make: []");
        return _yaml.ToString();
    }

    private void Unplaced(IReadOnlyList<ColumnMatch> matches)
    {
        for (int i = 0; i < header.Length; i++)
        {
            if (matches.Any(match => match.Column == i) || (string.IsNullOrWhiteSpace(header[i]) && values[i].Count == 0)) continue;
            Line($"# NOT PLACED: {(string.IsNullOrWhiteSpace(header[i]) ? $"column {(i + 1).ToString(CultureInfo.InvariantCulture)}, without a header" : OneLine(header[i]))}");
        }
    }

    private string Warning(ColumnMatch match)
    {
        (int two, int _, int _) = ValueShape.DateOrders(values[match.Column]);
        return two > 0 && match.Name.EndsWith("At", StringComparison.Ordinal) | match.Name == "birthDate"
            ? $"; {two.ToString(CultureInfo.InvariantCulture)} values can be read two ways: ask the source, and say `dates: day-first` or `dates: month-first` under `read`"
            : "";
    }

    // Only where every value that has but one order has the same.
    private string? Dates(IReadOnlyList<ColumnMatch> matches)
    {
        int two = 0, day = 0, month = 0;
        foreach (ColumnMatch match in matches.Where(match => match.Name.EndsWith("At", StringComparison.Ordinal) || match.Name == "birthDate"))
        {
            (int t, int d, int m) = ValueShape.DateOrders(values[match.Column]);
            (two, day, month) = (two + t, day + d, month + m);
        }

        return two == 0 || (day > 0) == (month > 0) ? null : day > 0 ? "day-first" : "month-first";
    }

    private void Entry(TableMakeModel entry, HashSet<string> has, HashSet<string> made, bool grouped)
    {
        Line($"- resource: {entry.Resource.Value}");
        if (entry.Name is not null) Line($"  name: {entry.Name.Value}");
        if (entry.Each.Count > 0 && (grouped || entry.Each[0].Value != "group")) Line($"  each: {(entry.Each.Count == 1 ? entry.Each[0].Value : $"[{string.Join(", ", entry.Each.Select(text => text.Value))}]")}");
        Identity(entry, has);
        if (entry.Apply is not null) Line($"  apply: {entry.Apply.Value}");
        if (entry.Required) Line("  required: true");
        Pairs("set", entry.Set, pair => made.Contains(pair.Name.Value.TrimEnd('?')));
        Pairs("add", entry.Add, pair => made.Contains(pair.Element.Value.Split('.')[0]));
        Line("  rows:");
        foreach (RowModel row in entry.Rows.Where(row => Kept(row, has))) Row(row, has);
    }

    private void Identity(TableMakeModel entry, HashSet<string> has)
    {
        if (entry.Identity is not { } identity) return;
        string[] from = [.. identity.From.Select(text => text.Value).Where(has.Contains)], and = [.. identity.And.Select(text => text.Value).Where(has.Contains)];
        if (identity.Rule is not null) Line($"  identity: {identity.Rule}");
        else if (from.Length > 0) Line($"  identity: {{kind: {identity.Kind}, from: [{string.Join(", ", from)}]{(and.Length == 0 ? "" : $", and: [{string.Join(", ", and)}]")}}}");
        else Line("  # no column identifies it: a repeat or a correction will make another one");
    }

    private void Row(RowModel row, HashSet<string> has)
    {
        var parts = new List<string>();
        if (row.From is not null) parts.Add($"from: {row.From.Value}");
        if (row.Value is not null) parts.Add($"value: {Quoted(row.Value.Value)}");
        if (row.Format is not null) parts.Add($"format: {Quoted(Format(row.Format.Value, has))}");
        parts.Add($"to: {Quoted(row.To!.Value)}");
        if (row.As is not null) parts.Add($"as: {row.As.Value}");
        string[] with = [.. row.With.Where(pair => !IsColumn(row, pair.Key) || has.Contains(pair.Value.Value)).Select(pair => $"{pair.Key}: {Quoted(pair.Value.Value)}")];
        if (with.Length > 0) parts.Add($"with: {{{string.Join(", ", with)}}}");
        if (row.Table is not null) parts.Add($"table: {row.Table.Value}");
        if (row.Strict) parts.Add("strict: true");
        if (row.Required) parts.Add("required: true");
        if (row.When is not null && Places(row.When).All(has.Contains)) parts.Add($"when: {Quoted(row.When.Value)}");
        Line($"  - {{{string.Join(", ", parts)}}}");
    }

    // Without its column a row makes nothing; a condition on a column that is not there is known: it is never valued.
    private static bool Kept(RowModel row, HashSet<string> has)
    {
        if (row.From is not null && !has.Contains(row.From.Value)) return false;
        if (row.When is null) return true;
        string[] missing = [.. Places(row.When).Where(place => !has.Contains(place))];
        return missing.Length == 0 || (Places(row.When).Count() == 1 && (row.When.Value.EndsWith("NOT VALUED", StringComparison.Ordinal) || row.When.Value.EndsWith("IS EMPTY", StringComparison.Ordinal)));
    }

    private static IEnumerable<string> Places(MapText condition) => ConditionToken.In(condition).Where(token => token.Kind == TokenKind.Place).Select(token => token.Text);

    private static bool IsColumn(RowModel row, string parameter) =>
        row.As is not null && Language.Values.CellFunctions.Find(row.As.Value) is { } function && function.ColumnNames.Contains(parameter);

    private static string Format(string format, HashSet<string> has)
    {
        foreach (string column in format.Split('{').Skip(1).Select(part => part.Split('}')[0]).Where(column => !has.Contains(column))) format = format.Replace($"{{{column}}}", "", StringComparison.Ordinal);
        return string.Join(' ', format.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    private void List(string key, IReadOnlyList<MapText> names, HashSet<string> has)
    {
        string[] kept = [.. names.Select(text => text.Value).Where(has.Contains)];
        if (kept.Length > 0) Line($"{key}: [{string.Join(", ", kept)}]");
    }

    private void Pairs(string key, IReadOnlyList<(MapText Element, MapText Name)> pairs, Func<(MapText Element, MapText Name), bool> kept)
    {
        string[] written = [.. pairs.Where(kept).Select(pair => $"{Quoted(pair.Element.Value)}: {Quoted(pair.Name.Value)}")];
        if (written.Length > 0) Line($"  {key}: {{{string.Join(", ", written)}}}");
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();

    // Plain where YAML reads it as the same text, else in single quotes.
    private static string Quoted(string text)
    {
        string line = OneLine(text);
        bool plain = line.Length > 0 && char.IsLetter(line[0]) && line.All(c => char.IsLetterOrDigit(c) || c is '.' or '-' or '_' or '/') && line is not ("true" or "false" or "null" or "yes" or "no");
        return plain ? line : $"'{line.Replace("'", "''", StringComparison.Ordinal)}'";
    }

    private void Line(string text) => _yaml.Append(text).Append('\n');
}
