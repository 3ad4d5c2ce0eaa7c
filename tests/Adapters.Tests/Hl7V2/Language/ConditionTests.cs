using System.Text;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Language.Conditions;
using Consortium.Adapters.Hl7V2.Language.Model;
using Consortium.Adapters.Site;
using Consortium.Testing;

namespace Consortium.Adapters.Tests.Hl7V2.Language;

public sealed class ConditionTests
{
    private static readonly MapName Pid = new("PID", "Patient", "");

    [Theory]
    [InlineData("PID-3 VALUED", true)]
    [InlineData("IF PID-3 IS VALUED", true)]
    [InlineData("if pid-4 not valued", true)]
    [InlineData("PID-4 IS NOT VALUED", true)]
    [InlineData("PID-4 EXISTS", false)]
    [InlineData("PID-4 DOES NOT EXIST", true)]
    [InlineData("PID-4 IS EMPTY", true)]
    [InlineData("PID-8 EQUALS \"F\"", true)]
    [InlineData("PID-8 = \"F\"", true)]
    [InlineData("PID-8 IS 'F'", true)]
    [InlineData("PID-8 IS \u201CF\u201D", true)]
    [InlineData("PID-8 IS NOT \"F\"", false)]
    [InlineData("PID-8 NOT EQUALS \"f\"", true)]
    [InlineData("PID-8 != \"M\"", true)]
    [InlineData("PID-8 IN (\"M\", \"F\")", true)]
    [InlineData("PID-8 IS NOT IN (\"M\",\"F\")", false)]
    [InlineData("PID-3.5 EQUALS \"MR\"", true)]
    [InlineData("PID-3[2].1 EQUALS \"2\"", true)]
    [InlineData("PID-3.1 EQUALS PID-4", false)]
    [InlineData("PID-3.1 EQUALS PID-5.1", true)]
    [InlineData("PID-3 LST.COUNT EQUALS 2", true)]
    [InlineData("PID-3 COUNT>1", true)]
    [InlineData("PID-3 COUNT=1", false)]
    [InlineData("PID-4 LST.count LESS THAN OR EQUALS 1", true)]
    [InlineData("PID-7 LENGTH GREATER THAN 8", false)]
    [InlineData("PID-7 LENGTH >= 8", true)]
    [InlineData("PID-4 VALUED OR PID-3 VALUED AND PID-8 VALUED", true)]
    [InlineData("(PID-4 VALUED OR PID-3 VALUED) AND PID-9 VALUED", false)]
    [InlineData("NOT (PID-4 VALUED)", true)]
    [InlineData("PID-3 AND PID-4 VALUED", false)]
    [InlineData("PID-3 AND PID-8 VALUED", true)]
    [InlineData("PID-4 OR PID-9 NOT VALUED", true)]
    [InlineData("PID-8 VALUED AND NOT \"M\"", true)]
    [InlineData("PID-8 IS VALUED NOT EQUAL PID-4", true)]
    [InlineData("PV1 VALUED", false)]
    [InlineData("PV1 NOT VALUED", true)]
    [InlineData("PV1-2 NOT VALUED", true)]
    [InlineData("PID VALUED", true)]
    [InlineData("MSH-9.2 IS \"A01\"", true)]
    public void A_condition_means_what_it_says(string text, bool holds)
    {
        Er7Message message = Read("MSH|^~\\&|||||||ADT^A01\rPID|||1^^^A^MR~2||1|||F\r");
        Er7Message dated = Read("MSH|^~\\&|||||||ADT^A01\rPID|||1^^^A^MR~2||1||20240101|F\r");
        Er7Message used = text.Contains("PID-7", StringComparison.Ordinal) ? dated : message;

        Condition condition = ConditionParser.Parse(Text(text), Pid, isType: false, rowValue: null);

        Assert.Equal(holds, condition.Holds(new Scope(used.First("PID")!, new Whole(used))));
    }

    [Fact]
    public void A_condition_without_a_place_is_about_the_rows_value()
    {
        Er7Message message = Read("MSH|^~\\&|||||||ADT^A01\rPID|||1^^^A^MR\r");
        Place from = Place.Read("PID-3", Pid, isType: false, problem => new FormatException(problem));
        var scope = new Scope(message.First("PID")!, new Whole(message)) { Row = message.First("PID")![3] };

        Assert.False(ConditionParser.Parse(Text("IF NOT VALUED"), Pid, isType: false, from).Holds(scope));
        Assert.True(ConditionParser.Parse(Text("CX.5 EQUALS \"MR\""), Pid, isType: false, from).Holds(scope));
    }

