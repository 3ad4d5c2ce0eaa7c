namespace Consortium.Fhir.Expressions.Functions;

/// <summary>
/// <c>startsWith</c>, <c>endsWith</c> and <c>contains</c> of a literal text, on the document's own bytes: in UTF-8 the bytes of a
/// text stand within another's just where its characters do.
/// </summary>
internal sealed class TextTestExpression(string name, Expression input, LiteralExpression literal, FunctionExpression general) : BooleanExpression
{
    private readonly char _test = name[0];
    private readonly byte[] _literal = literal.Utf8!;

    public override bool? Truth(Evaluation e, in Scope scope)
    {
        int count = input.Few(e, scope, out PathValue item);
        if (count == 0) return null;
        if (count == 1 && item.IsNode && Equality.IsText(item))
        {
            ReadOnlySpan<byte> text = item.Document.Value(item.NodeIndex);
            return _test switch
            {
                's' => text.StartsWith(_literal),
                'e' => text.EndsWith(_literal),
                _ => text.IndexOf(_literal) >= 0,
            };
        }

        PathList list = e.Rent();
        general.Evaluate(e, scope, list);
        bool? truth = Singleton.Truth(list);
        e.Return(list);
        return truth;
    }
}
