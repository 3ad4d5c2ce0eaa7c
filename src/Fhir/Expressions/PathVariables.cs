namespace Consortium.Fhir.Expressions;

/// <summary>
/// A variable of <c>defineVariable()</c> and those defined before it. Immutable, so that a branch of an expression goes back to
/// what was defined around it by keeping the chain that it started with.
/// </summary>
internal sealed class PathVariables(string name, PathValue[] value, PathVariables? before)
{
    private const int Most = 100;

    private readonly int _count = (before?._count ?? 0) + 1;

    public static PathVariables Define(PathVariables? before, string name, PathList value)
    {
        if (Find(before, name) is not null) throw new FhirPathException("A variable is not defined twice (FHIRPath, defineVariable).");
        if (before?._count >= Most) throw new FhirPathException($"An expression defines at most {Most} variables.");
        return new(name, value.Items.ToArray(), before);
    }

    public static PathValue[]? Find(PathVariables? from, string wanted)
    {
        for (; from is not null; from = from.Before)
        {
            if (from.Name == wanted) return from.Value;
        }

        return null;
    }

    private string Name { get; } = name;

    private PathValue[] Value { get; } = value;

    private PathVariables? Before { get; } = before;
}

/// <summary>An operand or argument that defines variables: they are gone after it.</summary>
internal sealed class ScopedExpression(Expression inner) : Expression
{
    public override void Evaluate(Evaluation e, in Scope scope, PathList output)
    {
        PathVariables? outer = e.Variables;
        try
        {
            inner.Evaluate(e, scope, output);
        }
        finally
        {
            e.Variables = outer;
        }
    }
}
