using System.Text.RegularExpressions;
using Consortium.Adapters.Narrative;
using Consortium.Adapters.Narrative.Facts;
using Consortium.Testing;

namespace Consortium.Adapters.Tests.Narrative.Facts;

/// <summary>
/// How each finding of an English sentence is asserted: denied, doubted, of the past, a condition, of somebody else, or there.
/// The sentences stand in <c>Data/english-assertions.txt</c>, with their findings marked; a denied finding that reads as present (or the reverse) harms a patient.
/// </summary>
public sealed partial class EnglishAssertionTests
{
    private const string Sentences = "tests/Adapters.Tests/Narrative/Facts/Data/english-assertions.txt";

    private static readonly FactFinder Finder = FactFinder.ForSite();

    [Fact]
    public void Every_finding_is_asserted_as_the_sentence_means_it()
    {
        List<string> wrong = [];
        int findings = 0, number = 0;
        foreach (string line in File.ReadLines(Repository.Path(Sentences)))
        {
            number++;
            if (line.Length == 0 || line[0] == '#') continue;
            (string text, List<(int Start, int End, Assertion Assertion)> marks) = Read(line);
            IReadOnlyList<Fact> facts = Finder.Find(text);
            foreach ((int start, int end, Assertion assertion) in marks)
            {
                findings++;
                Fact[] found = [.. facts.Where(fact => fact.Category != FactCategory.Body && fact.Start < end && fact.End > start)];
                if (found.Length == 0) wrong.Add($"line {number}: \"{text[start..end]}\" is not found.");
                wrong.AddRange(found.Where(fact => fact.Assertion != assertion).Select(fact => $"line {number}: \"{fact.Text}\" is {assertion}, read as {fact.Assertion}."));
            }
        }

        Assert.InRange(findings, 600, int.MaxValue);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static (string Text, List<(int Start, int End, Assertion Assertion)> Marks) Read(string line)
    {
        List<(int Start, int End, Assertion Assertion)> marks = [];
        string text = "";
        int at = 0;
        string source = line.Replace("\\n", "\n", StringComparison.Ordinal);
        foreach (Match mark in Mark().Matches(source))
        {
            text += source[at..mark.Index];
            marks.Add((text.Length, text.Length + mark.Groups[2].Length, Meant(mark.Groups[1].ValueSpan[0])));
            text += mark.Groups[2].Value;
            at = mark.Index + mark.Length;
        }

        return (text + source[at..], marks);
    }

    private static Assertion Meant(char mark) => mark switch
    {
        '-' => Assertion.Negated,
        '?' => Assertion.Uncertain,
        '<' => Assertion.Historical,
        '>' => Assertion.Hypothetical,
        '@' => Assertion.Other,
        _ => Assertion.Present,
    };

    [GeneratedRegex(@"\{([-+?<>@])([^}]+)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Mark();
}
