using System.Collections.Frozen;
using Consortium.Adapters.Chinese;
using Consortium.Adapters.Narrative.Lexicon;

namespace Consortium.Adapters.Narrative.Facts.Chinese;

/// <summary>On which side of a cue the facts stand that it speaks of.</summary>
internal enum CueSide
{
    /// <summary>Behind it: 无, 考虑.</summary>
    Forward,

    /// <summary>Before it: 阴性, 待排.</summary>
    Behind,

    /// <summary>Behind it where its clause has a finding there, else before it: 排除肺炎, 肺炎已排除.</summary>
    Either,
}

/// <summary>Which facts a cue speaks of.</summary>
internal enum CueTakes
{
    /// <summary>All but an examination that is not done.</summary>
    All,

    /// <summary>All, examinations too: 无, 否认.</summary>
    Any,

    /// <summary>Diseases and signs.</summary>
    Finding,

    /// <summary>What is done or given: examinations, drugs, therapies, operations.</summary>
    Care,

    /// <summary>What is given: drugs and therapies.</summary>
    Given,
}

/// <summary>What must stand beside a cue so that it is one.</summary>
internal enum CueNeed
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It opens a clause.</summary>
    Opening,

    /// <summary>A word by which a person has a disease stands directly behind: 配偶患, 同事有.</summary>
    Bearer,

    /// <summary>依据 or 证据 stands in its clause: 缺乏依据.</summary>
    Evidence,

    /// <summary>鉴别 stands in its clause: 需与肺炎鉴别.</summary>
    Differential,

    /// <summary>Facts that follow 出现 or 有 in its clause, or a section of orders: 出现发热时及时就诊.</summary>
    Onset,
}

/// <summary>How a cue is read.</summary>
internal readonly record struct CueRule(Assertion Assertion, CueReach Reach, CueSide Side, CueTakes Takes, CueNeed Need);

/// <summary>How the cues of Chinese notes are read, from <c>chinese-cues.tsv</c>; a cue that it does not name, so a site's own, is read as its category says.</summary>
internal static class CueTable
{
    private const string File = "chinese-cues.tsv";
    private const string Nothing = "none";

    private static readonly FrozenDictionary<string, CueRule?> Rules = Load();
    private static readonly FrozenDictionary<string, CueRule?>.AlternateLookup<ReadOnlySpan<char>> ByWord = Rules.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The cues that have rules of their own.</summary>
    public static IEnumerable<string> Words => Rules.Keys;

    /// <summary>How a cue is read; null where it only keeps its characters from shorter cues.</summary>
    /// <param name="word">The cue as the folded text has it.</param>
    /// <param name="category">The category of its row in the lexicon.</param>
    public static CueRule? Of(ReadOnlySpan<char> word, LexiconCategory category)
    {
        if (ByWord.TryGetValue(word, out CueRule? rule)) return rule;
        return category switch
        {
            LexiconCategory.Negation => new CueRule(Assertion.Negated, CueReach.Clause, CueSide.Either, CueTakes.All, CueNeed.None),
            LexiconCategory.Uncertain => new CueRule(Assertion.Uncertain, CueReach.Clause, CueSide.Either, CueTakes.All, CueNeed.None),
            LexiconCategory.Historical => new CueRule(Assertion.Historical, CueReach.Past, CueSide.Forward, CueTakes.All, CueNeed.None),
            LexiconCategory.Hypothetical => new CueRule(Assertion.Hypothetical, CueReach.Plan, CueSide.Forward, CueTakes.All, CueNeed.None),
            LexiconCategory.OtherPerson => new CueRule(Assertion.Other, CueReach.Person, CueSide.Forward, CueTakes.All, CueNeed.None),
            LexiconCategory.Terminator => new CueRule(Assertion.Present, CueReach.Clause, CueSide.Forward, CueTakes.All, CueNeed.None),
            _ => null,
        };
    }

    private static FrozenDictionary<string, CueRule?> Load()
    {
        Dictionary<string, CueRule?> rules = new(StringComparer.Ordinal);
        foreach (DataRow row in DataTable.BuiltIn(File, 6))
        {
            CueRule? rule = row.Cells[2] == Nothing ? null : new CueRule(Of<Assertion>(row, 1), Of<CueReach>(row, 2), Of<CueSide>(row, 3), Of<CueTakes>(row, 4), row[5] is null ? CueNeed.None : Of<CueNeed>(row, 5));
            if (!rules.TryAdd(FoldedText.FoldLower(row.Cells[0]), rule)) throw row.Fault($"the cue {row.Cells[0]} stands here twice.");
        }

        return rules.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static T Of<T>(DataRow row, int column)
        where T : struct, Enum =>
        Enum.TryParse(row.Cells[column], ignoreCase: true, out T value) ? value : throw row.Fault($"{row.Cells[column]} is none of {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}.");
}
