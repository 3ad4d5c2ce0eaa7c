using System.Text;

namespace Consortium.Fhir.Units;

/// <summary>The prefixes and units of <c>ucum.tsv</c>. A unit's definition is worked out when it is first asked for.</summary>
internal sealed class UcumTable
{
    private static readonly Lazy<UcumTable> s_instance = new(() => new UcumTable());

    private readonly Dictionary<string, Rational> _prefixes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Row> _units = new(StringComparer.Ordinal);
    private readonly List<string> _bases = [];

    private UcumTable()
    {
        using Stream stream = typeof(UcumTable).Assembly.GetManifestResourceStream("ucum.tsv")
            ?? throw new InvalidDataException("The program was built without its table of units.");
        using StreamReader reader = new(stream, Encoding.UTF8);
        for (int line = 1; reader.ReadLine() is { } text; line++)
        {
            if (text.Length == 0 || text[0] == '#') continue;
            string[] cells = text.Split('\t');
            if (cells.Length != 5) throw new InvalidDataException($"ucum.tsv, line {line}: five columns are wanted.");
            if (cells[0] == "prefix") _prefixes.Add(cells[1], Rational.Parse(cells[2]));
            else _units.Add(cells[1], Read(cells));
        }
    }

    public static UcumTable Instance => s_instance.Value;

    /// <summary>Codes of all units without a prefix.</summary>
    public IEnumerable<string> Codes => _units.Keys;

    public string BaseName(int baseUnit) => _bases[baseUnit];

    /// <summary>
    /// A unit symbol: as a whole first, then as prefix and metric unit (UCUM 2.1 rule 12). Null with the reason where it is neither.
    /// </summary>
    public CanonicalUnit? Find(string symbol, out string? reason)
    {
        reason = null;
        if (_units.TryGetValue(symbol, out Row? row)) return row.Unit;
        bool notMetric = false;
        for (int length = 2; length >= 1; length--)
        {
            if (symbol.Length <= length || !_prefixes.TryGetValue(symbol[..length], out Rational prefix) || !_units.TryGetValue(symbol[length..], out row)) continue;
            if (row.IsMetric) return new CanonicalUnit(prefix, UnitDimension.None, null, Rational.One).Times(row.Unit, 1);
            notMetric = true;
        }

        reason = notMetric ? "takes no prefix" : "is no unit of UCUM";
        return null;
    }

    private Row Read(string[] cells)
    {
        (string kind, string code, string value, string unit) = (cells[0], cells[1], cells[2], cells[3]);
        bool metric = kind is "base" or "metric" or "arbitrary-metric" or "special-metric";
        switch (kind)
        {
            case "base" or "arbitrary" or "arbitrary-metric":
                CanonicalUnit itself = new(Rational.One, UnitDimension.Of(_bases.Count), null, Rational.One);
                _bases.Add(code);
                return new Row(metric, new Lazy<CanonicalUnit>(itself));
            case "special" or "special-metric":
                int open = value.IndexOf('(', StringComparison.Ordinal);
                SpecialScale scale = SpecialScale.Named(value[..open]);
                return new Row(metric, new Lazy<CanonicalUnit>(() =>
                {
                    CanonicalUnit reference = Definition(value[(open + 1)..^1], unit);
                    return reference with { Scale = scale };
                }));
            case "metric" or "unit":
                return new Row(metric, new Lazy<CanonicalUnit>(() => Definition(value, unit)));
            default:
                throw new InvalidDataException($"ucum.tsv: there is no kind {kind}.");
        }
    }

    private CanonicalUnit Definition(string value, string unit)
    {
        CanonicalUnit of = UcumParser.Parse(unit, this, out UcumFault? fault)
            ?? throw new InvalidDataException($"ucum.tsv: {unit}, position {fault!.At + 1}: {fault.Reason}");
        return of with { Factor = Rational.Parse(value) * of.Factor };
    }

    private sealed class Row(bool isMetric, Lazy<CanonicalUnit> unit)
    {
        public bool IsMetric { get; } = isMetric;

        public CanonicalUnit Unit => unit.Value;
    }
}
