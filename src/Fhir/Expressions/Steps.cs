using System.Text;
using Consortium.Fhir.Definitions;
using Consortium.Fhir.Json;

namespace Consortium.Fhir.Expressions;

/// <summary>A literal, or <c>{}</c>.</summary>
internal sealed class LiteralExpression : Expression
{
    private readonly PathValue[] _values;

    private LiteralExpression(PathValue[] values)
    {
        _values = values;
        Absent = Absence.OfLiteral(Value);
        if (values is [{ Kind: PathKind.String }]) Utf8 = Encoding.UTF8.GetBytes(values[0].String);
    }

    public static LiteralExpression Empty { get; } = new([]);

    /// <summary>The bytes of a String literal, for comparing with the document's own bytes.</summary>
    public byte[]? Utf8 { get; }

    public PathValue? Value => _values.Length == 1 ? _values[0] : null;

    public static LiteralExpression Of(PathValue value) => new([value]);

    public override int Few(Evaluation e, in Scope scope, out PathValue first)
    {
        first = _values.Length > 0 ? _values[0] : default;
        return _values.Length;
    }

    public override void Evaluate(Evaluation e, in Scope scope, PathList output)
    {
        foreach (PathValue value in _values) output.Add(value);
    }
}

/// <summary><c>$this</c>, and the implied focus of a function without a path before it.</summary>
internal sealed class ThisExpression : Expression
{
    public override void Evaluate(Evaluation e, in Scope scope, PathList output) => output.Add(scope.Focus);

    public override int Few(Evaluation e, in Scope scope, out PathValue first)
    {
        first = scope.Focus;
        return 1;
    }

    public override bool Any(Evaluation e, in Scope scope) => true;
}

/// <summary><c>$index</c>.</summary>
internal sealed class IndexExpression : Expression
{
    public override void Evaluate(Evaluation e, in Scope scope, PathList output) => output.Add(PathValue.Of((long)scope.Index));
}

/// <summary><c>$total</c>.</summary>
internal sealed class TotalExpression : Expression
{
    public override void Evaluate(Evaluation e, in Scope scope, PathList output)
    {
        if (scope.Total is not null) output.AddRange(scope.Total);
    }
}

/// <summary><c>%name</c> (FHIR R4 fhirpath.html#variables).</summary>
internal sealed class VariableExpression(string name) : Expression
{
    private readonly Focus _focus = name switch { "resource" => Focus.Resource, "rootResource" => Focus.RootResource, "context" => Focus.Context, _ => Focus.Other };

    private enum Focus
    {
        Other,
        Resource,
        RootResource,
        Context,
    }

    public override int Few(Evaluation e, in Scope scope, out PathValue first)
    {
        if (_focus == Focus.Other) return base.Few(e, scope, out first);
        first = Of(e);
        return 1;
    }

    public override void Evaluate(Evaluation e, in Scope scope, PathList output)
    {
        if (_focus != Focus.Other)
        {
            output.Add(Of(e));
            return;
        }

        if (e.Variables is not null && PathVariables.Find(e.Variables, name) is { } defined)
        {
            foreach (PathValue value in defined) output.Add(value);
            return;
        }

        output.Add(name switch
        {
            "ucum" => PathValue.Of("http://unitsofmeasure.org"),
            "sct" => PathValue.Of("http://snomed.info/sct"),
            "loinc" => PathValue.Of("http://loinc.org"),
            _ when name.StartsWith("vs-", StringComparison.Ordinal) => PathValue.Of("http://hl7.org/fhir/ValueSet/" + name[3..]),
            _ when name.StartsWith("ext-", StringComparison.Ordinal) => PathValue.Of("http://hl7.org/fhir/StructureDefinition/" + name[4..]),
            _ => throw new FhirPathException($"There is no variable %{name}."),
        });
    }

    private PathValue Of(Evaluation e) => _focus switch { Focus.Resource => e.Resource, Focus.RootResource => e.RootResource, _ => e.Context };
}

/// <summary><c>path[index]</c>.</summary>
internal sealed class IndexerExpression(Expression input, Expression index) : Expression
{
    public override void Evaluate(Evaluation e, in Scope scope, PathList output)
    {
        if (!Singleton.TryInteger(index, e, scope, out long at)) return;
        PathList items = e.Rent();
        input.Evaluate(e, scope, items);
        if (at >= 0 && at < items.Count) output.Add(items[(int)at]);
        e.Return(items);
    }
}

/// <summary>Unary plus and minus.</summary>
internal sealed class PolarityExpression(Expression operand, bool minus) : Expression
{
    /// <summary>As a key of sort(): descending.</summary>
    public bool Descends => minus;

    public Expression Operand => operand;

    public override void Evaluate(Evaluation e, in Scope scope, PathList output)
    {
        if (!Singleton.TryEvaluate(operand, e, scope, out PathValue item)) return;
        if (!item.TrySystem(out PathValue value) || value.Kind is not (PathKind.Integer or PathKind.Decimal or PathKind.Quantity))
        {
            throw new FhirPathException("A sign stands before a number or a Quantity.");
        }

        output.Add(!minus ? value : value.Kind switch
        {
            PathKind.Integer => PathValue.Of(-value.Integer),
            PathKind.Decimal => PathValue.Of(-value.Decimal),
            _ => PathValue.Of(value.Quantity.WithNumber(-value.Quantity.Number)),
        });
    }
}
