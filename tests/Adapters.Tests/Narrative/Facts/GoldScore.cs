using System.Globalization;
using System.Text;
using Consortium.Adapters.Narrative.Facts;

namespace Consortium.Adapters.Tests.Narrative.Facts;

/// <summary>Counts of one category or assertion.</summary>
internal sealed class Tally
{
    public int Gold { get; set; }

    public int Found { get; set; }

    public int Right { get; set; }

    public double Precision => Found == 0 ? 0 : (double)Right / Found;

    public double Recall => Gold == 0 ? 0 : (double)Right / Gold;

    public double F1 => Gold + Found == 0 ? 0 : 2.0 * Right / (Gold + Found);
}

/// <summary>
/// The score of a set of notes. A fact is right when its span and category are those of the gold note, and for lab and vital the span of the name too.
/// The assertion is scored on the facts that are right otherwise.
/// </summary>
internal sealed class GoldScore
{
    public static readonly string[] Categories = ["disease", "symptom", "body", "test", "treatment", "drug", "procedure", "lab", "vital"];
    public static readonly string[] Assertions = ["present", "negated", "uncertain", "historical", "hypothetical", "other"];

    public Dictionary<string, Tally> ByCategory { get; } = Categories.ToDictionary(name => name, _ => new Tally());

    public Dictionary<string, Tally> ByAssertion { get; } = Assertions.ToDictionary(name => name, _ => new Tally());

    public Tally All { get; } = new();

    public int Notes { get; private set; }

    public static GoldScore Of(IEnumerable<GoldNote> notes, FactFinder finder)
    {
        var score = new GoldScore();
        foreach (GoldNote note in notes) score.Add(note, finder.Find(note.Text));
        return score;
    }

    private void Add(GoldNote note, IReadOnlyList<Fact> found)
    {
        Notes++;
        var gold = note.Facts.ToDictionary(fact => (fact.Start, fact.End, fact.Category));
        foreach (GoldFact fact in note.Facts)
        {
            ByCategory[fact.Category].Gold++;
            All.Gold++;
        }

        foreach (Fact fact in found)
        {
            string category = Name(fact.Category);
            ByCategory[category].Found++;
            All.Found++;
            if (!gold.Remove((fact.Start, fact.End, category), out GoldFact? expected)) continue;
            if (expected.NameStart >= 0 && fact.Name != (expected.NameStart, expected.NameEnd)) continue;
            ByCategory[category].Right++;
            All.Right++;
            string assertion = Name(fact.Assertion);
            ByAssertion[assertion].Found++;
            ByAssertion[expected.Assertion].Gold++;
            if (assertion == expected.Assertion) ByAssertion[assertion].Right++;
        }
    }

    /// <summary>The rows of the table; a key that <see cref="HeldOut"/> finds again stands first in each.</summary>
    public void Write(StringBuilder text, string key)
    {
        foreach (string category in Categories) Row(text, $"{key} {category}", ByCategory[category]);
        Row(text, $"{key} **all**", All);
        foreach (string assertion in Assertions) Row(text, $"{key} *{assertion}*", ByAssertion[assertion]);
    }

    /// <summary>The F1 of each row of a committed page, in percent, by the row's name.</summary>
    public static Dictionary<string, double> Committed(string page) => page.Split('\n')
        .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| what", StringComparison.Ordinal) && !line.StartsWith("| ---", StringComparison.Ordinal))
        .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
        .ToDictionary(cells => cells[1], cells => double.Parse(cells[5], CultureInfo.InvariantCulture));

    private static void Row(StringBuilder text, string name, Tally tally) => text.Append(
        CultureInfo.InvariantCulture, $"| {name} | {tally.Gold} | {100 * tally.Precision:F1} | {100 * tally.Recall:F1} | {100 * tally.F1:F1} |\n");

    private static string Name(Enum value) => value.ToString().ToLowerInvariant();
}
