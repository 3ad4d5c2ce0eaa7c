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

    [Theory]
    [InlineData("zh")]
    [InlineData("en")]
    public void Every_gold_note_has_its_expected_resources(string language)
    {
        ILookup<string, FactResource> expected = ExpectedResources.Of(language);
        Assert.Empty(GoldNote.All(language).Where(note => !expected.Contains(note.File)).Select(note => note.File));
    }

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

            Made by `DocumentScoreTests` from all gold notes and the resources that a reviewer expects of them (`tests/Adapters.Tests/Narrative/Documents/Expected`, where the rules stand). Precision, recall and F1 in percent, by resource type: a resource is right where its evidence overlaps the annotator's span, and its status and value (number, comparator, unit; dose and frequency) are the reviewer's.
            `Refused` are notes that must go to a person, with what was refused besides. `code` and `section` are scored on the resources that are right: the code, where the annotator gave one, and the section of the Composition that refers to the resource, by LOINC. The test fails when an F1 falls by more than half a point.

            """.ReplaceLineEndings("\n"));
        foreach (string language in Languages)
        {
            ILookup<string, FactResource> expected = ExpectedResources.Of(language);
            Dictionary<string, (int Expected, int Found, int Made, int Right)> counts = Types.ToDictionary(type => type, _ => (0, 0, 0, 0), StringComparer.Ordinal);
            var codes = new Agreement();
            var sections = new Agreement();
            foreach (GoldNote note in GoldNote.All(language))
            {
                FactResource[] wanted = [.. expected[note.File]];
                List<FactResource> made = ExpectedResources.Made(note);
                foreach (FactResource one in wanted)
                {
                    if (made.Find(one.IsLike) is not { } like) continue;
                    codes.Add(one.Code, like.Code);
                    sections.Add(one.Section, like.Section);
                }

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

            codes.Write(text, $"{language} code");
            sections.Write(text, $"{language} section");
        }

        return text.ToString();
    }

    // Whether two columns agree; what one of them does not say is not compared, and "-" is a code that is missing.
    private sealed class Agreement
    {
        private int _wanted;
        private int _given;
        private int _right;

        public void Add(string wanted, string given)
        {
            if (wanted == "*" || given == "*") return;
            _wanted++;
            if (given != "-") _given++;
            if (given == wanted) _right++;
        }

        public void Write(StringBuilder text, string name)
        {
            double precision = 100.0 * _right / Math.Max(1, _given), recall = 100.0 * _right / Math.Max(1, _wanted);
            double f1 = precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {_wanted} | {precision:F1} | {recall:F1} | {f1:F1} |\n");
        }
    }
}
