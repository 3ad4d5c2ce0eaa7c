namespace Consortium.Fhir.Expressions.Functions;

/// <summary><c>matches()</c> with a literal pattern on the document's own bytes; what the automaton cannot tell goes to the general function.</summary>
internal sealed class MatchesExpression(Expression input, AsciiAutomaton automaton, FunctionExpression general) : BooleanExpression
{
    /// <summary>The quick form where the pattern has one.</summary>
    public static Expression Create(Expression input, string pattern, FunctionExpression general) =>
        AsciiAutomaton.Create(pattern) is { } automaton ? new MatchesExpression(input, automaton, general) : general;

    public override bool? Truth(Evaluation e, in Scope scope)
    {
        int count = input.Few(e, scope, out PathValue item);
        if (count == 0) return null;
        if (count == 1 && item.IsNode && Equality.IsText(item) && automaton.IsMatch(item.Document.Value(item.NodeIndex)) is { } match) return match;
        PathList list = e.Rent();
        general.Evaluate(e, scope, list);
        bool? truth = Singleton.Truth(list);
        e.Return(list);
        return truth;
    }
}
