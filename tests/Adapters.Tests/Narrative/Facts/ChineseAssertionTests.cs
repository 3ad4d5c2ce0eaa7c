using System.Text.RegularExpressions;
using Consortium.Adapters.Narrative;
using Consortium.Adapters.Narrative.Facts;
using Consortium.Adapters.Narrative.Facts.Chinese;
using Consortium.Adapters.Narrative.Lexicon;
using Consortium.Testing;

namespace Consortium.Adapters.Tests.Narrative.Facts;

/// <summary>How Chinese notes deny, doubt, date, plan and attribute: each construction of <c>Cases/zh-assertions.txt</c> with the assertion that it must give.</summary>
public sealed partial class ChineseAssertionTests
{
    private const string Cases = "tests/Adapters.Tests/Narrative/Facts/Cases/zh-assertions.txt";
    private static readonly FactFinder Finder = FactFinder.ForSite();

    [Fact]
    public void Every_construction_gives_the_assertion_that_it_states()
    {
        List<string> wrong = [];
        int constructions = 0;
        int number = 0;
        foreach (string line in File.ReadLines(Repository.Path(Cases)))
        {
            number++;
            if (line.Length == 0 || line[0] == '#') continue;
            constructions++;
            wrong.AddRange(Wrong(line).Select(problem => $"line {number}: {line} {problem}"));
        }

        Assert.True(constructions > 550, $"{constructions} constructions");
        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_cue_with_a_rule_of_its_own_is_in_the_lexicon()
    {
        var lexicon = LexiconFile.BuiltIn(NoteLanguage.Chinese, "cue").Select(entry => FoldedText.FoldLower(entry.Term)).ToHashSet();
        Assert.All(CueTable.Words, word => Assert.Contains(word, lexicon));
    }

    private static IEnumerable<string> Wrong(string line)
    {
        string text = Mark().Replace(line, "$2");
        IReadOnlyList<Fact> facts = Finder.Find(text);
        int removed = 0;
        foreach (Match mark in Mark().Matches(line))
        {
            int start = mark.Index - removed;
            string words = mark.Groups[2].Value;
            removed += mark.Length - words.Length;
            string wanted = mark.Groups[1].Value;
            Fact? fact = facts.FirstOrDefault(found => found.Start == start && found.Text == words);
            if (fact is null) yield return $"has no fact {words}";
            else if (wanted == "x" ? fact.Assertion == Assertion.Present : fact.Assertion != Wanted(wanted)) yield return $"says {words} is {fact.Assertion}";
        }
    }

    private static Assertion Wanted(string letter) => letter switch
    {
        "n" => Assertion.Negated,
        "u" => Assertion.Uncertain,
        "p" => Assertion.Present,
        "h" => Assertion.Historical,
        "c" => Assertion.Hypothetical,
        "o" => Assertion.Other,
        _ => throw new FormatException($"{Cases}: the letter {letter} is no assertion."),
    };

    [GeneratedRegex(@"\{(\w)\|([^}]*)\}")]
    private static partial Regex Mark();
}
