using Consortium.Adapters.Narrative.Facts;

namespace Consortium.Adapters.Narrative;

/// <summary>What was found in a note, by place; a part may be taken by a reader that reads it as a whole.</summary>
internal sealed class FactDrafts(List<FactDraft> drafts)
{
    private readonly bool[] _taken = new bool[drafts.Count];

    /// <summary>All of them, by start.</summary>
    public IReadOnlyList<FactDraft> All => drafts;

    /// <summary>True where a reader has taken it.</summary>
    public bool IsTaken(int index) => _taken[index];

    /// <summary>Those that lie in a span.</summary>
    public IEnumerable<FactDraft> In(TextSpan span)
    {
        for (int i = FirstAt(span.Start); i < drafts.Count && drafts[i].Span.Start < span.End; i++)
        {
            if (drafts[i].Span.End <= span.End) yield return drafts[i];
        }
    }

    /// <summary>The first index whose fact starts at a place or behind it.</summary>
    public int FirstAt(int start)
    {
        int low = 0, high = drafts.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (drafts[middle].Span.Start < start) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    /// <summary>Takes those that begin in a span, so that none is read twice.</summary>
    public void Take(TextSpan span)
    {
        for (int i = FirstAt(span.Start); i < drafts.Count && drafts[i].Span.Start < span.End; i++) _taken[i] = true;
    }
}
