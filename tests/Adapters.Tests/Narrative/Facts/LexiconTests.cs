using System.Text;
using Consortium.Adapters.Narrative.Facts;
using Consortium.Adapters.Narrative.Lexicon;
using Consortium.Adapters.Site;

namespace Consortium.Adapters.Tests.Narrative.Facts;

public sealed class LexiconTests : IDisposable
{
    private readonly string _site = Directory.CreateTempSubdirectory("consortium-lexicon").FullName;

    public void Dispose() => Directory.Delete(_site, recursive: true);

    [Theory]
    [InlineData("肺炎\tdisease\n咳嗽\tillness", "line 2, column 2")]
    [InlineData("肺炎\tdisease\n\tdisease", "line 2, column 1")]
    [InlineData("# head\n\n肺炎", "line 3, column 2")]
    [InlineData("肺炎\tdisease\t\tJ18.9", "line 1, column 3")]
    [InlineData("肺炎\tdisease\ticd-10\tJ18.9\tPneumonia\tmore", "line 1, column 6")]
    public void A_wrong_row_is_refused_with_its_line_and_column(string content, string place)
    {
        var refused = Assert.Throws<SiteConfigurationException>(() => LexiconFile.Read("own.tsv", Encoding.UTF8.GetBytes(content), null));
        Assert.Equal(place, refused.Key);
        Assert.Equal("own.tsv", refused.File);
    }

    [Fact]
    public void A_file_that_is_not_UTF8_is_refused_with_its_line()
    {
        byte[] bytes = [.. "肺炎\tdisease\n"u8, 0xB7, 0xCE, 0xD1, 0xD7, .. "\tdisease\n"u8];
        Assert.Equal("line 2", Assert.Throws<SiteConfigurationException>(() => LexiconFile.Read("own.tsv", bytes, null)).Key);
    }

    [Fact]
    public void Names_of_columns_a_byte_order_mark_and_line_ends_of_Windows_are_taken()
    {
        LexiconEntry entry = Assert.Single(LexiconFile.Read("own.tsv", Encoding.UTF8.GetBytes("\uFEFFterm\tcategory\tsystem\tcode\tdisplay\r\n肺炎\tdisease\ticd-10\tJ18.9\tPneumonia\r\n"), null));
        Assert.Equal(("肺炎", LexiconCategory.Disease, "icd-10", "J18.9", "Pneumonia"), (entry.Term, entry.Category, entry.System, entry.Code, entry.Display));
    }

    [Fact]
    public void Every_occurrence_is_found_as_a_plain_search_finds_it()
    {
        var random = new Random(20260301);
        for (int round = 0; round < 50; round++)
        {
            var terms = Enumerable.Range(0, 40).Select(_ => Word(random, 1 + random.Next(5))).Distinct().ToList();
            var automaton = new LexiconAutomaton([.. terms.Select(term => new LexiconEntry(term, LexiconCategory.Disease, null, null, null))]);
            string text = Word(random, 300);
            List<LexiconHit> hits = [];
            automaton.FindAll(new FoldedText(text), 0, text.Length, hits);
            var expected = terms.SelectMany(term => Enumerable.Range(0, text.Length - term.Length + 1)
                .Where(at => string.CompareOrdinal(text, at, term, 0, term.Length) == 0).Select(at => (at, at + term.Length))).Order();
            Assert.Equal(expected, hits.Select(hit => (hit.Start, hit.End)).Order());
        }

        static string Word(Random random, int length) => string.Create(length, random, static (word, random) =>
        {
            for (int i = 0; i < word.Length; i++) word[i] = "肺炎癌"[random.Next(3)];
        });
    }

    [Fact]
    public void An_abbreviation_of_two_letters_matches_only_as_written()
    {
        var automaton = new LexiconAutomaton(LexiconFile.Read("own.tsv", "AS\tdisease\nWBC\tlab"u8, NoteLanguage.Chinese));
        List<LexiconHit> hits = [];
        automaton.FindAll(new FoldedText("as AS wbc"), 0, 9, hits);
        Assert.Equal([(3, 5), (6, 9)], hits.Select(hit => (hit.Start, hit.End)));
    }

    [Fact]
    public void A_term_of_the_site_is_found_with_its_code()
    {
        Write("own.tsv", "灵溪综合征\tdisease\ticd-10\tQ99.9\tLingxi syndrome\n");
        var finder = new FactFinder(new LexiconSource(_site));
        Fact fact = Assert.Single(finder.Find("患者灵溪综合征5年。"), fact => fact.Text == "灵溪综合征");
        Assert.Equal((FactCategory.Disease, "Q99.9", 2, 7), (fact.Category, fact.Code, fact.Start, fact.End));
        Assert.True(fact.Entry!.IsSite);
    }

    [Fact]
    public void An_edit_takes_effect_and_a_wrong_one_leaves_the_lexicon_before_it()
    {
        Write("own.tsv", "灵溪综合征\tdisease\n");
        var time = new ManualClock();
        List<string> notices = [];
        var source = new LexiconSource(_site, time, notices.Add);
        Assert.Single(Hits(source, "灵溪综合征"));

        Write("own.tsv", "灵溪综合征\tdisease\n云台综合征\tdisease\n");
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Single(Hits(source, "云台综合征"));

        Write("own.tsv", "灵溪综合征\tdisease\n云台综合征\tnothing of the kind\n");
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Single(Hits(source, "云台综合征"));
        Assert.Contains("line 2, column 2", notices[^1], StringComparison.Ordinal);

        File.Delete(Path.Combine(_site, "lexicon", "own.tsv"));
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Empty(Hits(source, "云台综合征"));
    }

    [Fact]
    public void Offsets_count_code_points_beyond_the_basic_plane()
    {
        Fact fact = Assert.Single(FactFinder.ForSite().Find("𠮷𠮷：患者咳嗽。"), fact => fact.Text == "咳嗽");
        Assert.Equal((5, 7), (fact.Start, fact.End));
    }

    [Fact]
    public void Bytes_that_are_no_text_are_refused_with_their_place()
    {
        Assert.Null(FactFinder.ForSite().Read(new byte[] { 0x61, 0xFF, 0xFF, 0x0A }, out Consortium.Fhir.OutcomeIssue? issue));
        Assert.Contains("offset", issue!.Diagnostics, StringComparison.Ordinal);
    }

    private static List<LexiconHit> Hits(LexiconSource source, string text)
    {
        List<LexiconHit> hits = [];
        source.Current.Chinese.FindAll(new FoldedText(text), 0, text.Length, hits);
        return [.. hits.Where(hit => hit.Length == text.Length)];
    }

    private void Write(string name, string content)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_site, "lexicon")).FullName;
        File.WriteAllText(Path.Combine(folder, name), content);
    }

    private sealed class ManualClock : TimeProvider
    {
        private long _ticks = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan time) => _ticks += time.Ticks;
    }
}
