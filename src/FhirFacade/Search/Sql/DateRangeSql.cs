using System.Globalization;
using Consortium.FhirFacade.Search.Indexing;
using Consortium.FhirFacade.Search.Query;

namespace Consortium.FhirFacade.Search.Sql;

/// <summary>
/// Where in the index of dates the values of a search stand. Each comparison bounds the beginning of a value, its end, or both; an end bounds the beginning as well, by the
/// longest interval of each class (<see cref="DateSpan"/>). So a search between two dates reads the rows between them.
/// </summary>
internal static class DateRangeSql
{
    /// <summary>True where the comparisons say anything about where to look.</summary>
    public static bool IsBounded(IEnumerable<Compared<Interval>> all) => all.Any(one => one.How != Comparison.NotEqual);

    /// <summary>True where they say where to begin and where to stop.</summary>
    public static bool IsBetween(IEnumerable<Compared<Interval>> all)
    {
        (long from, long to, long end) = Bounds([.. all]);
        return to < long.MaxValue && (from > long.MinValue || end > long.MinValue);
    }

    /// <summary>The table to begin with, and the condition that keeps its rows to the bounds.</summary>
    public static (string Table, string Holds) Begin(IReadOnlyList<Compared<Interval>> all, string row, SqlParameters parameters)
    {
        (long from, long to, long end) = Bounds(all);
        string classes = parameters.Alias(), below = parameters.Add(to);
        IEnumerable<string> bounds = DateSpan.Longest.Select((longest, span) =>
        {
            // It ends beyond `end` and is no longer than `longest`: it begins beyond `end - longest`.
            long first = end == long.MinValue || longest == long.MaxValue || end < long.MinValue + longest ? from : Math.Max(from, end - longest);
            return string.Create(CultureInfo.InvariantCulture, $"SELECT {span} AS span, CAST({parameters.Add(first)} AS BIGINT) AS first");
        });
        return ($"({string.Join(" UNION ALL ", bounds)}) {classes} CROSS JOIN search_date", $"{row}.span = {classes}.span AND {row}.low >= {classes}.first AND {row}.low < CAST({below} AS BIGINT)");
    }

    /// <summary>What the comparisons say of a column that holds moments, in a form that an index serves; empty where they bound nothing.</summary>
    public static string Moments(IReadOnlyList<Compared<Interval>> all, string column, SqlParameters parameters)
    {
        (long from, long to, long end) = Bounds(all);
        long first = Math.Max(from, end);
        return (first > long.MinValue ? $"{column} >= {parameters.Add(first)} AND " : "") + (to < long.MaxValue ? $"{column} < {parameters.Add(to)} AND " : "");
    }

    // The beginning is at or after From and before To; the end is after End.
    private static (long From, long To, long End) Bounds(IReadOnlyList<Compared<Interval>> all)
    {
        (long from, long to, long end) = (long.MinValue, long.MaxValue, long.MinValue);
        foreach (Compared<Interval> one in all)
        {
            Interval with = one.With;
            switch (one.How)
            {
                case Comparison.Equal:
                    (from, to) = (Math.Max(from, with.From), Math.Min(to, with.To));
                    break;
                case Comparison.Greater:
                    end = Math.Max(end, with.To);
                    break;
                case Comparison.GreaterOrEqual:
                    end = Math.Max(end, with.From);
                    break;
                case Comparison.Less or Comparison.EndsBefore:
                    to = Math.Min(to, with.From);
                    break;
                case Comparison.LessOrEqual:
                    to = Math.Min(to, with.To);
                    break;
                case Comparison.StartsAfter:
                    from = Math.Max(from, with.To);
                    break;
                case Comparison.Approximate or Comparison.Overlaps:
                    (to, end) = (Math.Min(to, with.To), Math.Max(end, with.From));
                    break;
            }
        }

        return (from, to, end);
    }
}
