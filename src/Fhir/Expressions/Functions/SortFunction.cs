namespace Consortium.Fhir.Expressions.Functions;

/// <summary><c>sort(key…)</c>: ascending by each key, descending where the key starts with a minus sign; empty keys come first.</summary>
internal static class SortFunction
{
    public static readonly Dictionary<string, (int, int, Function)> All = new(StringComparer.Ordinal) { ["sort"] = (0, 20, Sort) };

    private static void Sort(Evaluation e, in Scope scope, PathList input, Expression[] arguments, PathList output)
    {
        (PathValue Item, PathValue?[] Keys)[] rows = new (PathValue, PathValue?[])[input.Count];
        for (int i = 0; i < rows.Length; i++)
        {
            PathValue?[] keys = arguments.Length == 0 ? [input[i]] : new PathValue?[arguments.Length];
            for (int k = 0; k < arguments.Length; k++)
            {
                Expression key = arguments[k] is PolarityExpression { Descends: true } minus ? minus.Operand : arguments[k];
                keys[k] = Singleton.TryEvaluate(key, e, new Scope(input[i], i, scope.Total), out PathValue value) ? value : null;
            }

            rows[i] = (input[i], keys);
        }

        // OrderBy keeps the order of equals.
        foreach ((PathValue item, _) in rows.OrderBy(r => r.Keys, Comparer<PathValue?[]>.Create((a, b) => Compare(a, b, arguments)))) output.Add(item);
    }

    private static int Compare(PathValue?[] a, PathValue?[] b, Expression[] arguments)
    {
        for (int k = 0; k < a.Length; k++)
        {
            if (a[k] is not { } x || b[k] is not { } y)
            {
                if (a[k].HasValue == b[k].HasValue) continue;
                return a[k].HasValue ? 1 : -1;
            }

            int order = Ordering.Compare(x, y) ?? 0;
            if (order != 0) return arguments.Length > k && arguments[k] is PolarityExpression { Descends: true } ? -order : order;
        }

        return 0;
    }
}
