using Consortium.Testing;

namespace Consortium.Adapters.Tests.Hl7V2.Guide;

/// <summary>Why our result is not the guide's, as a person has written it down: sample, resource type, element (an asterisk stands for any rest), side, reason.</summary>
internal sealed class Explanations
{
    private const string File = "tests/Adapters.Tests/Hl7V2/Guide/explanations.tsv";

    private readonly List<(string Sample, string Resource, string Path, string Side, string Reason)> _lines = [];
    private readonly HashSet<int> _used = [];

    public Explanations()
    {
        int number = 0;
        foreach (string line in System.IO.File.ReadLines(Repository.Path(File)))
        {
            number++;
            if (line.Length == 0 || line[0] == '#') continue;
            string[] cells = line.Split('\t');
            if (cells.Length != 5) throw new FormatException($"{File}, line {number}: sample, resource, element, side and reason are expected.");
            _lines.Add((cells[0], cells[1], cells[2], cells[3], cells[4]));
        }
    }

    /// <summary>The lines that explained nothing.</summary>
    public IEnumerable<string> Unneeded => _lines.Where((_, index) => !_used.Contains(index)).Select(line => $"{line.Sample}\t{line.Resource}\t{line.Path}\t{line.Side}");

    /// <summary>The first reason that fits; null where nobody has given one.</summary>
    public string? Of(string sample, Difference difference)
    {
        int at = _lines.FindIndex(line => line.Sample == sample
            && (line.Resource == "*" || line.Resource == difference.Resource)
            && (line.Side == "*" || line.Side == difference.Side)
            && Fits(line.Path, difference.Path));
        if (at < 0) return null;
        _used.Add(at);
        return _lines[at].Reason;
    }

    private static bool Fits(string pattern, string path) =>
        pattern.StartsWith("*.", StringComparison.Ordinal) ? path.EndsWith(pattern[1..], StringComparison.Ordinal)
        : pattern.EndsWith('*') ? path.StartsWith(pattern[..^1], StringComparison.Ordinal)
        : pattern == path;
}
