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

        foreach ((PathValue item, _) in Merged(rows, arguments)) output.Add(item);
    }

    /// <summary>
    /// A merge sort: it keeps the order of equals, ends whatever the comparisons say (dates of different precision have no
    /// consistent order), and lets an error of a comparison through as it is.
    /// </summary>
    private static (PathValue Item, PathValue?[] Keys)[] Merged((PathValue Item, PathValue?[] Keys)[] rows, Expression[] arguments)
    {
        (PathValue, PathValue?[])[] target = new (PathValue, PathValue?[])[rows.Length];
        for (int width = 1; width < rows.Length; width *= 2)
        {
            for (int start = 0; start < rows.Length; start += 2 * width)
            {
                int left = start, middle = Math.Min(start + width, rows.Length), right = middle, end = Math.Min(start + (2 * width), rows.Length);
                for (int at = start; at < end; at++)
                {
                    bool takeLeft = left < middle && (right >= end || Compare(rows[left].Keys, rows[right].Keys, arguments) <= 0);
                    target[at] = takeLeft ? rows[left++] : rows[right++];
                }
            }

            (rows, target) = (target, rows);
        }

        return rows;
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
