namespace Consortium.Adapters.Narrative;

/// <summary>Takes what an automaton finds.</summary>
internal interface ITermSink
{
    /// <summary>Terms end here.</summary>
    /// <param name="end">The character after their last one.</param>
    /// <param name="first">The first of the equal terms, in the order in which the automaton got them.</param>
    /// <param name="count">How many equal terms there are.</param>
    void Found(int end, int first, int count);
}

/// <summary>
/// Finds every term in one pass over a text, however many terms there are (A. Aho, M. Corasick, Comm. ACM 18, 1975).
/// Nodes are numbered breadth first over the sorted terms, so the children of a node stand side by side and a node is a few numbers in arrays.
/// Immutable, so any number of threads may search at once.
/// </summary>
internal sealed class TermAutomaton
{
    private readonly int[] _root = new int[char.MaxValue + 1];
    private readonly char[] _label;
    private readonly int[] _firstChild; // those of node n: from _firstChild[n] to _firstChild[n + 1]
    private readonly int[] _fail;
    private readonly int[] _firstTerm; // those of node n: from _firstTerm[n] on, as many as _termCount[n]
    private readonly int[] _termCount;
    private readonly int[] _shorter; // the next node on the chain of fails where a term ends; 0 for none

    /// <summary>Builds the automaton.</summary>
    /// <param name="sorted">The terms in ordinal order, none empty; equal ones stand side by side.</param>
    public TermAutomaton(ReadOnlySpan<string> sorted)
    {
        (_label, _firstChild, _firstTerm, _termCount) = Trie(sorted);
        _fail = new int[_label.Length];
        _shorter = new int[_label.Length];
        Link();
    }

    /// <summary>Tells every occurrence, overlapping ones too, by end and of one end the longest first.</summary>
    public void FindAll<TSink>(ReadOnlySpan<char> text, int start, ref TSink sink)
        where TSink : struct, ITermSink
    {
        int node = 0;
        for (int i = start; i < text.Length; i++)
        {
            char c = text[i];
            int next;
            while ((next = Child(node, c)) == 0 && node != 0) node = _fail[node];
            node = next;
            for (int at = _termCount[node] > 0 ? node : _shorter[node]; at != 0; at = _shorter[at]) sink.Found(i + 1, _firstTerm[at], _termCount[at]);
        }
    }

    private int Child(int node, char c)
    {
        if (node == 0) return _root[c];
        int low = _firstChild[node], high = _firstChild[node + 1] - 1;
        while (low <= high)
        {
            int middle = (low + high) >> 1;
            char label = _label[middle];
            if (label == c) return middle;
            if (label < c) low = middle + 1;
            else high = middle - 1;
        }

        return 0;
    }

    private static (char[] Label, int[] FirstChild, int[] FirstTerm, int[] TermCount) Trie(ReadOnlySpan<string> terms)
    {
        List<char> label = ['\0'];
        List<int> firstChild = [], firstTerm = [], termCount = [];
        // Each node stands for the terms of a range that share its letters.
        List<(int From, int To)> level = [(0, terms.Length)];
        for (int depth = 0; level.Count > 0; depth++)
        {
            List<(int From, int To)> below = [];
            int children = label.Count;
            foreach ((int from, int to) in level)
            {
                int at = from;
                while (at < to && terms[at].Length == depth) at++;
                firstTerm.Add(from);
                termCount.Add(at - from);
                firstChild.Add(children);
                while (at < to)
                {
                    char c = terms[at][depth];
                    int next = at + 1;
                    while (next < to && terms[next][depth] == c) next++;
                    label.Add(c);
                    below.Add((at, next));
                    children++;
                    at = next;
                }
            }

            level = below;
        }

        firstChild.Add(label.Count);
        return ([.. label], [.. firstChild], [.. firstTerm], [.. termCount]);
    }

    private void Link()
    {
        for (int child = _firstChild[0]; child < _firstChild[1]; child++) _root[_label[child]] = child;
        for (int node = 0; node < _label.Length; node++)
        {
            for (int child = _firstChild[node]; child < _firstChild[node + 1]; child++)
            {
                if (node == 0) continue;
                int fail = _fail[node];
                int next;
                while ((next = Child(fail, _label[child])) == 0 && fail != 0) fail = _fail[fail];
                _fail[child] = next;
                _shorter[child] = _termCount[next] > 0 ? next : _shorter[next];
            }
        }
    }
}
