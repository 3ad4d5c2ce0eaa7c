using System.Text;

namespace Consortium.Fhir.Expressions.Functions;

/// <summary>
/// <c>startsWith</c>, <c>endsWith</c> and <c>contains</c> on the document's own bytes: in UTF-8 the bytes of a text stand within
/// another's just where its characters do.
/// </summary>
internal sealed class TextTestExpression(string name, Expression input, Expression wanted, FunctionExpression general) : BooleanExpression
{
    /// <summary>Bytes of the longest text made by the expression that is compared without going to the general function.</summary>
    private const int LongestMade = 512;

    private readonly char _test = name[0];
    private readonly byte[]? _literal = (wanted as LiteralExpression)?.Utf8;

    public override bool? Truth(Evaluation e, in Scope scope)
    {
        int count = input.Few(e, scope, out PathValue item);
        if (count == 0) return null;
        if (count == 1 && item.IsNode && Equality.IsText(item))
        {
            ReadOnlySpan<byte> text = item.Document.Value(item.NodeIndex);
            if (_literal is not null) return Test(text, _literal);
            int found = wanted.Few(e, scope, out PathValue other);
            if (found == 0) return null;
            if (found == 1 && other.IsNode && Equality.IsText(other)) return Test(text, other.Document.Value(other.NodeIndex));
            Span<byte> made = stackalloc byte[LongestMade];
            if (found == 1 && other.Kind == PathKind.String && Encoding.UTF8.TryGetBytes(other.String, made, out int length)) return Test(text, made[..length]);
        }

        PathList list = e.Rent();
        general.Evaluate(e, scope, list);
        bool? truth = Singleton.Truth(list);
        e.Return(list);
        return truth;
    }

    private bool Test(ReadOnlySpan<byte> text, ReadOnlySpan<byte> part) => _test switch
    {
        's' => text.StartsWith(part),
        'e' => text.EndsWith(part),
        _ => text.IndexOf(part) >= 0,
    };
}