    [Theory]
    [InlineData("PID-3 IS", 9)]
    [InlineData("PID-3", 1)]
    [InlineData("(PID-3 VALUED", 14)]
    [InlineData("PID-3 IN (\"a)", 11)]
    [InlineData("PID-3 VALUED PID-4 VALUED", 14)]
    [InlineData("PID-3 COUNT GREATER THAN many", 26)]
    [InlineData("VALUED", 1)]
    [InlineData("PID-3 IN http://x", 14)]
    public void What_does_not_parse_is_an_error_with_its_column(string text, int column)
    {
        var error = Assert.Throws<SiteConfigurationException>(() => ConditionParser.Parse(Text(text), Pid, isType: false, rowValue: null));
        Assert.Equal($"line 1, column {column}", error.Key);
    }

    /// <summary>What stands in the column "Computable ANTLR" and is no condition of the language: typing errors, and what only a person can decide.</summary>
    private static readonly string[] NotComputable =
    [
        "IF CX.4 IN http://hl7.org/implement/standards/fhir/identifier-registry.html",
        "IF XCN.19 NOT VALUED XCN.20 NOT VALUED",
        "IF (OBX-2 EQUALS \"SN\"  AND OBX-5.1  EQUALS \"<>\"",
        "IF OBR-25 NOT VALUED ERROR",
        "IF PRT-2 IS IN (\"A\", \"S\", \"U\", X\")",
        "IF PRT-5 AND PRT-6 AREA NOT VALUED",
        "IF PL.11 VALUED AND IF PL.8 VALUED AND PL.1 NOT VALUED AND PL.2 NOT VALUED AND PL3.NOT VALUED",
        "IF PL.8 VALUED AND PL.1 NOT VALUED AND PL.2 NOT VALUED AND PL3.NOT VALUED",
    ];

    [CorpusFact]
    public void Every_computable_condition_of_HL7s_own_tables_parses()
    {
        var refused = new SortedSet<string>(StringComparer.Ordinal);
        int parsed = 0;
        foreach (string folder in (string[])["messages", "segments", "datatypes"])
        {
            foreach (string file in Directory.EnumerateFiles(Corpora.Path($"hl7v2/v2-to-fhir-mappings/{folder}"), "*.csv").Order(StringComparer.Ordinal))
            {
                foreach ((string place, string condition) in ConditionsIn(file))
                {
                    try
                    {
                        // The name of the file names the map: "… FHIR R4_ PID[Patient] - PID.csv".
                        string source = Path.GetFileName(file).Split("R4_ ")[1].Split('[')[0];
                        bool isType = folder == "datatypes";
                        MapName? map = folder == "messages" ? null : new MapName(source, "x", "");
                        Place? row = map is null || place.Length == 0 ? null : Place.Read(place, map, isType, problem => new FormatException(problem));
                        ConditionParser.Parse(Text(condition), map, isType, row);
                        parsed++;
                    }
                    catch (SiteConfigurationException)
                    {
                        refused.Add(condition);
                    }
                }
            }
        }

        Assert.Equal(NotComputable.Order(StringComparer.Ordinal), refused);
        Assert.Equal(522, parsed);
    }

    private static List<(string Place, string Condition)> ConditionsIn(string file)
    {
        var found = new List<(string, string)>();
        foreach (List<string> row in Rows(File.ReadAllText(file)))
        {
            if (row.Count > 6 && row[6].Trim().StartsWith("IF ", StringComparison.OrdinalIgnoreCase)) found.Add((row[1].Trim(), row[6].Trim()));
        }

        return found;
    }

    // RFC 4180: fields in quotes may hold commas, line ends and doubled quotes.
    private static IEnumerable<List<string>> Rows(string csv)
    {
        var row = new List<string>();
        var field = new StringBuilder();
        bool quoted = false;
        for (int i = 0; i < csv.Length; i++)
        {
            char c = csv[i];
            if (quoted && c == '"' && i + 1 < csv.Length && csv[i + 1] == '"') field.Append(csv[i++]);
            else if (c == '"') quoted = !quoted;
            else if (quoted || c is not (',' or '\n' or '\r')) field.Append(c);
            else if (c != '\r')
            {
                row.Add(field.ToString());
                field.Clear();
                if (c != '\n') continue;
                yield return row;
                row = [];
            }
        }

        row.Add(field.ToString());
        yield return row;
    }

    private static Er7Message Read(string text) => Er7Message.Parse(Assert.Single(Er7File.Read(Encoding.UTF8.GetBytes(text), null).Messages));

    private static MapText Text(string text) => new(text, "x.yaml", 1, 1);

    private sealed class Whole(Er7Message message) : ISegmentFinder
    {
        public Er7Segment? Find(string name) => message.First(name);
    }
}
