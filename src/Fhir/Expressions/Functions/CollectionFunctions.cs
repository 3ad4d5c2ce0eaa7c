namespace Consortium.Fhir.Expressions.Functions;

/// <summary>Existence, filtering, subsetting and combining (FHIRPath N1 5.1 to 5.4, 5.10).</summary>
internal static class CollectionFunctions
{
    public static readonly Dictionary<string, (int, int, Function)> All = new(StringComparer.Ordinal)
    {
        ["allTrue"] = (0, 0, static (Evaluation e, in Scope s, PathList input, Expression[] a, PathList output) => output.Add(PathValue.Of(!AnyBoolean(input, false)))),
        ["anyTrue"] = (0, 0, static (Evaluation e, in Scope s, PathList input, Expression[] a, PathList output) => output.Add(PathValue.Of(AnyBoolean(input, true)))),
        ["allFalse"] = (0, 0, static (Evaluation e, in Scope s, PathList input, Expression[] a, PathList output) => output.Add(PathValue.Of(!AnyBoolean(input, true)))),
        ["anyFalse"] = (0, 0, static (Evaluation e, in Scope s, PathList input, Expression[] a, PathList output) => output.Add(PathValue.Of(AnyBoolean(input, false)))),
        ["subsetOf"] = (1, 1, static (Evaluation e, in Scope s, PathList input, Expression[] a, PathList output) => output.Add(PathValue.Of(Subset(e, s, input, a[0], reversed: false)))),
        ["supersetOf"] = (1, 1, static (Evaluation e, in Scope s, PathList input, Expression[] a, PathList output) => output.Add(PathValue.Of(Subset(e, s, input, a[0], reversed: true)))),
        ["distinct"] = (0, 0, static (Evaluation e, in Scope s, PathList input, Expression[] a, PathList output) => Distinct.Append(e, input, output)),
        ["isDistinct"] = (0, 0, IsDistinct),
        ["select"] = (1, 1, Select),
        ["repeat"] = (1, 1, Repeat),
        ["repeatAll"] = (1, 1, RepeatAll),
        ["coalesce"] = (1, 99, Coalesce),
        ["single"] = (0, 0, Single),
        ["first"] = (0, 0, static (Evaluation e, in Scope s, PathList input, Expression[] a, PathList output) => Slice(input, 0, 1, output)),
        ["last"] = (0, 0, static (Evaluation e, in Scope s, PathList input, Expression[] a, PathList output) => Slice(input, input.Count - 1, 1, output)),
        ["tail"] = (0, 0, static (Evaluation e, in Scope s, PathList input, Expression[] a, PathList output) => Slice(input, 1, int.MaxValue, output)),
        ["skip"] = (1, 1, Skip),
        ["take"] = (1, 1, Take),
        ["intersect"] = (1, 1, static (Evaluation e, in Scope s, PathList input, Expression[] a, PathList output) => Intersect(e, s, input, a[0], output)),
        ["exclude"] = (1, 1, static (Evaluation e, in Scope s, PathList input, Expression[] a, PathList output) => Exclude(e, s, input, a[0], output)),
        ["union"] = (1, 1, Union),
        ["combine"] = (1, 2, Combine),
        ["aggregate"] = (1, 2, Aggregate),
    };

    private static bool AnyBoolean(PathList input, bool wanted)
    {
        foreach (ref readonly PathValue item in input.Items)
        {
            if (!item.TrySystem(out PathValue value) || value.Kind != PathKind.Boolean) throw new FhirPathException("A collection of Booleans is expected.");
            if (value.Boolean == wanted) return true;
        }

        return false;
    }

    private static bool Subset(Evaluation e, in Scope scope, PathList input, Expression argument, bool reversed)
    {
        PathList other = e.Rent();
        argument.Evaluate(e, scope, other);
        (PathList part, PathList whole) = reversed ? (other, input) : (input, other);
        Distinct.Set set = SetOf(e, whole);
        bool all = true;
        foreach (ref readonly PathValue item in part.Items) all &= set.Contains(item);
        e.Return(other);
        return all;
    }

    private static Distinct.Set SetOf(Evaluation e, PathList items)
    {
        Distinct.Set set = new(e, items.Count);
        foreach (ref readonly PathValue item in items.Items) set.Add(item);
        return set;
    }

    private static void IsDistinct(Evaluation e, in Scope scope, PathList input, Expression[] arguments, PathList output)
    {
        output.Add(PathValue.Of(Distinct.All(e, input)));
    }

    private static void Select(Evaluation e, in Scope scope, PathList input, Expression[] arguments, PathList output)
    {
        for (int i = 0; i < input.Count; i++) arguments[0].Evaluate(e, new Scope(input[i], i, scope.Total), output);
    }

