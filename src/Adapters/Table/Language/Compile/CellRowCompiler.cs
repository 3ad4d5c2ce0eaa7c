using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Language.Conditions;
using Consortium.Adapters.Hl7V2.Language.Conversions;
using Consortium.Adapters.Hl7V2.Language.Model;
using Consortium.Adapters.Hl7V2.Language.Paths;
using Consortium.Adapters.Table.Language.Model;
using Consortium.Adapters.Table.Language.Values;
using Consortium.Fhir;

namespace Consortium.Adapters.Table.Language.Compile;

/// <summary>Compiles the rows of an entry: columns to elements.</summary>
internal sealed class CellRowCompiler(TableMapModel map, Func<MapText, int> column, Func<MapText, TableCodes> table, RowTerms terms)
{
    private const string SeveralKey = "several";

    /// <summary>The rows of an entry that makes a resource of a type.</summary>
    public CellRowPlan[] Compile(IReadOnlyList<RowModel> rows, FhirElementType type)
    {
        var tree = new PathTree(type);
        CellRowPlan[] plans = [.. rows.Select(row => Row(row, tree))];
        foreach (PathNode node in tree.Nodes)
        {
            if (node.IsResource) throw map.At.Fault($"a path of a table map stops at a reference; make the {node.Name} with an entry of its own and refer to it with `set`.");
        }

        // Fixed values go into what rows with a column have made; they do not make it.
        foreach (CellRowPlan row in plans.Where(row => row.From >= 0))
        {
            for (PathNode? node = row.To.LeafNode ?? row.To.Container; node is { Parent: not null }; node = node.Parent) node.MadeByRows = true;
        }

        return plans;
    }

    private CellRowPlan Row(RowModel row, PathTree tree)
    {
        if (row.Remove is not null) throw row.Remove.Fault("`remove` is for maps of messages; in a table map write the entry anew.");
        if (row.Unused.Count > 0) throw row.At.Fault("columns that say nothing stand under `unused` of the map.");
        TargetPath to = tree.Compile(row.To!);
        int from = row.From is null ? -1 : column(row.From);
        Several several = Several.Refused;
        if (row.With.TryGetValue(SeveralKey, out MapText? word))
        {
            several = word.Value switch
            {
                "all" => to.Repeats ? Several.All : throw word.Fault($"{to.Text} takes one value: `several` is first, earliest or latest."),
                "first" => Several.First,
                "earliest" => Several.Earliest,
                "latest" => Several.Latest,
                _ => throw word.Fault("`several` is all, first, earliest or latest."),
            };
        }

        if (row.Required && from < 0) throw row.At.Fault("`required` goes with `from`.");
        if (row.Format is not null && from < 0) throw row.At.Fault("`format` goes with `from`: the column that must hold data for it to be written.");
        DraftValue? constant = row.Value is null ? null : Fixed(row.Value, to);
        CellConversion? conversion = row.Format is not null ? Format(row.Format, to) : row.Value is null ? Conversion(row, to) : null;
        if (several is Several.Earliest or Several.Latest && conversion?.DateKey is null) throw word!.Fault($"{to.Text} is no date: `several` is all or first.");
        return new CellRowPlan
        {
            At = row.At,
            From = from,
            Fixed = constant,
            Conversion = conversion,
            To = to,
            When = row.When is null ? null : ConditionParser<ColumnPlace, RowTest>.Parse(row.When, terms, from < 0 ? null : new ColumnPlace(from)),
            Required = row.Required,
            Several = several,
        };
    }

    private CellConversion Conversion(RowModel row, TargetPath to)
    {
        string type = to.Type.Name;
        if (row.As is not null && CellFunctions.Find(row.As.Value) is { } function) return Function(row, to, function);
        if (row.Table is not null)
        {
            if (row.As is not null && row.As.Value != type) throw row.As.Fault($"{to.Text} is a {type}; with a code table `as` is left out.");
            Unknown(row, [], []);
            return table(row.Table).To(type, row.Strict, to.Leaf is { HasRequiredBinding: true }) is { } coded
                ? new CellConversion(type, coded)
                : throw row.Table.Fault($"a code table goes to a code, Coding or CodeableConcept, and {to.Text} is a {type}.");
        }

        string name = row.As?.Value ?? type;
        if (CellPrimitives.Find(name, map.Reading) is not { } primitive)
        {
            if (row.As is not null) throw row.As.Fault($"there is no conversion {name}{Nearest.Hint(name, CellPrimitives.Names.Concat(CellFunctions.Names))}. Known: {string.Join(", ", CellPrimitives.Names.Concat(CellFunctions.Names))}.");
            if (CellFunctions.Find(type) is { } own) return Function(row, to, own);
            throw row.At.Fault($"{to.Text} is a {type}; say with `as` how the column becomes one, or write to its elements.");
        }

        if (!to.Type.IsPrimitive || !Primitives.Fits(name, type)) throw (row.As ?? row.At).Fault($"{to.Text} is a {type}, and `{name}` makes a {name}.");
        Unknown(row, [], []);
        return new CellConversion(name, primitive) { DateKey = name is "date" or "dateTime" or "instant" ? CellPrimitives.DateKey(map.Reading) : null };
    }

