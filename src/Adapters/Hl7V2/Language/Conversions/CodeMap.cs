using System.Collections.Frozen;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Language.Conditions;

namespace Consortium.Adapters.Hl7V2.Language.Conversions;

/// <summary>What a code becomes.</summary>
/// <param name="Code">The FHIR code; null where the code is known and FHIR has nothing for it.</param>
/// <param name="System">Its code system; null for a plain FHIR code.</param>
/// <param name="Display">Its display.</param>
/// <param name="When">The condition under which this holds; null for always.</param>
internal sealed record CodeEntry(string? Code, string? System, string? Display, Condition? When)
{
    /// <summary>A Coding of the code, the same one for all resources, to be put into a concept as it is; null where there is no code.</summary>
    public DraftObject? Coding => field ??= Code is not null && Element.Coding(System, Code, Display) is { } coding ? DraftNode.Shared(coding) : null;
}

/// <summary>A compiled code table.</summary>
internal sealed class CodeMap
{
    private readonly FrozenDictionary<string, CodeEntry[]> _codes;
    private readonly FrozenDictionary<string, CodeEntry[]>? _anyCase;
    private readonly CodeEntry[] _otherwise;

    /// <summary>A table of entries by code.</summary>
    public CodeMap(string name, string? fromSystem, IReadOnlyDictionary<string, CodeEntry[]> codes, CodeEntry[] otherwise, bool matchCase)
    {
        Name = name;
        FromSystem = fromSystem;
        _codes = codes.ToFrozenDictionary(StringComparer.Ordinal);
        _otherwise = otherwise;
        if (matchCase) return;
        _anyCase = codes.GroupBy(entry => entry.Key, StringComparer.OrdinalIgnoreCase)
            .Where(group => group.Count() == 1)
            .ToFrozenDictionary(group => group.Key, group => group.First().Value, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The table's name.</summary>
    public string Name { get; }

    /// <summary>The system of the codes that it maps; null where the table does not say.</summary>
    public string? FromSystem { get; }

    /// <summary>What a code becomes; null where the table does not have it, or has it under other conditions only.</summary>
    public CodeEntry? Find(string code, Scope scope)
    {
        CodeEntry[]? entries = _codes.GetValueOrDefault(code) ?? _anyCase?.GetValueOrDefault(code) ?? _otherwise;
        foreach (CodeEntry entry in entries)
        {
            if (entry.When is null || entry.When.Holds(scope)) return entry;
        }

        return null;
    }
}
