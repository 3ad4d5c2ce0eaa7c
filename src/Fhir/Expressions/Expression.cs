namespace Consortium.Fhir.Expressions;

/// <summary>
/// A compiled FHIRPath expression. Evaluation appends to a list; the Boolean and existence forms answer without building
/// one where they can, which is what invariants mostly ask for.
/// </summary>
internal abstract class Expression
{
    /// <summary>What it gives where the focus lacks some children. Only for an expression in the outermost scope of one that was parsed for a type.</summary>
    public Absence Absent { get; set; }

    /// <summary><see cref="Truth"/>, without evaluating where the children that the focus has already tell.</summary>
    public bool? Decide(Evaluation e, in Scope scope) =>
        Absent.Value != Known.Unknown && (e.Present & Absent.Children) == 0 ? Absent.Truth : Truth(e, scope);

    public abstract void Evaluate(Evaluation e, in Scope scope, PathList output);

    /// <summary>The value in a Boolean context (FHIRPath N1 4.5): null is empty; any other single item counts as true.</summary>
    public virtual bool? Truth(Evaluation e, in Scope scope)
    {
        PathList list = e.Rent();
        Evaluate(e, scope, list);
        bool? truth = Singleton.Truth(list);
        e.Return(list);
        return truth;
    }

    /// <summary>The first item and whether there are none, one or more (0, 1, 2): what single-valued operands need, without a list where it can be had without.</summary>
    public virtual int Few(Evaluation e, in Scope scope, out PathValue first)
    {
        PathList list = e.Rent();
        Evaluate(e, scope, list);
        int count = list.Count;
        first = count > 0 ? list[0] : default;
        e.Return(list);
        return Math.Min(count, 2);
    }

    /// <summary>The first item, without collecting the others where it can be had so; false where there is none.</summary>
    public virtual bool First(Evaluation e, in Scope scope, out PathValue first) => Few(e, scope, out first) > 0;

    /// <summary>Whether there is any item.</summary>
    public virtual bool Any(Evaluation e, in Scope scope)
    {
        PathList list = e.Rent();
        Evaluate(e, scope, list);
        bool any = list.Count > 0;
        e.Return(list);
        return any;
    }
}

/// <summary>An expression whose value is a single Boolean or empty: subclasses say only the truth.</summary>
internal abstract class BooleanExpression : Expression
{
    public abstract override bool? Truth(Evaluation e, in Scope scope);

    public sealed override void Evaluate(Evaluation e, in Scope scope, PathList output)
    {
        if (Truth(e, scope) is { } truth) output.Add(PathValue.Of(truth));
    }

    public sealed override bool Any(Evaluation e, in Scope scope) => Truth(e, scope) is not null;
}

/// <summary>Reads single items out of collections.</summary>
internal static class Singleton
{
    public static bool? Truth(PathList list)
    {
        if (list.Count == 0) return null;
        if (list.Count > 1) throw new FhirPathException($"A single item is expected where there are {list.Count} (FHIRPath N1 4.5).");
        return Truth(list[0]);
    }

    /// <summary>A single item that is no Boolean counts as true.</summary>
    public static bool Truth(in PathValue item) => !item.TrySystem(out PathValue value) || value.Kind != PathKind.Boolean || value.Boolean;

    /// <summary>The only item; false for an empty collection.</summary>
    public static bool TryTake(PathList list, out PathValue value)
    {
        value = default;
        if (list.Count == 0) return false;
        if (list.Count > 1) throw new FhirPathException($"A single item is expected where there are {list.Count} (FHIRPath N1 4.5).");
        value = list[0];
        return true;
    }

    /// <summary>Evaluates to a single item; false for empty.</summary>
    public static bool TryEvaluate(Expression expression, Evaluation e, in Scope scope, out PathValue value)
    {
        int count = expression.Few(e, scope, out value);
        if (count > 1) throw new FhirPathException("A single item is expected where there are several (FHIRPath N1 4.5).");
        return count > 0;
    }

    /// <summary>Evaluates to a single String; false for empty.</summary>
    public static bool TryText(Expression expression, Evaluation e, in Scope scope, out string text)
    {
        text = string.Empty;
        if (!TryEvaluate(expression, e, scope, out PathValue value)) return false;
        return value.TryText(out text) ? true : throw new FhirPathException("A String is expected.");
    }

    /// <summary>Evaluates to a single Integer; false for empty.</summary>
    public static bool TryInteger(Expression expression, Evaluation e, in Scope scope, out long number)
    {
        number = 0;
        if (!TryEvaluate(expression, e, scope, out PathValue value)) return false;
        return value.TryInteger(out number) ? true : throw new FhirPathException("An Integer is expected.");
    }
}
