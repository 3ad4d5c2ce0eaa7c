using Consortium.Adapters.Narrative.Facts;

namespace Consortium.Adapters.Narrative.Lexicon;

/// <summary>
/// Finds every term of a lexicon in one pass over a text, however many terms there are (A. Aho, M. Corasick, Comm. ACM 18, 1975).
/// Nodes are numbered breadth first over the sorted terms, so the children of a node stand side by side and a node is a few numbers in arrays.
/// Immutable, so any number of threads may search at once.
/// </summary>
internal sealed class LexiconAutomaton
{
    private readonly LexiconEntry[] _entries;
    private readonly int[] _root = new int[char.MaxValue + 1];
    private readonly char[] _label;
    private readonly int[] _firstChild; // those of node n: from _firstChild[n] to _firstChild[n + 1]
    private readonly int[] _fail;
    private readonly int[] _firstEntry; // those of node n: from _firstEntry[n] on, as many as _entryCount[n]
    private readonly int[] _entryCount;
    private readonly int[] _shorter; // the next node on the chain of fails where a term ends; 0 for none

    /// <summary>Builds the automaton. Of rows with the same term and category the first holds.</summary>
    public LexiconAutomaton(IReadOnlyList<LexiconEntry> entries)
    {
        var keys = new string[entries.Count];
        var order = new int[entries.Count];
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = FoldedText.FoldLower(entries[i].Term);
            order[i] = i;
        }

        Array.Sort(order, (a, b) => string.CompareOrdinal(keys[a], keys[b]) is var by && by != 0 ? by : a.CompareTo(b));
        var sorted = new string[order.Length];
        _entries = new LexiconEntry[order.Length];
        int count = 0;
        foreach (int index in order)
        {
            if (IsRepeated(keys[index], entries[index], sorted, count)) continue;
            sorted[count] = keys[index];
            _entries[count++] = entries[index];
        }

        Array.Resize(ref _entries, count);
        (_label, _firstChild, _firstEntry, _entryCount) = Trie(sorted.AsSpan(0, count));
        _fail = new int[_label.Length];
        _shorter = new int[_label.Length];
        Link();
    }

    /// <summary>How many terms it finds.</summary>
    public int Count => _entries.Length;

    /// <summary>Adds every occurrence in a part of a text, overlapping ones too, by end and of one end the longest first.</summary>
    public void FindAll(FoldedText text, int start, int end, List<LexiconHit> hits)
    {
        ReadOnlySpan<char> lower = text.Lower.AsSpan(0, end);
        int node = 0;
        for (int i = start; i < lower.Length; i++)
        {
            char c = lower[i];
            int next;
            while ((next = Child(node, c)) == 0 && node != 0) node = _fail[node];
            node = next;
            for (int at = _entryCount[node] > 0 ? node : _shorter[node]; at != 0; at = _shorter[at])
            {
                int first = _firstEntry[at];
                for (int entry = first; entry < first + _entryCount[at]; entry++) Add(text, i + 1, _entries[entry], hits);
            }
        }
    }

    private static void Add(FoldedText text, int end, LexiconEntry entry, List<LexiconHit> hits)
    {
        int start = end - entry.Term.Length;
        if (entry.CasedTerm is { } cased && !text.Folded.AsSpan(start, cased.Length).SequenceEqual(cased)) return;
        hits.Add(new LexiconHit(start, end, entry));
    }

    // A term may stand once for each category and case.
    private bool IsRepeated(string key, LexiconEntry entry, string[] sorted, int count)
    {
        for (int i = count - 1; i >= 0 && sorted[i] == key; i--)
        {
            if (_entries[i].Category == entry.Category && _entries[i].CasedTerm == entry.CasedTerm) return true;
        }

        return false;
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

    private static (char[] Label, int[] FirstChild, int[] FirstEntry, int[] EntryCount) Trie(ReadOnlySpan<string> terms)
    {
        List<char> label = ['\0'];
        List<int> firstChild = [], firstEntry = [], entryCount = [];
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
                firstEntry.Add(from);
                entryCount.Add(at - from);
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
        return ([.. label], [.. firstChild], [.. firstEntry], [.. entryCount]);
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
                _shorter[child] = _entryCount[next] > 0 ? next : _shorter[next];
            }
        }
    }
}
