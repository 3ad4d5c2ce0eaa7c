using Consortium.Adapters.Narrative.Facts;

namespace Consortium.Adapters.Narrative.Lexicon;

/// <summary>
/// Finds every term of a lexicon in one pass over a text, with its case where that matters.
/// Immutable, so any number of threads may search at once.
/// </summary>
internal sealed class LexiconAutomaton
{
    private readonly LexiconEntry[] _entries;
    private readonly TermAutomaton _automaton;

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
        _automaton = new TermAutomaton(sorted.AsSpan(0, count));
    }

    /// <summary>How many terms it finds.</summary>
    public int Count => _entries.Length;

    /// <summary>Adds every occurrence in a part of a text, overlapping ones too, by end and of one end the longest first.</summary>
    public void FindAll(FoldedText text, int start, int end, List<LexiconHit> hits)
    {
        var sink = new Sink(this, text, hits);
        _automaton.FindAll(text.Lower.AsSpan(0, end), start, ref sink);
    }

    private readonly struct Sink(LexiconAutomaton lexicon, FoldedText text, List<LexiconHit> hits) : ITermSink
    {
        public void Found(int end, int first, int count)
        {
            for (int entry = first; entry < first + count; entry++) Add(text, end, lexicon._entries[entry], hits);
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
}
