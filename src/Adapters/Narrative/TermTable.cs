namespace Consortium.Adapters.Narrative;

/// <summary>A term found in a text.</summary>
internal readonly record struct TermMatch<T>(int Start, int Length, T Value)
{
    public int End => Start + Length;
}

/// <summary>
/// Finds all terms of a small table in one pass over a text, with the value of each.
/// Immutable, so any number of threads may search at once.
/// </summary>
internal sealed class TermTable<T>
{
    private readonly (string Term, T Value)[] _terms;
    private readonly TermAutomaton _automaton;

    /// <summary>Builds the automaton; of two equal terms the first wins.</summary>
    public TermTable(IEnumerable<KeyValuePair<string, T>> terms)
    {
        _terms = [.. terms.Where(term => term.Key.Length > 0).DistinctBy(term => term.Key, StringComparer.Ordinal)
            .OrderBy(term => term.Key, StringComparer.Ordinal).Select(term => (term.Key, term.Value))];
        _automaton = new TermAutomaton(_terms.Select(term => term.Term).ToArray());
    }

    /// <summary>Every occurrence, overlapping ones too, by end.</summary>
    public List<TermMatch<T>> FindAll(ReadOnlySpan<char> text)
    {
        var sink = new Sink(_terms, []);
        _automaton.FindAll(text, 0, ref sink);
        return sink.Matches;
    }

    /// <summary>The occurrences that do not overlap: the leftmost first, of those that start together the longest.</summary>
    public List<TermMatch<T>> FindLongest(ReadOnlySpan<char> text) => Longest(FindAll(text));

    /// <summary>Leaves out of matches those that overlap an earlier or, from the same start, a longer one.</summary>
    public static List<TermMatch<T>> Longest(List<TermMatch<T>> matches)
    {
        matches.Sort(static (a, b) => a.Start != b.Start ? a.Start.CompareTo(b.Start) : b.Length.CompareTo(a.Length));
        List<TermMatch<T>> kept = [];
        int end = 0;
        foreach (TermMatch<T> match in matches)
        {
            if (match.Start < end) continue;
            kept.Add(match);
            end = match.End;
        }

        return kept;
    }

    private readonly struct Sink((string Term, T Value)[] terms, List<TermMatch<T>> matches) : ITermSink
    {
        public List<TermMatch<T>> Matches => matches;

        public void Found(int end, int first, int count)
        {
            (string term, T value) = terms[first];
            matches.Add(new TermMatch<T>(end - term.Length, term.Length, value));
        }
    }
}
