namespace Consortium.Fhir.Expressions.Typing;

/// <summary>
/// An expression as written, for checking it against the model. <see cref="At"/> is its position, from 0; <see cref="Height"/>
/// how deep evaluating it nests.
/// </summary>
internal abstract record PathSyntax(int At, int Height)
{
    /// <summary>Whether it is the same whatever <c>$this</c> is.</summary>
    public abstract bool IsSettled { get; }

    protected static int Above(PathSyntax? part) => (part?.Height ?? 0) + 1;

    protected static int Above(PathSyntax? part, PathSyntax other) => Math.Max(Above(part), Above(other));

    protected static int Above(PathSyntax? part, IReadOnlyList<PathSyntax> others) => others.Aggregate(Above(part), static (height, other) => Math.Max(height, Above(other)));
}

/// <summary>A literal; the value is null for <c>{}</c>.</summary>
internal sealed record LiteralSyntax(int At, PathValue? Value) : PathSyntax(At, 1)
{
    public override bool IsSettled => true;
}

/// <summary><c>%name</c>.</summary>
internal sealed record VariableSyntax(int At, string Name) : PathSyntax(At, 1)
{
    public override bool IsSettled => true;
}

/// <summary><c>$this</c>, <c>$index</c> or <c>$total</c>.</summary>
internal sealed record SpecialSyntax(int At, string Name) : PathSyntax(At, 1)
{
    public override bool IsSettled => false;
}

/// <summary>A step by name; the input is null at the start of a path.</summary>
internal sealed record ChildSyntax(int At, PathSyntax? Input, string Name) : PathSyntax(At, Above(Input))
{
    public override bool IsSettled { get; } = Input is { IsSettled: true };
}

/// <summary><c>input[index]</c>.</summary>
internal sealed record IndexerSyntax(int At, PathSyntax Input, PathSyntax Index) : PathSyntax(At, Above(Input, Index))
{
    public override bool IsSettled { get; } = Input.IsSettled && Index.IsSettled;
}

/// <summary>A function call; the input is null at the start of a path.</summary>
internal sealed record FunctionSyntax(int At, PathSyntax? Input, string Name, IReadOnlyList<PathSyntax> Arguments) : PathSyntax(At, Above(Input, Arguments))
{
    public override bool IsSettled { get; } = Input is { IsSettled: true } && Arguments.All(static a => a.IsSettled);
}

/// <summary><c>is</c>, <c>as</c> and <c>ofType</c>, as operators or functions; the input is null at the start of a path.</summary>
internal sealed record TypeSyntax(int At, PathSyntax? Input, string Operation, TypeSpecifier Type) : PathSyntax(At, Above(Input))
{
    public override bool IsSettled { get; } = Input is { IsSettled: true };
}

/// <summary>A binary operator.</summary>
internal sealed record BinarySyntax(int At, string Operator, PathSyntax Left, PathSyntax Right) : PathSyntax(At, Above(Left, Right))
{
    public override bool IsSettled { get; } = Left.IsSettled && Right.IsSettled;
}

/// <summary>A sign.</summary>
internal sealed record PolaritySyntax(int At, PathSyntax Operand) : PathSyntax(At, Above(Operand))
{
    public override bool IsSettled { get; } = Operand.IsSettled;
}
