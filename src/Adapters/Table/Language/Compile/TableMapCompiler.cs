using System.Collections.Frozen;
using Consortium.Adapters.Hl7V2.Language.Compile;
using Consortium.Adapters.Hl7V2.Language.Conditions;
using Consortium.Adapters.Hl7V2.Language.Model;
using Consortium.Adapters.Hl7V2.Language.Paths;
using Consortium.Adapters.Table.Language.Model;
using Consortium.Adapters.Table.Language.Values;
using Consortium.Fhir;
using Consortium.Messaging;

namespace Consortium.Adapters.Table.Language.Compile;

/// <summary>Compiles a table map: every column, element, code table and reference is resolved here, and what is wrong is an error with file, line and column.</summary>
internal sealed class TableMapCompiler
{
    private readonly TableMapModel _model;
    private readonly Dictionary<string, int> _columns = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TableCodes> _tables = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FhirElementType> _names = new(StringComparer.Ordinal);
    private readonly HashSet<int> _used = [];
    private readonly RowTerms _terms;
    private readonly CellRowCompiler _rows;

    private TableMapCompiler(TableMapModel model, IReadOnlyDictionary<string, TableModel> shared)
    {
        _model = model;
        foreach (ColumnModel column in model.Columns)
        {
            if (!_columns.TryAdd(column.Name.Value, _columns.Count)) throw column.Name.Fault($"the column {column.Name.Value} stands twice.");
        }

        _terms = new RowTerms(Column);
        foreach (TableModel table in shared.Values.Concat(model.Tables)) _tables[table.Name] = new TableCodes(table, _terms);
        _rows = new CellRowCompiler(model, Column, Table, _terms);
    }

    /// <summary>Compiles a map.</summary>
    /// <param name="model">The map as written.</param>
    /// <param name="shared">Code tables that stand in files of their own.</param>
    /// <param name="version">The version of the maps.</param>
    /// <exception cref="Site.SiteConfigurationException">The map is wrong; names file, line and column.</exception>
    public static TableMapPlan Compile(TableMapModel model, IReadOnlyDictionary<string, TableModel> shared, string version) =>
        new TableMapCompiler(model, shared).Compile(version);

    private TableMapPlan Compile(string version)
    {
        if (_model.Reading.Format.Fixed.Count > 0 && _model.Reading.Files.Count == 0) throw _model.At.Fault("a layout without header cannot be recognised: say under `read` with `files` which files it is for.");
        foreach (TableMakeModel make in _model.Make) Name(make);
        TableMakePlan[] entries = [.. _model.Make.Select(Entry)];
        int[] group = Columns(_model.Group);
        int? control = _model.Control is null ? null : Column(_model.Control);
        foreach (MapText text in _model.Unused) Column(text);
        return new TableMapPlan(_model.Name, version, Headers())
        {
            IsSites = _model.IsSites,
            Reading = _model.Reading,
            Columns = [.. _model.Columns.Select(column => column.Name.Value)],
            Required = Columns(_model.Required),
            Group = group,
            FillDown = Columns(_model.FillDown),
            Control = control,
            Make = entries,
            Used = _used.ToFrozenSet(),
        };
    }

