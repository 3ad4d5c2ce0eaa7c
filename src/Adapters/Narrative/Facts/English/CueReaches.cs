using System.Collections.Frozen;
using Consortium.Adapters.Chinese;
using Consortium.Adapters.Narrative.Lexicon;

namespace Consortium.Adapters.Narrative.Facts.English;

/// <summary>Where a cue reaches from where it stands.</summary>
internal enum CueReach
{
    /// <summary>The findings after it (<c>no</c>, <c>history of</c>).</summary>
    Forward,
    /// <summary>The findings before it (<c>was ruled out</c>).</summary>
    Back,
    /// <summary>The findings on the side where they are nearer.</summary>
    Both,
    /// <summary>The next finding only (<c>likely</c>, <c>?</c>).</summary>
    Near,
    /// <summary>The nearest findings on both sides (<c>versus</c>).</summary>
    Around,
    /// <summary>The next finding when one follows closely, else those before it (<c>is likely</c>).</summary>
    Ahead,
    /// <summary>Nowhere: the lexicon has it for other uses.</summary>
    Off,
}

/// <summary>The reaches of cues that are not plain forward ones, from <c>english-cues.tsv</c>.</summary>
internal sealed class CueReaches
{
    private const string File = "english-cues.tsv";
    private readonly FrozenDictionary<string, (CueReach Reach, TermKinds Kind)> _rows;

    private CueReaches()
    {
        Dictionary<string, (CueReach Reach, TermKinds Kind)> rows = new(StringComparer.Ordinal);
        List<LexiconEntry> entries = [];
        foreach (DataRow row in DataTable.BuiltIn(File, 3))
        {
            if (!Enum.TryParse(row.Cells[1], ignoreCase: true, out CueReach reach)) throw row.Fault($"the reach {row.Cells[1]} is unknown.");
            LexiconCategory? category = null;
            if (row[2] is { } kind)
            {
                if (!Enum.TryParse(kind, ignoreCase: true, out LexiconCategory parsed)) throw row.Fault($"the kind {kind} is unknown.");
                category = parsed;
                entries.Add(new LexiconEntry(row.Cells[0], parsed, null, null, null));
            }
            rows[row.Cells[0]] = (reach, category is { } c ? new EnglishTerm(new LexiconEntry(row.Cells[0], c, null, null, null)).Kind : TermKinds.None);
        }
        _rows = rows.ToFrozenDictionary(StringComparer.Ordinal);
        Entries = entries;
    }

    public static CueReaches BuiltIn { get; } = new();

    /// <summary>Cues that the table adds or turns into another kind.</summary>
    public IReadOnlyList<LexiconEntry> Entries { get; }

    /// <summary>Reach and kind of a cue; a cue that the table does not name reaches forward as what the lexicon says.</summary>
    public (CueReach Reach, TermKinds Kind) Of(EnglishTerm term)
    {
        if (!_rows.TryGetValue(term.Text, out (CueReach Reach, TermKinds Kind) row)) return (CueReach.Forward, term.Kind);
        return (row.Reach, row.Kind == TermKinds.None ? term.Kind : row.Kind);
    }
}
