using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Tests.Hl7V2.Guide;

/// <summary>A resource as the bag of its leaves: ids, narrative and the order of elements play no part.</summary>
internal sealed class FlatResource
{
    private static readonly string[] Left = ["resourceType", "id", "text"];

    private readonly List<(string Path, string Value)> _leaves = [];

    public FlatResource(DraftObject resource)
    {
        Type = (string)resource["resourceType"]!;
        Key = $"{Type}/{(string?)resource["id"]}";
        foreach ((string name, DraftNode? value) in resource)
        {
            if (!Left.Contains(name)) Walk(name.TrimStart('_'), value);
        }
    }

    /// <summary>The resource type.</summary>
    public string Type { get; }

    /// <summary>How others refer to it.</summary>
    public string Key { get; }

    /// <summary>Paths without indexes, and their values.</summary>
    public IReadOnlyList<(string Path, string Value)> Leaves => _leaves;

    /// <summary>How many leaves two resources share; references do not count, since what they mean is not known before the match.</summary>
    public int Shared(FlatResource other)
    {
        var left = other._leaves.Where(leaf => !IsReference(leaf)).ToList();
        return _leaves.Count(leaf => !IsReference(leaf) && left.Remove(leaf));
    }

    /// <summary>The leaves with references replaced by what they are known as.</summary>
    public IEnumerable<(string Path, string Value)> Resolved(IReadOnlyDictionary<string, string> known) =>
        _leaves.Select(leaf => IsReference(leaf) ? (leaf.Path, known.GetValueOrDefault(leaf.Value, leaf.Value)) : leaf);

    private static bool IsReference((string Path, string Value) leaf) => leaf.Path.EndsWith(".reference", StringComparison.Ordinal);

    private void Walk(string path, DraftNode? node)
    {
        switch (node)
        {
            case DraftObject json:
                string inner = json["url"] is DraftValue url && path.EndsWith("xtension", StringComparison.Ordinal) ? $"{path}({(string?)url})" : path;
                foreach ((string name, DraftNode? value) in json)
                {
                    if (name != "url" || inner == path) Walk($"{inner}.{name.TrimStart('_')}", value);
                }

                break;
            case DraftArray array:
                foreach (DraftNode? item in array) Walk(path, item);
                break;
            case not null:
                _leaves.Add((path, node.ToString()));
                break;
        }
    }
}
