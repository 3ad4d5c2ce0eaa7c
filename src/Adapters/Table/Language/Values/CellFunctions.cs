using Consortium.Adapters.Chinese;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Language.Model;
using Consortium.Adapters.Site;

namespace Consortium.Adapters.Table.Language.Values;

/// <summary>What a row gives a function beside its cell.</summary>
/// <param name="Texts">Parameters that are texts.</param>
/// <param name="Columns">Parameters that are columns.</param>
internal sealed record CellParameters(IReadOnlyDictionary<string, MapText> Texts, IReadOnlyDictionary<string, int> Columns)
{
    public string? Text(string name) => Texts.GetValueOrDefault(name)?.Value;

    public int? Column(string name) => Columns.TryGetValue(name, out int column) ? column : null;
}

/// <summary>A conversion to a complex type.</summary>
/// <param name="Result">The type that it makes.</param>
/// <param name="TextNames">Its parameters that are texts.</param>
/// <param name="ColumnNames">Its parameters that are columns.</param>
/// <param name="Make">Makes the conversion.</param>
internal sealed record CellFunction(string Result, string[] TextNames, string[] ColumnNames, Func<CellParameters, ConvertCell?> Make)
{
    /// <summary>Makes a conversion that fills several elements of the target.</summary>
    public Func<CellParameters, FillFromCell>? MakeFill { get; init; }
}

/// <summary>The conversions of table maps to complex types, by name.</summary>
internal static class CellFunctions
{
    private static readonly Dictionary<string, CellFunction> Known = new(StringComparer.Ordinal)
    {
        ["Identifier"] = new("Identifier", ["kind", "type", "system"], [], Identifier),
        ["ResidentId"] = new("Identifier", [], [], static _ => ResidentId),
        ["HumanName"] = new("HumanName", ["use"], [], static with => (in scope) => Element.HumanName(scope.Text, use: with.Text("use"))),
        ["ContactPoint"] = new("ContactPoint", ["system", "use"], [], static with => (in scope) => Element.ContactPoint(with.Text("system") ?? "phone", scope.Text, with.Text("use"))),
        ["Address"] = new("Address", ["use"], [], static with => (in scope) => new DraftObject().Set("use", with.Text("use")).Set("text", scope.Text)),
        ["Annotation"] = new("Annotation", [], [], static _ => (in scope) => Element.Annotation(scope.Text)),
        ["Reference"] = new("Reference", ["type"], [], static with => (in scope) => Element.LogicalReference(null, scope.Text, with.Text("type"))),
        ["CodeableConcept"] = new("CodeableConcept", ["system"], ["code", "text"], Concept),
        ["Coding"] = new("Coding", ["system"], ["text"], static with => (in scope) => Element.Coding(System(with, scope), scope.Text, scope.Cell(with.Column("text")))),
        ["Quantity"] = new("Quantity", ["bare"], ["unit"], Quantity),
        ["Duration"] = new("Duration", [], ["unit"], DrugWords.Duration),
        ["Timing"] = new("Timing", [], ["days"], DrugWords.Timing),
        ["Route"] = new("CodeableConcept", [], [], static _ => DrugWords.Route),
        ["LaboratoryResult"] = new("Observation", [], ["code", "result", "unit", "range", "flag", "specimen"], static _ => null) { MakeFill = LaboratoryCells.Fill },
    };

    /// <summary>The names.</summary>
    public static IEnumerable<string> Names => Known.Keys;

    /// <summary>The function of a name; null where there is none.</summary>
    public static CellFunction? Find(string name) => Known.GetValueOrDefault(name);

    /// <summary>The system of an identifier or code that a source numbers itself, or the one that the map names.</summary>
    internal static string? System(CellParameters with, in CellScope scope) => with.Text("system") is not { } named ? null
        : named.Contains(':', StringComparison.Ordinal) ? named : IdentifierSystems.OfSource(scope.Run.Source, named);

    private static ConvertCell Identifier(CellParameters with) => (in scope) =>
    {
        string? type = with.Text("type");
        string system = with.Text("kind") is "patient" or null && type is "MR" or null && with.Text("system") is null
            ? scope.Run.Context.IdentifierSystems.MedicalRecordOf(scope.Run.Source)
            : System(with, scope) ?? IdentifierSystems.OfSource(scope.Run.Source, with.Text("kind") ?? "identifier");
        return Element.Identifier(system, scope.Text, type is null ? null : Element.CodeableConcept(CodeSystems.IdentifierType, type, null, null));
    };

    private static DraftObject? ResidentId(in CellScope scope)
    {
        ResidentIdentityCard? card = ResidentIdentityCard.Parse(Folding.Fold(scope.Text).Trim(), out IdentityCardFault fault);
        if (card is not null)
        {
            scope.Run.Cards.Add((card, scope));
            return Element.Identifier(IdentifierSystems.ChineseResidentId, card.Number, Element.CodeableConcept(CodeSystems.IdentifierType, "NNCHN", null, null));
        }

        scope.Error("value", ResidentIdentityCard.Explain(fault));
        return null;
    }

    // From a name with its code in another column, or from a code with its text in another column.
    private static ConvertCell Concept(CellParameters with) => (in scope) =>
    {
        string? code = with.Column("text") is not null ? scope.Text : scope.Cell(with.Column("code"));
        string? text = with.Column("text") is { } column ? scope.Cell(column) : scope.Text;
        return Element.CodeableConcept(text, code is null ? null : Element.Coding(System(with, scope), code, text));
    };

    private static ConvertCell Quantity(CellParameters with) => (in scope) =>
    {
        if (TableNumber.Read(scope.Text, scope.Table.Map.Reading.DecimalComma, out string fault) is not { } number)
        {
            scope.Error("value", fault);
            return null;
        }

        string? column = scope.Cell(with.Column("unit"));
        if (column is not null && number.Unit is not null && TableMapping.Word(column) != TableMapping.Word(number.Unit)
            && (TableNumber.Ucum(column) is null || TableNumber.Ucum(column) != TableNumber.Ucum(number.Unit)))
        {
            scope.Error("conflict", "the unit behind the number and the unit's own column disagree.");
            return null;
        }

        string? unit = column ?? number.Unit;
        if (unit is null && with.Text("bare") is null)
        {
            scope.Error("incomplete", "the amount has no unit, and none is assumed. Fill the unit, or say `with: {bare: allowed}` in the map where the amount has none.");
            return null;
        }

        string? ucum = unit is null ? null : TableNumber.Ucum(unit);
        if (unit is not null && ucum is null) scope.Warn("code-invalid", "the unit has no UCUM code in the table and stays text.");
        return Element.Quantity(number.Digits, unit, ucum, number.Comparator);
    };
}
