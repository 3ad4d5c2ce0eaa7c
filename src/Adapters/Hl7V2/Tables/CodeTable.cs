using System.Collections.Frozen;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Language.Model;

namespace Consortium.Adapters.Hl7V2.Tables;

/// <summary>What a code becomes.</summary>
/// <param name="Target">The FHIR code; null where the code is known and FHIR has nothing for it.</param>
/// <param name="Display">Its display, null where the table gives none.</param>
/// <param name="System">Its code system, null where the target is a plain FHIR code.</param>
internal sealed record CodeRow(string? Target, string? Display, string? System)
{
    /// <summary>A CodeableConcept of the target, the same one for all resources; null where there is none.</summary>
    public DraftObject? Concept => field ??= Target is not null && Element.CodeableConcept(System, Target, Display, null) is { } concept ? DraftNode.Shared(concept) : null;
}

/// <summary>A code table as the functions use it: each code becomes one thing, whatever stands around it.</summary>
internal sealed class CodeTable
{
    private readonly FrozenDictionary<string, CodeRow> _rows;
    private readonly FrozenDictionary<string, CodeRow>? _anyCase;

    /// <summary>A table as a map file has it.</summary>
    /// <exception cref="Site.SiteConfigurationException">It has a condition or <c>otherwise</c>, which a function cannot follow.</exception>
    public CodeTable(TableModel model)
    {
        if (model.Otherwise.Count > 0) throw model.At.Fault($"the functions look codes up in {model.Name}, and `otherwise` would be said of every code that nobody listed; it has no place here.");
        var rows = new Dictionary<string, CodeRow>(StringComparer.Ordinal);
        foreach ((string code, IReadOnlyList<TableEntryModel> entries) in model.Codes)
        {
            if (entries.FirstOrDefault(entry => entry.When is not null) is { } conditional) throw conditional.When!.Fault($"the functions look codes up in {model.Name} without what stands around them; a condition has no place here.");
            rows.Add(code, entries.Count == 0 ? new CodeRow(null, null, null) : new CodeRow(entries[0].Code?.Value, entries[0].Display, entries[0].System ?? model.ToSystem));
        }

        _rows = rows.ToFrozenDictionary(StringComparer.Ordinal);
        if (model.MatchCase == true) return;
        _anyCase = rows.GroupBy(row => row.Key, StringComparer.OrdinalIgnoreCase)
            .Where(group => group.Count() == 1)
            .ToFrozenDictionary(group => group.Key, group => group.First().Value, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>What a code becomes; null where the table does not have it.</summary>
    public CodeRow? this[string? code] => code is null
        ? null
        : _rows.GetValueOrDefault(code) ?? _anyCase?.GetValueOrDefault(code);
}
