namespace Consortium.Adapters.Hl7V2.Language.Model;

/// <summary>The name of a map, as HL7 names its tables: <c>PID[Patient]</c>, <c>PID[Provenance-Patient]</c>, <c>TQ1[ServiceRequest]</c>.</summary>
/// <param name="Source">Segment or data type.</param>
/// <param name="Target">FHIR type.</param>
/// <param name="Variant">What stands after the hyphen; empty for none.</param>
internal sealed record MapName(string Source, string Target, string Variant)
{
    /// <summary>Reads a name.</summary>
    public static MapName Read(MapText text)
    {
        string value = text.Value;
        int open = value.IndexOf('[', StringComparison.Ordinal);
        if (open is < 2 or > 3 || value[^1] != ']' || open == value.Length - 2 || !value.AsSpan(0, open).ContainsOnlyNameCharacters())
        {
            throw text.Fault($"`{value}` is no name of a map; SOURCE[Target] is expected, such as PID[Patient] or CX[Identifier].");
        }

        string inside = value[(open + 1)..^1];
        int hyphen = inside.IndexOf('-', StringComparison.Ordinal);
        return hyphen < 0
            ? new MapName(value[..open], inside, "")
            : new MapName(value[..open], inside[..hyphen], inside[(hyphen + 1)..]);
    }

    /// <inheritdoc/>
    public override string ToString() => Variant.Length == 0 ? $"{Source}[{Target}]" : $"{Source}[{Target}-{Variant}]";
}

file static class NameCharacters
{
    public static bool ContainsOnlyNameCharacters(this ReadOnlySpan<char> name)
    {
        foreach (char c in name)
        {
            if (!char.IsAsciiLetterUpper(c) && !char.IsAsciiDigit(c)) return false;
        }

        return char.IsAsciiLetterUpper(name[0]);
    }
}
