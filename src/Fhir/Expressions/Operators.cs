namespace Consortium.Fhir.Expressions;

/// <summary>Makes the expression of a binary operator.</summary>
internal static class Operators
{
    public static Expression Create(string op, Expression left, Expression right)
    {
        Expression expression = Of(op, left, right);
        expression.Absent = Absence.OfOperator(op, left.Absent, right.Absent);
        return expression;
    }

    private static Expression Of(string op, Expression left, Expression right) => op switch
    {
        "and" or "or" or "xor" or "implies" => new LogicExpression(op, left, right),
        "=" => new EqualityExpression(left, right, negated: false),
        "!=" => new EqualityExpression(left, right, negated: true),
        "~" => new EquivalenceExpression(left, right, negated: false),
        "!~" => new EquivalenceExpression(left, right, negated: true),
        "<" or "<=" or ">" or ">=" => new ComparisonExpression(op, left, right),
        "in" => new MembershipExpression(left, right),
        "contains" => new MembershipExpression(right, left),
        "|" => new UnionExpression(left, right),
        _ => new ArithmeticExpression(op, left, right),
    };
}

/// <summary>Three-valued logic (FHIRPath N1 6.5). The right side is not evaluated where the left decides.</summary>
internal sealed class LogicExpression(string op, Expression left, Expression right) : BooleanExpression
{
    private readonly char _op = op[0];

    public override bool? Truth(Evaluation e, in Scope scope)
    {
        bool? a = left.Decide(e, scope);
        switch (_op)
        {
            case 'a' when a == false:
                return false;
            case 'o' when a == true:
                return true;
            case 'i' when a == false:
                return true;
            case 'x' when a is null:
                return null;
        }

        bool? b = right.Decide(e, scope);
        return _op switch
        {
            'a' => a & b,
            'o' => a | b,
            'x' => a ^ b,
            _ => !a | b,
        };
    }
}

/// <summary><c>=</c> and <c>!=</c>.</summary>
internal sealed class EqualityExpression(Expression left, Expression right, bool negated) : BooleanExpression
{
    private readonly byte[]? _literal = (right as LiteralExpression)?.Utf8;
    private readonly PathValue _literalValue = (right as LiteralExpression)?.Value ?? default;

    public override bool? Truth(Evaluation e, in Scope scope)
    {
        if (left is BooleanExpression && right is BooleanExpression)
        {
            bool? same = left.Decide(e, scope) is { } x && right.Decide(e, scope) is { } y ? x == y : null;
            return negated ? !same : same;
        }

        bool? equal;
        if (_literal is not null)
        {
            equal = left.Few(e, scope, out PathValue one) switch
            {
                0 => null,
                1 => Equality.TryEqualsText(one, _literal, out bool equalText) ? equalText : Equality.Equal(e, one, _literalValue),
                _ => false,
            };
            return negated ? !equal : equal;
        }

        PathList a = e.Rent(), b = e.Rent();
        left.Evaluate(e, scope, a);
        right.Evaluate(e, scope, b);
        equal = Equality.Equal(e, a, b);
        e.Return(b);
        e.Return(a);
        return negated ? !equal : equal;
    }
}

/// <summary><c>~</c> and <c>!~</c>.</summary>
internal sealed class EquivalenceExpression(Expression left, Expression right, bool negated) : BooleanExpression
{
    public override bool? Truth(Evaluation e, in Scope scope)
    {
        PathList a = e.Rent(), b = e.Rent();
        left.Evaluate(e, scope, a);
        right.Evaluate(e, scope, b);
        bool equivalent = Equality.Equivalent(e, a, b);
        e.Return(b);
        e.Return(a);
        return equivalent != negated;
    }
}

/// <summary>Ordering (FHIRPath N1 6.2).</summary>
internal sealed class ComparisonExpression(string op, Expression left, Expression right) : BooleanExpression
{
    public override bool? Truth(Evaluation e, in Scope scope)
    {
        if (!Singleton.TryEvaluate(left, e, scope, out PathValue a) || !Singleton.TryEvaluate(right, e, scope, out PathValue b)) return null;
        return Ordering.Compare(a, b) is { } order ? Holds(order) : null;
    }

    private bool Holds(int order) => op switch
    {
        "<" => order < 0,
        "<=" => order <= 0,
        ">" => order > 0,
        _ => order >= 0,
    };
}

/// <summary><c>in</c>; <c>contains</c> with its sides exchanged (FHIRPath N1 6.4).</summary>
internal sealed class MembershipExpression(Expression element, Expression collection) : BooleanExpression
{
    public override bool? Truth(Evaluation e, in Scope scope)
    {
        if (!Singleton.TryEvaluate(element, e, scope, out PathValue wanted)) return null;
        PathList items = e.Rent();
        collection.Evaluate(e, scope, items);
        bool found = false;
        foreach (ref readonly PathValue item in items.Items)
        {
            if (Equality.Equal(e, item, wanted) == true)
            {
                found = true;
                break;
            }
        }

        e.Return(items);
        return found;
    }
}

/// <summary><c>|</c>: both sides without duplicates.</summary>
internal sealed class UnionExpression(Expression left, Expression right) : Expression
{
    public override void Evaluate(Evaluation e, in Scope scope, PathList output)
    {
        PathList all = e.Rent();
        left.Evaluate(e, scope, all);
        right.Evaluate(e, scope, all);
        Distinct.Append(e, all, output);
        e.Return(all);
    }
}
