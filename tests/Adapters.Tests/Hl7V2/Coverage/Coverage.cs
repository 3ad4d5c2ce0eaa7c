using System.Text.RegularExpressions;
using Consortium.Testing;

namespace Consortium.Adapters.Tests.Hl7V2.Coverage;

/// <summary>What has become of an official row.</summary>
internal enum RowState
{
    /// <summary>A row of our maps does it.</summary>
    Row,

    /// <summary>It is done in another way, which the deviation says.</summary>
    Otherwise,

    /// <summary>It is not done, for a reason.</summary>
    Not,

    /// <summary>Nobody has said anything of it.</summary>
    Unknown,
}

/// <summary>A row that is done otherwise or not at all, and why.</summary>
internal sealed record Deviation(string Map, string Place, string Path, RowState State, string Text);

/// <summary>Compares HL7's tables with our maps.</summary>
internal sealed partial class Coverage
{
    private readonly Dictionary<string, List<OurRow>> _segments = OurMaps.Segments();
    private readonly Dictionary<string, List<OurEntry>> _messages = OurMaps.Messages();
    private readonly List<Deviation> _deviations = [.. ReadDeviations()];
    private readonly HashSet<Deviation> _used = [];

    /// <summary>Deviations that no official row needs (any more).</summary>
    public IEnumerable<Deviation> Unneeded => _deviations.Where(deviation => !_used.Contains(deviation));

    /// <summary>Segments of HL7's message tables that no built-in map makes anything of, with the reason; null where nobody has said one.</summary>
    public IEnumerable<(string Segment, string? Reason)> SegmentsNotMapped()
    {
        Dictionary<string, string> reasons = File.ReadLines(Repository.Path("tests/Adapters.Tests/Hl7V2/Coverage/segments-not-mapped.tsv"))
            .Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split('\t')).ToDictionary(cells => cells[0], cells => cells[1], StringComparer.Ordinal);
        HashSet<string> mapped = [.. _messages.Values.SelectMany(entries => entries).Select(entry => entry.Segment)];
        string[] official = [.. OfficialTables.Segments()];
        foreach (string segment in official.Where(segment => !mapped.Contains(segment))) yield return (segment, reasons.GetValueOrDefault(segment));