    private static void Repeat(Evaluation e, in Scope scope, PathList input, Expression[] arguments, PathList output)
    {
        // Each round projects what the last one added; what was found before is not added again, so that it ends.
        Distinct.Set found = new(e, 1000);
        PathList round = e.Rent(), next = e.Rent();
        round.AddRange(input);
        while (round.Count > 0)
        {
            for (int i = 0; i < round.Count; i++) arguments[0].Evaluate(e, new Scope(round[i], i, scope.Total), next);
            round.Clear();
            foreach (ref readonly PathValue item in next.Items)
            {
                if (!found.Add(item)) continue;
                e.Spend(1);
                round.Add(item);
                output.Add(item);
            }

            next.Clear();
        }

        e.Return(next);
        e.Return(round);
    }

    /// <summary>As repeat(), with duplicates; what projects itself for ever meets the limit of work.</summary>
    private static void RepeatAll(Evaluation e, in Scope scope, PathList input, Expression[] arguments, PathList output)
    {
        PathList round = e.Rent(), next = e.Rent();
        round.AddRange(input);
        while (round.Count > 0)
        {
            for (int i = 0; i < round.Count; i++) arguments[0].Evaluate(e, new Scope(round[i], i, scope.Total), next);
            // Each item kept costs more than one looked at, so that the memory is bounded as well.
            e.Spend(next.Count * 10 + 10);
            output.AddRange(next);
            (round, next) = (next, round);
            next.Clear();
        }

        e.Return(next);
        e.Return(round);
    }

    /// <summary>The first argument that is not empty; those after it are not evaluated.</summary>
    private static void Coalesce(Evaluation e, in Scope scope, PathList input, Expression[] arguments, PathList output)
    {
        for (int i = 0; i < arguments.Length && output.Count == 0; i++) arguments[i].Evaluate(e, scope, output);
    }

    private static void Single(Evaluation e, in Scope scope, PathList input, Expression[] arguments, PathList output)
    {
        if (Singleton.TryTake(input, out PathValue value)) output.Add(value);
    }

    private static void Slice(PathList input, int start, int length, PathList output)
    {
        for (int i = Math.Max(0, start); i < input.Count && (long)i - start < length; i++) output.Add(input[i]);
    }

    private static void Skip(Evaluation e, in Scope scope, PathList input, Expression[] arguments, PathList output)
    {
        if (Singleton.TryInteger(arguments[0], e, scope, out long count)) Slice(input, (int)Math.Clamp(count, 0, int.MaxValue), int.MaxValue, output);
    }

    private static void Take(Evaluation e, in Scope scope, PathList input, Expression[] arguments, PathList output)
    {
        if (Singleton.TryInteger(arguments[0], e, scope, out long count)) Slice(input, 0, (int)Math.Clamp(count, 0, int.MaxValue), output);
    }

    private static void Intersect(Evaluation e, in Scope scope, PathList input, Expression argument, PathList output)
    {
        PathList other = e.Rent();
        argument.Evaluate(e, scope, other);
        Distinct.Set wanted = SetOf(e, other), taken = new(e, input.Count);
        foreach (ref readonly PathValue item in input.Items)
        {
            if (wanted.Contains(item) && taken.Add(item)) output.Add(item);
        }

        e.Return(other);
    }

    private static void Exclude(Evaluation e, in Scope scope, PathList input, Expression argument, PathList output)
    {
        PathList other = e.Rent();
        argument.Evaluate(e, scope, other);
        Distinct.Set unwanted = SetOf(e, other);
        foreach (ref readonly PathValue item in input.Items)
        {
            if (!unwanted.Contains(item)) output.Add(item);
        }

        e.Return(other);
    }

    private static void Union(Evaluation e, in Scope scope, PathList input, Expression[] arguments, PathList output)
    {
        PathList all = e.Rent();
        all.AddRange(input);
        arguments[0].Evaluate(e, scope, all);
        Distinct.Append(e, all, output);
        e.Return(all);
    }

    private static void Combine(Evaluation e, in Scope scope, PathList input, Expression[] arguments, PathList output)
    {
        output.AddRange(input);
        arguments[0].Evaluate(e, scope, output);
    }

    private static void Aggregate(Evaluation e, in Scope scope, PathList input, Expression[] arguments, PathList output)
    {
        PathList total = e.Rent(), next = e.Rent();
        if (arguments.Length > 1) arguments[1].Evaluate(e, scope, total);
        for (int i = 0; i < input.Count; i++)
        {
            arguments[0].Evaluate(e, new Scope(input[i], i, total), next);
            total.Clear();
            total.AddRange(next);
            next.Clear();
        }

        output.AddRange(total);
        e.Return(next);
        e.Return(total);
    }
}
