using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Language.Conversions;
using Consortium.Adapters.Hl7V2.Language.Model;
using Consortium.Adapters.Table.Language.Compile;

namespace Consortium.Adapters.Table.Language.Values;

/// <summary>What a word becomes.</summary>
/// <param name="Code">The FHIR code; null where the word is known and FHIR has nothing for it.</param>
/// <param name="System">Its code system; null for a plain code.</param>
/// <param name="Display">Its display.</param>
/// <param name="When">The condition under which this holds; null for always.</param>
internal sealed record TableCode(string? Code, string? System, string? Display, RowTest? When);

/// <summary>A compiled code table over the words of a table, which are compared without regard to full width, spaces and case.</summary>
internal sealed class TableCodes
{
    private readonly Dictionary<string, TableCode[]> _codes = new(StringComparer.Ordinal);
    private readonly TableCode[] _otherwise;

    /// <summary>Compiles a table.</summary>
    public TableCodes(TableModel model, RowTerms terms)
    {
        Name = model.Name;
        FromSystem = model.FromSystem;
        foreach ((string word, IReadOnlyList<TableEntryModel> entries) in model.Codes)
        {
            if (!_codes.TryAdd(TableMapping.Word(word), Entries(entries, model, terms))) throw model.At.Fault($"the word {word} stands twice, in two ways to write it.");
        }

        _otherwise = model.Otherwise.Count == 0 ? [] : Entries(model.Otherwise, model, terms);
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The system of the words on the left; null where the table does not say.</summary>
    public string? FromSystem { get; }

    /// <summary>What a word becomes; null where the table does not have it.</summary>
    public TableCode? Find(in CellScope scope)
    {
        foreach (TableCode code in _codes.GetValueOrDefault(TableMapping.Word(scope.Text)) ?? _otherwise)
        {
            if (code.When is null || code.When(scope.Table, scope.Row)) return code;
        }

        return null;
    }

    /// <summary>A conversion through the table; null where the type takes no code.</summary>
    public ConvertCell? To(string type, bool strict, bool requiredBinding) => type switch
    {
        "CodeableConcept" => (in scope) => Concept(scope, strict),
        "Coding" => (in scope) => Found(scope, strict, out _) is { Code: { } code } found ? Element.Coding(found.System, code, found.Display) : null,
        "code" or "string" or "uri" or "boolean" or "integer" or "positiveInt" or "decimal" => (in scope) => Plain(scope, type, strict, requiredBinding),
        _ => null,
    };

    private DraftObject? Concept(in CellScope scope, bool strict)
    {
        TableCode? found = Found(scope, strict, out _);
        return Element.CodeableConcept(scope.Text, found?.Code is { } code ? Element.Coding(found.System, code, found.Display) : null);
    }

    private DraftValue? Plain(in CellScope scope, string type, bool strict, bool requiredBinding)
    {
        TableCode? found = Found(scope, strict, out bool isKnown);
        if (isKnown) return found!.Code is null ? null : Primitives.Fixed(found.Code, type);
        return strict || requiredBinding || type is not ("code" or "string" or "uri") || !Primitives.IsCode(scope.Text) ? null : DraftValue.Of(scope.Text);
    }

    private TableCode? Found(in CellScope scope, bool strict, out bool isKnown)
    {
        TableCode? found = Find(scope);
        isKnown = found is not null;
        if (isKnown) return found;
        if (strict) scope.Error("code-invalid", $"the word is not in the table {Name}. Correct it in the source, or add it to the table.");
        else scope.Warn("code-invalid", $"the word is not in the table {Name}; it is kept as text where the element takes one. Add it to the table.");
        return null;
    }

    private static TableCode[] Entries(IReadOnlyList<TableEntryModel> models, TableModel table, RowTerms terms) => models.Count == 0
        ? [new TableCode(null, null, null, null)]
        : [.. models.Select(model => new TableCode(
            model.Code?.Value, model.System ?? table.ToSystem, model.Display,
            model.When is null ? null : Hl7V2.Language.Conditions.ConditionParser<ColumnPlace, RowTest>.Parse(model.When, terms, null)))];
}
