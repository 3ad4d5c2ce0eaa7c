using Consortium.Adapters.Hl7V2.Language.Conditions;
using Consortium.Adapters.Hl7V2.Language.Conversions;
using Consortium.Adapters.Hl7V2.Language.Model;

namespace Consortium.Adapters.Hl7V2.Language.Compile;

/// <summary>Compiles code tables.</summary>
internal static class TableCompiler
{
    /// <summary>A table.</summary>
    public static CodeMap Compile(TableModel model) => new(
        model.Name, model.FromSystem,
        model.Codes.ToDictionary(pair => pair.Key, pair => Entries(pair.Value, model.ToSystem), StringComparer.Ordinal),
        model.Otherwise.Count == 0 ? [] : Entries(model.Otherwise, model.ToSystem),
        model.MatchCase ?? false);

    private static CodeEntry[] Entries(IReadOnlyList<TableEntryModel> models, string? system) => models.Count == 0
        ? [new CodeEntry(null, null, null, null)]
        : [.. models.Select(model => new CodeEntry(
            model.Code?.Value, model.System ?? system, model.Display,
            model.When is null ? null : ConditionParser.Parse(model.When, null, isType: false, rowValue: null)))];
}