    private FrozenDictionary<string, int> Headers()
    {
        var headers = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (ColumnModel column in _model.Columns)
        {
            int number = _columns[column.Name.Value];
            foreach (MapText header in column.Headers)
            {
                string word = TableMapPlan.HeaderWord(header.Value);
                if (headers.TryAdd(word, number)) continue;
                throw header.Fault(headers[word] == number
                    ? $"the header name {header.Value} stands twice."
                    : $"the header name {header.Value} means the column {_model.Columns[headers[word]].Name.Value} already.");
            }
        }

        return headers.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private void Name(TableMakeModel make)
    {
        if (FhirElementType.Find(make.Resource.Value) is not { IsResource: true } type || !FhirR4.IsResourceType(make.Resource.Value))
        {
            throw make.Resource.Fault($"{make.Resource.Value} is no resource of R4{Nearest.Hint(make.Resource.Value, FhirR4.ResourceTypes)}.");
        }

        if (make.Name is null) return;
        if (_names.TryGetValue(make.Name.Value, out FhirElementType? other) && !other.Equals(type)) throw make.Name.Fault($"{make.Name.Value} is a {other.Name} already.");
        _names[make.Name.Value] = type;
    }

    private TableMakePlan Entry(TableMakeModel make)
    {
        FhirElementType type = FhirElementType.Find(make.Resource.Value)!;
        return new TableMakePlan
        {
            At = make.At,
            Type = make.Resource.Value,
            Name = make.Name?.Value ?? $"{make.Resource.Value}@{make.At.At}",
            Each = Each(make),
            When = make.When is null ? null : ConditionParser<ColumnPlace, RowTest>.Parse(make.When, _terms, null),
            Identity = make.Identity is null ? null : Identity(make.Identity),
            Apply = MapCompiler.Apply(make.Apply, ApplyMode.Update),
            Required = make.Required,
            Rows = _rows.Compile(make.Rows, type),
            References = [.. make.Set.Select(pair => Set(pair.Element, pair.Name, type)), .. make.Add.Select(pair => Add(pair.Element, pair.Name, make))],
        };
    }

    private int[]? Each(TableMakeModel make) => make.Each switch
    {
        [] => [],
        [{ Value: "row" }] => [],
        [{ Value: "group" }] => _model.Group.Count > 0 ? null : throw make.Each[0].Fault("the map has no `group`: each row is one by itself."),
        _ => Columns(make.Each),
    };

    private CellIdentity Identity(IdentityModel model)
    {
        if (model.Authority is { } authority) throw authority.Fault("`authority` is said of messages; name the system in the row with `with: {system: …}`.");
        if (model.Rule is not null)
        {
            string[] rules = ["patient", "identifier", "none"];
            return rules.Contains(model.Rule)
                ? new CellIdentity(model.Rule, null, [], [], [])
                : throw model.At.Fault($"there is no identity rule {model.Rule}{Nearest.Hint(model.Rule, rules)}. Known: {string.Join(", ", rules)}, or {{kind: …, from: […]}}.");
        }

        foreach (MapText name in model.Within) Known(name);
        return new CellIdentity(null, model.Kind, Columns(model.From), Columns(model.And), [.. model.Within.Select(name => name.Value)]);
    }

    private CellReference Set(MapText element, MapText target, FhirElementType type)
    {
        (MapText name, bool optional) = Optional(target);
        return new CellReference(null, Reference(element, type, Known(name)), name.Value, optional, target);
    }

    private CellReference Add(MapText element, MapText target, TableMakeModel make)
    {
        int point = element.Value.IndexOf('.', StringComparison.Ordinal);
        if (point < 0) throw element.Fault("the name of a resource and its element are expected, such as report.result.");
        MapText owner = element with { Value = element.Value[..point] };
        (MapText name, bool optional) = Optional(target);
        if (name.Value != make.Name?.Value) throw target.Fault("`add` appends the entry's own resource: its `name` is expected.");
        return new CellReference(owner.Value, Reference(element with { Value = element.Value[(point + 1)..], Column = element.Column + point + 1 }, Known(owner), Known(name)), name.Value, optional, target);
    }

    private static (MapText Name, bool IsOptional) Optional(MapText target) => target.Value.EndsWith('?') ? (target with { Value = target.Value[..^1] }, true) : (target, false);

    private static TargetPath Reference(MapText element, FhirElementType type, FhirElementType target)
    {
        TargetPath path = new PathTree(type).Compile(element);
        if (path.Leaf is null || path.Type.Name != "Reference") throw element.Fault($"{element.Value} of {type.Name} is no Reference.");
        return path.Leaf.ReferenceTargets.Count == 0 || path.Leaf.ReferenceTargets.Contains(target.Name)
            ? path
            : throw element.Fault($"{element.Value} of {type.Name} does not refer to {target.Name}, but to {string.Join(", ", path.Leaf.ReferenceTargets)}.");
    }

    private FhirElementType Known(MapText name) => _names.TryGetValue(name.Value, out FhirElementType? type)
        ? type
        : throw name.Fault($"no entry makes a resource called {name.Value}{Nearest.Hint(name.Value, _names.Keys)}.");

    private int[] Columns(IReadOnlyList<MapText> names) => [.. names.Select(Column)];

    private int Column(MapText name) => Column(name.Value, name.Fault);

    private int Column(string name, Func<string, Exception> fault)
    {
        if (!_columns.TryGetValue(name, out int column)) throw fault($"there is no column {name} in the map{Nearest.Hint(name, _columns.Keys)}. Known: {string.Join(", ", _columns.Keys)}.");
        _used.Add(column);
        return column;
    }

    private TableCodes Table(MapText name) => _tables.TryGetValue(name.Value, out TableCodes? table)
        ? table
        : throw name.Fault($"there is no code table {name.Value}{Nearest.Hint(name.Value, _tables.Keys)}.");
}
