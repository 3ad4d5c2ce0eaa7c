namespace Consortium.Adapters.Narrative;

/// <summary>A term found in a text.</summary>
internal readonly record struct TermMatch<T>(int Start, int Length, T Value)
{
    public int End => Start + Length;
}

/// <summary>
/// Finds all terms of a lexicon in one pass over a text, however many terms there are (A. Aho, M. Corasick, Comm. ACM 18, 1975).
/// Immutable, so any number of threads may search at once.
/// </summary>
internal sealed class AhoCorasick<T>
{
    // A node is a number; an edge is keyed by node and character. One dictionary holds all edges: a lexicon of Chinese terms is wide at the root and thin below.
    private readonly Dictionary<long, int> _edges = [];
    private readonly List<int> _fail = [0];
    private readonly List<int> _term = [-1];
    private readonly List<int> _nextTerm = [-1];
    private readonly List<(int Length, T Value)> _terms = [];

    /// <summary>Builds the automaton; of two equal terms the first wins.</summary>
    public AhoCorasick(IEnumerable<KeyValuePair<string, T>> terms)
    {
        foreach ((string term, T value) in terms) Add(term, value);
        Link();
    }

    /// <summary>Every occurrence, overlapping ones too, by end.</summary>
    public List<TermMatch<T>> FindAll(ReadOnlySpan<char> text)
    {
        List<TermMatch<T>> found = [];
        int node = 0;
        for (int i = 0; i < text.Length; i++)
        {
            node = Step(node, text[i]);
            for (int at = _term[node] >= 0 ? node : _nextTerm[node]; at > 0; at = _nextTerm[at])
            {
                (int length, T value) = _terms[_term[at]];
                found.Add(new TermMatch<T>(i + 1 - length, length, value));
            }
        }

        return found;
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

    private int Step(int node, char c)
    {
        while (true)
        {
            if (_edges.TryGetValue(Key(node, c), out int next)) return next;
            if (node == 0) return 0;
            node = _fail[node];
        }
    }

    private void Add(string term, T value)
    {
        if (term.Length == 0) return;
        int node = 0;
        foreach (char c in term)
        {
            if (!_edges.TryGetValue(Key(node, c), out int next))
            {
                next = _fail.Count;
                _edges.Add(Key(node, c), next);
                _fail.Add(0);
                _term.Add(-1);
                _nextTerm.Add(-1);
            }

            node = next;
        }

        if (_term[node] >= 0) return;
        _term[node] = _terms.Count;
        _terms.Add((term.Length, value));
    }

    private void Link()
    {
        // Breadth first: nodes get their numbers depth first, so the edges are sorted by depth.
        List<(int From, char C, int To)>[] byDepth = ByDepth();
        foreach (List<(int From, char C, int To)> level in byDepth)
        {
            foreach ((int from, char c, int to) in level)
            {
                if (from != 0)
                {
                    int fail = _fail[from];
                    int next;
                    while (!_edges.TryGetValue(Key(fail, c), out next) && fail != 0) fail = _fail[fail];
                    _fail[to] = next;
                }

                _nextTerm[to] = _term[_fail[to]] >= 0 ? _fail[to] : _nextTerm[_fail[to]];
            }
        }
    }

    private List<(int From, char C, int To)>[] ByDepth()
    {
        int[] depth = new int[_fail.Count];
        List<(int From, char C, int To)> edges = [.. _edges.Select(edge => ((int)(edge.Key >> 16), (char)(edge.Key & 0xFFFF), edge.Value))];
        edges.Sort(static (a, b) => a.To.CompareTo(b.To));
        int deepest = 0;
        foreach ((int from, char _, int to) in edges)
        {
            depth[to] = depth[from] + 1;
            deepest = Math.Max(deepest, depth[to]);
        }

        var levels = new List<(int From, char C, int To)>[deepest];
        for (int i = 0; i < deepest; i++) levels[i] = [];
        foreach ((int from, char c, int to) edge in edges) levels[depth[edge.to] - 1].Add(edge);
        return levels;
    }

    private static long Key(int node, char c) => ((long)node << 16) | c;
}
