using System.Globalization;
using System.Text;
using Consortium.Adapters.Tests.Narrative.Facts;
using Consortium.Testing;

namespace Consortium.Adapters.Tests.Narrative.Documents;

/// <summary>
/// How well the resources of the gold notes are those that a reviewer expects. The page is made by this test: with <c>CONSORTIUM_WRITE_TABLES=1</c> it is written,
/// else no score may be more than half a point under the one that stands in it.
/// </summary>
public class DocumentScoreTests
{
    private const string Document = "docs/narrative-documents-score.md";
    private const double Slack = 0.5;
    private static readonly string[] Languages = ["zh", "en"];
    private static readonly string[] Types = ["Condition", "Finding", "Lab", "Vital", "Drug", "Procedure", "Family", "Refused"];

    [Fact]
    public void No_score_of_a_resource_type_falls_under_the_committed_one()
    {
        string page = Page();
        string file = Repository.Path(Document);
        if (Environment.GetEnvironmentVariable("CONSORTIUM_WRITE_TABLES") == "1") File.WriteAllText(file, page);
        Dictionary<string, double> now = GoldScore.Committed(page);
        foreach ((string row, double committed) in GoldScore.Committed(File.ReadAllText(file).ReplaceLineEndings("\n")))
        {
            Assert.True(now[row] >= committed - Slack, $"{row}: F1 {now[row]} now, {committed} in {Document}.");
        }
    }

    private static string Page()
    {
        var text = new StringBuilder("""
            # How well notes become resources

            Made by `DocumentScoreTests` from 67 gold notes of all kinds and the resources that a reviewer expects of them (`tests/Adapters.Tests/Narrative/Documents/Expected`, where the rules stand). Precision, recall and F1 in percent, by resource type: a resource is right where its evidence overlaps the annotator's span, and its status and value (number, comparator, unit; dose and frequency) are the reviewer's.
            `Refused` are notes that must go to a person, with what was refused besides. The test fails when an F1 falls by more than half a point.

            """.ReplaceLineEndings("\n"));
        foreach (string language in Languages)
        {
            ILookup<string, FactResource> expected = ExpectedResources.Of(language);
            Dictionary<string, (int Expected, int Found, int Made, int Right)> counts = Types.ToDictionary(type => type, _ => (0, 0, 0, 0), StringComparer.Ordinal);
            foreach (GoldNote note in GoldNote.All(language).Where(note => expected.Contains(note.File)))
            {
                FactResource[] wanted = [.. expected[note.File]];
                List<FactResource> made = ExpectedResources.Made(note);
                foreach (FactResource one in wanted)
                {
                    (int e, int f, int m, int r) = counts[one.Type];
                    bool found = one.Type == "Refused" ? made.Exists(other => other.Type == "Refused") : made.Exists(one.IsLike);
                    counts[one.Type] = (e + 1, f + (found ? 1 : 0), m, r);
                }

                foreach (FactResource one in made)
                {
                    (int e, int f, int m, int r) = counts[one.Type];
                    bool right = one.Type == "Refused" ? Array.Exists(wanted, other => other.Type == "Refused") : Array.Exists(wanted, one.IsLike);
                    counts[one.Type] = (e, f, m + 1, r + (right ? 1 : 0));
                }
            }

            text.Append(language == "zh" ? "\n## Chinese\n\n" : "\n## English\n\n").Append("| what | in the notes | precision | recall | F1 |\n| --- | ---: | ---: | ---: | ---: |\n");
            foreach (string type in Types)
            {
                (int e, int f, int m, int r) = counts[type];
                if (e == 0 && m == 0) continue;
                double precision = m == 0 ? 0 : 100.0 * r / m, recall = e == 0 ? 0 : 100.0 * f / e;
                double f1 = precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
                text.Append(CultureInfo.InvariantCulture, $"| {language} {type} | {e} | {precision:F1} | {recall:F1} | {f1:F1} |\n");
            }
        }

        return text.ToString();
    }
}