    private CellConversion Function(RowModel row, TargetPath to, CellFunction function)
    {
        if (row.Table is not null) throw row.Table.Fault($"{(row.As ?? row.To!).Value} goes through no code table.");
        bool fits = function.Result == to.Type.Name || (function.Result is "Quantity" && to.Type.Name is "Duration" or "Age" or "SimpleQuantity" or "MoneyQuantity");
        if (!fits) throw (row.As ?? row.To!).Fault($"{to.Text} is a {to.Type.Name}, and {row.As?.Value} makes a {function.Result}.");
        Unknown(row, function.TextNames, function.ColumnNames);
        var columns = row.With.Where(pair => function.ColumnNames.Contains(pair.Key)).ToDictionary(pair => pair.Key, pair => column(pair.Value), StringComparer.Ordinal);
        var texts = row.With.Where(pair => function.TextNames.Contains(pair.Key)).ToDictionary(StringComparer.Ordinal);
        var with = new CellParameters(texts, columns);
        if (function.MakeFill is not null && to.Leaf is not null) throw row.To!.Fault($"{row.As!.Value} fills several elements: `to` is $this.");
        return new CellConversion(function.Result, function.Make(with)) { Fill = function.MakeFill?.Invoke(with), Also = [.. columns.Values] };
    }

    private static void Unknown(RowModel row, string[] texts, string[] columns)
    {
        foreach ((string key, MapText value) in row.With)
        {
            if (key == SeveralKey || texts.Contains(key) || columns.Contains(key)) continue;
            string[] known = [.. texts, .. columns, SeveralKey];
            throw value.Fault($"{row.As?.Value ?? row.To!.Value} has no parameter {key}{Nearest.Hint(key, known.AsEnumerable())}. Known: {string.Join(", ", known)}.");
        }
    }

    // '{dose} {unit}': columns in braces; one without data leaves its place empty.
    private CellConversion Format(MapText format, TargetPath to)
    {
        if (!to.Type.IsPrimitive || !(Primitives.Fits("string", to.Type.Name) || to.Type.Name is "code" or "uri")) throw format.Fault($"`format` makes a text, and {to.Text} is a {to.Type.Name}.");
        var parts = new List<(string Text, int Column)>();
        string text = format.Value;
        int at = 0;
        while (at < text.Length)
        {
            int open = text.IndexOf('{', at);
            if (open < 0) open = text.Length;
            if (open > at) parts.Add((text[at..open], -1));
            if (open == text.Length) break;
            int close = text.IndexOf('}', open);
            if (close < 0) throw format.FaultAt(open, "the closing `}` is missing.");
            parts.Add(("", column(format with { Value = text[(open + 1)..close].Trim(), Column = format.Column + open + 1 })));
            at = close + 1;
        }

        return new CellConversion("string", (in scope) =>
        {
            var made = new System.Text.StringBuilder();
            foreach ((string fixedText, int from) in parts) made.Append(from < 0 ? fixedText : scope.Cell(from));
            return Primitives.Text(string.Join(' ', made.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        })
        { Also = [.. parts.Where(part => part.Column >= 0).Select(part => part.Column)] };
    }

    private static DraftValue Fixed(MapText value, TargetPath to)
    {
        if (!to.Type.IsPrimitive) throw value.Fault($"{to.Text} is a {to.Type.Name}; a fixed value is written to one of its elements.");
        return Primitives.Fixed(value.Value, to.Type.Name) ?? throw value.Fault($"`{value.Value}` is no {to.Type.Name}.");
    }
}
