using System.Text;
using Consortium.Fhir.Definitions;
using Consortium.Fhir.Expressions.Typing;

namespace Consortium.Fhir.Expressions;

/// <summary>A type name, qualified or not (FHIRPath N1 6.3): unqualified looks in FHIR first, then in System.</summary>
internal sealed class TypeSpecifier
{
    private static readonly string[] s_system = ["Boolean", "Integer", "Decimal", "String", "Date", "DateTime", "Time", "Quantity"];

    private readonly int _fhir;
    private readonly PathKind? _system;

    public TypeSpecifier(string? space, string name)
    {
        if (space is null or "FHIR") _fhir = R4Tables.Instance.FindType(Encoding.UTF8.GetBytes(name));
        if (space is null or "System" && Array.IndexOf(s_system, name) >= 0) _system = Enum.TryParse(name, out PathKind kind) && kind is not (PathKind.Node or PathKind.TypeInfo) ? kind : null;
        // A qualified name that names nothing matches nothing; an unqualified one is a slip of the pen.
        if (space is null && _fhir == 0 && _system is null) throw new FhirPathException($"There is no type {name} in FHIR R4 or FHIRPath.");
    }

    /// <summary>The type before evaluating.</summary>
    public StaticType Static()
    {
        StaticType type = _fhir == 0 ? StaticType.Empty : ModelTypes.OfRow(_fhir);
        return _system is { } kind ? type.Or(StaticType.Of(kind)) : type;
    }

    public bool Matches(R4Tables tables, in PathValue item)
    {
        if (!item.IsNode) return _system == item.Kind;
        return _fhir != 0 && item.TypeRow != 0 && tables.IsA(item.TypeRow, _fhir);
    }

    public static PathTypeName NameOf(R4Tables tables, in PathValue item) =>
        item.IsNode ? new PathTypeName("FHIR", item.TypeRow == 0 ? "Element" : tables.TypeName(item.TypeRow)) : new PathTypeName("System", item.Kind.ToString());
}

/// <summary><c>value is Type</c>.</summary>
internal sealed class IsExpression(Expression subject, TypeSpecifier type) : BooleanExpression
{
    public override bool? Truth(Evaluation e, in Scope scope) =>
        Singleton.TryEvaluate(subject, e, scope, out PathValue item) ? type.Matches(e.Tables, item) : null;
}

/// <summary><c>value as Type</c> of one item, and <c>ofType(Type)</c>, which filters.</summary>
internal sealed class AsExpression(Expression subject, TypeSpecifier type, bool filters) : Expression
{
    public override void Evaluate(Evaluation e, in Scope scope, PathList output)
    {
        PathList items = e.Rent();
        subject.Evaluate(e, scope, items);
        if (!filters && items.Count > 1) throw new FhirPathException($"'as' takes a single item, found {items.Count}; use ofType() to filter (FHIRPath N1 6.3).");
        foreach (ref readonly PathValue item in items.Items)
        {
            if (type.Matches(e.Tables, item)) output.Add(item);
        }

        e.Return(items);
    }
}
