namespace Consortium.Fhir.Expressions;

/// <summary>A part of a criterion that does not look at the item: evaluated once for all items of an evaluation.</summary>
internal sealed class SettledExpression(Expression part) : Expression
{
    public override void Evaluate(Evaluation e, in Scope scope, PathList output) => output.AddRange(e.Settle(part, scope));

    public override bool? Truth(Evaluation e, in Scope scope) => Singleton.Truth(e.Settle(part, scope));

    public override int Few(Evaluation e, in Scope scope, out PathValue first)
    {
        PathList settled = e.Settle(part, scope);
        first = settled.Count > 0 ? settled[0] : default;
        return Math.Min(settled.Count, 2);
    }

    public override bool Any(Evaluation e, in Scope scope) => e.Settle(part, scope).Count > 0;
}

/// <summary>The same of a part that is a Boolean.</summary>
internal sealed class SettledTruthExpression(BooleanExpression part) : BooleanExpression
{
    public override bool? Truth(Evaluation e, in Scope scope) => Singleton.Truth(e.Settle(part, scope));
}