        // A reason that is not needed (any more) is as wrong as one that is missing.
        foreach (string segment in reasons.Keys.Where(segment => mapped.Contains(segment) || !official.Contains(segment))) yield return (segment, null);
    }

    /// <summary>What became of a row of a segment table.</summary>
    public (RowState State, string Text) Of(OfficialRow row)
    {
        Deviation? deviation = Find(row.Map, row.Place, row.Path);
        if (deviation is not null) return (deviation.State, deviation.Text);
        return IsDone(row.Map, row.Place, OurMaps.Normal(row.Path)) ? (RowState.Row, "") : (RowState.Unknown, "");
    }

    /// <summary>What became of a row of a message table. Events that share a structure with others are in one message map of ours.</summary>
    public (RowState State, string Text) Of(OfficialMessageRow row)
    {
        string ours = row.Message switch { "ADT_A02" or "ADT_A05" or "ADT_A06" or "ADT_A09" or "ADT_A11" => "ADT_A01", _ => row.Message };
        Deviation? deviation = Find(row.Message, row.Segment, row.Map.Length > 0 ? row.Map : row.Target);
        if (deviation is not null) return (deviation.State, deviation.Text);
        bool done = _messages.TryGetValue(ours, out List<OurEntry>? entries) && entries.Exists(entry => entry.Map == row.Map);
        return done ? (RowState.Row, "") : (RowState.Unknown, "");
    }

    private Deviation? Find(string map, string place, string path)
    {
        Deviation? found = _deviations.Find(deviation =>
            Like(deviation.Map, map) && Like(deviation.Place, place)
            && (Like(deviation.Path, path) || (map.EndsWith(']') && Like(OurMaps.Normal(deviation.Path), OurMaps.Normal(path)))));
        if (found is not null) _used.Add(found);
        return found;
    }

    private bool IsDone(string map, string place, string path)
    {
        if (_segments.TryGetValue(map, out List<OurRow>? rows) && rows.Exists(row => Does(row, place, path))) return true;
        if (Nested().Match(path) is not { Success: true } nested) return false;

        // HL7 writes "asserter(Practitioner)", or "condition(Condition.code)" for an element of a resource that is referred to.
        (string element, string type, string rest) = (nested.Groups[1].Value, nested.Groups[2].Value, nested.Groups[3].Value.TrimEnd(')'));
        if (rows is not null && rows.Exists(row => row.From is not null && SameField(row.From, place) && Starts(OurMaps.Normal(row.To), element))) return true;
        IEnumerable<List<OurRow>> others = _segments.Where(other => other.Key.StartsWith($"{place.Split('-')[0]}[", StringComparison.Ordinal)
                && Target().Match(other.Key).Groups[1].Value.Equals(type, StringComparison.OrdinalIgnoreCase)).Select(other => other.Value);
        foreach (List<OurRow> other in others)
        {
            if (rest.Length == 0 ? other.Exists(row => row.From is not null && SameField(row.From, place)) : other.Exists(row => Does(row, place, rest))) return true;
            if (Nested().Match(rest) is { Success: true } deeper
                && other.Exists(row => row.From is not null && SameField(row.From, place) && OurMaps.Normal(row.To) == deeper.Groups[1].Value)) return true;
        }

        return false;
    }

    private static bool Starts(string to, string element) => to == element || to.StartsWith(element + ".", StringComparison.Ordinal) || to.StartsWith(element + "(", StringComparison.Ordinal);

    private static bool Does(OurRow row, string place, string path)
    {
        bool same = row.From is not null && (row.From == "$this" || SameField(row.From, place));
        if (!same && !row.IsFixed && place.Contains('-', StringComparison.Ordinal)) return false;
        string to = OurMaps.Normal(row.To);
        if (to == "$this") return same;
        if (path.EndsWith("extension.url", StringComparison.Ordinal)) return to.StartsWith(path[..^4], StringComparison.Ordinal);
        if (to == path || to.StartsWith(path + ".", StringComparison.Ordinal) || (same && to.StartsWith(path + "(", StringComparison.Ordinal))) return true;
        bool primitive = !row.IsMapped && path.Contains(".extension", StringComparison.Ordinal) && !to.Contains("extension", StringComparison.Ordinal);
        return !primitive && !row.IsFixed && path.StartsWith(to + ".", StringComparison.Ordinal);
    }

    private static bool SameField(string ours, string official) =>
        Field().Match(ours) is { Success: true } a && Field().Match(official) is { Success: true } b && a.Value == b.Value;

    private static bool Like(string pattern, string value) => pattern == "*"
        || (pattern.EndsWith('*') ? value.StartsWith(pattern[..^1], StringComparison.OrdinalIgnoreCase) : pattern.Equals(value, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<Deviation> ReadDeviations()
    {
        int number = 0;
        foreach (string line in File.ReadLines(Repository.Path("tests/Adapters.Tests/Hl7V2/Coverage/deviations.tsv")))
        {
            number++;
            if (line.Length == 0 || line[0] == '#') continue;
            string[] cells = line.Split('\t');
            if (cells.Length != 5) throw new FormatException($"deviations.tsv, line {number}: map, place, path, otherwise or not, and the reason are expected.");
            yield return new Deviation(cells[0], cells[1], cells[2], cells[3] == "not" ? RowState.Not : RowState.Otherwise, cells[4]);
        }
    }

    [GeneratedRegex(@"^(.*?)\(([a-z]+)\)?(?:\.+(.*))?$", RegexOptions.CultureInvariant)]
    private static partial Regex Nested();

    [GeneratedRegex(@"\[([A-Za-z]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Target();

    [GeneratedRegex("^[A-Z0-9]{3}-[0-9]+", RegexOptions.CultureInvariant)]
    private static partial Regex Field();
}
