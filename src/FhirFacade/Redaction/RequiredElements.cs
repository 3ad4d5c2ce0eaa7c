using System.Collections.Frozen;

namespace Consortium.FhirFacade.Redaction;

/// <summary>
/// Which elements R4 requires (cardinality 1..), from <c>required-elements.txt</c>: where one is hidden, the view says so
/// with the <c>data-absent-reason</c> extension instead of being invalid.
/// </summary>
internal static class RequiredElements
{
    private static readonly FrozenSet<string> Paths;
    private static readonly FrozenDictionary<string, string> SamePaths;

    static RequiredElements()
    {
        var paths = new HashSet<string>(StringComparer.Ordinal);
        var same = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string line in Embedded.Read("required-elements.txt").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (line[0] == '#') continue;
            string[] parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            foreach (string part in parts.AsSpan(1))
            {
                int equals = part.IndexOf('=', StringComparison.Ordinal);
                if (equals < 0) paths.Add($"{parts[0]}.{part}");
                else same.Add($"{parts[0]}.{part[..equals]}", $"{parts[0]}.{part[(equals + 1)..]}");
            }
        }

        Paths = paths.ToFrozenSet(StringComparer.Ordinal);
        SamePaths = same.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>The path below which a member's own members are looked up: a repeated structure (<c>Questionnaire.item.item</c>) is led back to its definition.</summary>
    public static string Descend(string path, string name)
    {
        string below = $"{path}.{name}";
        return SamePaths.GetValueOrDefault(below, below);
    }

    /// <summary>Whether a member is required below a path that <see cref="Descend"/> gave; knows the names of choice types.</summary>
    public static bool Contains(string parentPath, string name)
    {
        string path = $"{parentPath}.{name}";
        if (Paths.Contains(path)) return true;
        for (int at = path.Length - 1; at > 0 && path[at] != '.'; at--)
        {
            if (char.IsAsciiLetterUpper(path[at]) && Paths.Contains($"{path[..at]}[x]")) return true;
        }

        return false;
    }
}
