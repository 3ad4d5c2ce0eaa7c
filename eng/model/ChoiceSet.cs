namespace Consortium.ModelGenerator;

/// <summary>
/// The interfaces of choice elements (<c>value[x]</c>): each is implemented by exactly the allowed types, so that another does
/// not compile. Up to three types share one interface wherever they occur; more have one for each resource that offers them.
/// </summary>
internal sealed class ChoiceSet
{
    private const int OpenType = 40;

    private readonly Dictionary<string, (string Name, IReadOnlyList<string> Types, string Path)> _byKey = new(StringComparer.Ordinal);

    public IEnumerable<(string Name, IReadOnlyList<string> Types, string Path)> All => _byKey.Values.OrderBy(c => c.Name, StringComparer.Ordinal);

    /// <summary>The interface of an element with these types.</summary>
    public string For(string path, IReadOnlyList<string> types)
    {
        string[] sorted = [.. types.Order(StringComparer.OrdinalIgnoreCase)];
        string set = string.Join(',', sorted);
        string key = sorted.Length is <= 3 or >= OpenType ? set : path[..path.IndexOf('.')] + ':' + set;
        if (_byKey.TryGetValue(key, out (string Name, IReadOnlyList<string>, string) known)) return known.Name;
        string name = sorted.Length >= OpenType ? "IDataType"
            : sorted.Length <= 3 ? "I" + string.Join("Or", sorted.Select(Names.Pascal))
            : "I" + string.Concat(path.Replace("[x]", string.Empty, StringComparison.Ordinal).Split('.').Select(Names.Pascal));
        if (_byKey.Values.Any(c => c.Name == name)) throw new DefinitionException($"{path}: two choices would be named {name}.");
        _byKey.Add(key, (name, sorted, path));
        return name;
    }

    /// <summary>The interfaces that a type implements.</summary>
    public IEnumerable<string> Of(string fhirType) => All.Where(c => c.Types.Contains(fhirType)).Select(c => c.Name);
}
