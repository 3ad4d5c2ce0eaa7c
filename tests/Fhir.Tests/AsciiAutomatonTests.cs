using System.Text;
using System.Text.RegularExpressions;
using Consortium.Fhir.Definitions;
using Consortium.Fhir.Expressions.Functions;

namespace Consortium.Fhir.Tests;

/// <summary>The automaton behind matches() answers as .NET's engine does, for every pattern of R4's invariants and for random ones.</summary>
public sealed partial class AsciiAutomatonTests
{
    private const RegexOptions AsFhirPath = RegexOptions.CultureInvariant | RegexOptions.Singleline;

    [GeneratedRegex(@"matches\('((?:[^'\\]|\\.)*)'\)")]
    private static partial Regex MatchesCall();

    [Fact]
    public void EveryPatternOfTheInvariants()
    {
        R4Tables tables = R4Tables.Instance;
        HashSet<string> patterns = [];
        for (int i = 1; i < tables.Invariants.Length; i++)
        {
            foreach (Match call in MatchesCall().Matches(tables.Text(tables.Invariants[i].Expression))) patterns.Add(Unescape(call.Groups[1].Value));
        }

        Assert.True(patterns.Count >= 5, "the invariants have patterns");
        int quick = patterns.Count(p => Agree(p, texts: 4000));
        Assert.True(quick * 2 > patterns.Count, $"{quick} of {patterns.Count} patterns have an automaton");
    }

    [Theory]
    [InlineData("^a*b$")]
    [InlineData("a|b")]
    [InlineData("(ab|c){2,3}d?")]
    [InlineData("^(a|b)+$")]
    [InlineData("^[^a-c]*$")]
    [InlineData("[-a]b")]
    [InlineData("^\\d{2}-\\w+\\s?$")]
    [InlineData("^$")]
    [InlineData("^a{0,3}$")]
    [InlineData("^(a+)+$")]
    [InlineData("^(?:a|ab)(?:c|bcd)(?:d*)$")]
    public void PatternsOfOneKindEach(string pattern) => Assert.True(Agree(pattern, texts: 3000));

    [Theory]
    [InlineData("(?=a)b")]
    [InlineData("(a)\\1")]
    [InlineData("a^b")]
    [InlineData("^a|b$")]
    [InlineData("\\bword")]
    [InlineData("[a-z-[aeiou]]")]
    [InlineData("王")]
    [InlineData("a**")]
    [InlineData("(a")]
    [InlineData("x{2000}")]
    public void PatternsBeyondItStayWithTheGeneralEngine(string pattern) => Assert.Null(AsciiAutomaton.Create(pattern));

    [Fact]
    public void TextsThatAreNotAsciiAreTheGeneralEngines() => Assert.Null(AsciiAutomaton.Create("^[^x]{2}$")!.IsMatch("王王"u8));

    /// <summary>False where the pattern has no automaton.</summary>
    private static bool Agree(string pattern, int texts)
    {
        if (AsciiAutomaton.Create(pattern) is not { } automaton) return false;
        Regex regex = new(pattern, AsFhirPath, TimeSpan.FromSeconds(1));
        Random random = new(4711);
        const string Alphabet = "abcdAZ019_.-:/[]x \n|";
        for (int i = 0; i < texts; i++)
        {
            char[] text = new char[random.Next(0, 12)];
            for (int k = 0; k < text.Length; k++) text[k] = Alphabet[random.Next(Alphabet.Length)];
            bool expected = regex.IsMatch(text);
            Assert.True(automaton.IsMatch(Encoding.ASCII.GetBytes(text)) == expected, $"{pattern} on '{new string(text)}': .NET says {expected}");
        }

        return true;
    }

    private static string Unescape(string literal) => literal.Replace("\\\\", "\u0001", StringComparison.Ordinal).Replace("\\'", "'", StringComparison.Ordinal)
        .Replace("\\/", "/", StringComparison.Ordinal).Replace("\u0001", "\\", StringComparison.Ordinal);
}
