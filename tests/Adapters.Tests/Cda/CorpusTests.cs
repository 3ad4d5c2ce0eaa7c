using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using Consortium.Adapters.Cda;
using Consortium.Adapters.Site;
using Consortium.Fhir;
using Consortium.Testing;

namespace Consortium.Adapters.Tests.Cda;

public sealed partial class CorpusTests
{
    private const string Page = "docs/cda-corpus.md";
    private static readonly XNamespace Hl7 = "urn:hl7-org:v3";
    private readonly List<string> _failures = [];

    /// <summary>
    /// What becomes of each document of the corpus, and of each section and entry among the examples of HL7 when it stands in a document; as a page that a person can read.
    /// With <c>CONSORTIUM_WRITE_TABLES=1</c> it is written, else it must be what the adapter gives.
    /// </summary>
    [CorpusFact]
    public void Every_document_converts_to_valid_resources_and_what_was_not_mapped_is_what_the_page_says()
    {
        var text = new StringBuilder("""
            # What becomes of each C-CDA document of the corpus

            Made by `Cda/CorpusTests` from the corpora's `ccda` folder; it fails when this page is not what the adapter gives. Every result is valid FHIR R4, checked by the same test.
            The last column has what nothing was made of: statements by the OID of their template. Their words are in the section's narrative, the whole document is kept.

            ## Whole documents

            | document | resources | not mapped |
            | --- | --- | --- |

            """.ReplaceLineEndings("\n"));
        foreach (string file in Files().Where(IsWhole)) Row(text, file, Convert(File.ReadAllBytes(file)));
        text.Append("""

            ## Pieces

            HL7's examples are mostly sections and entries. As they are, each is refused: whose it is cannot be known. Here each stands in an otherwise empty document; what is neither
            (pieces of headers, templates that stand in no section) is not shown.

            | piece | resources | not mapped |
            | --- | --- | --- |

            """.ReplaceLineEndings("\n"));
        foreach (string file in Files().Where(file => !IsWhole(file)))
        {
            if (Wrapped(file) is { } document) Row(text, file, Convert(Encoding.UTF8.GetBytes(document)));
        }

        Assert.True(_failures.Count == 0, string.Join('\n', _failures));
        string page = Repository.Path(Page);
        if (Environment.GetEnvironmentVariable("CONSORTIUM_WRITE_TABLES") == "1") File.WriteAllText(page, text.ToString());
        Assert.Equal(File.ReadAllText(page).ReplaceLineEndings("\n"), text.ToString());
    }

    [CorpusFact]
    public void A_piece_of_a_document_is_refused_with_its_line_and_the_reason()
    {
        int pieces = 0;
        foreach (string file in Files().Where(file => !IsWhole(file)))
        {
            ConversionResult result = Convert(File.ReadAllBytes(file));
            Assert.True(result.IsRejected, file);
            Assert.NotNull(result.Issues[0].Line);
            pieces++;
        }

        Assert.True(pieces > 200, "the examples of HL7 are not in the corpus.");
    }

    [CorpusFact]
    public void The_same_bytes_give_the_same_bundle()
    {
        foreach (string file in Files().Where(IsWhole))
        {
            byte[] bytes = File.ReadAllBytes(file);
            Assert.Equal(BundleWriter.Write(Convert(bytes)), BundleWriter.Write(Convert(bytes)));
        }
    }

    [CorpusFact]
    public void Documents_cut_off_or_damaged_anywhere_never_throw()
    {
        var random = new Random(20261122);
        foreach (string file in Files().Where(IsWhole))
        {
            byte[] bytes = File.ReadAllBytes(file);
            for (int i = 0; i < 6; i++)
            {
                Assert.True(Convert(bytes[..random.Next(bytes.Length - 20)]).IsRejected);
                byte[] damaged = [.. bytes];
                for (int n = 0; n < 8; n++) damaged[random.Next(damaged.Length)] = (byte)random.Next(32, 127);
                _ = Convert(damaged);
            }
        }
    }

    [CorpusFact]
    public void Attributes_that_are_emptied_or_exchanged_never_give_invalid_resources()
    {
        var random = new Random(20261123);
        foreach (string file in Files().Where(IsWhole))
        {
            string text = File.ReadAllText(file);
            for (int i = 0; i < 4; i++)
            {
                string mutated = Attribute().Replace(text, match => random.Next(40) != 0 ? match.Value : $"{match.Groups[1].Value}=\"{Other(random)}\"");
                ConversionResult result = Convert(Encoding.UTF8.GetBytes(mutated));
                if (!result.IsRejected) Check(result, $"{Path.GetFileName(file)} #{i}");
            }
        }

        Assert.True(_failures.Count == 0, string.Join('\n', _failures));
    }

    private void Check(ConversionResult result, string name)
    {
        try
        {
            Documents.Valid(result, name);
        }
        catch (Xunit.Sdk.XunitException e)
        {
            _failures.Add(e.Message);
        }
    }

    private static string Other(Random random) => random.Next(6) switch { 0 => "", 1 => "x y", 2 => "20241399", 3 => "-1", 4 => "UNK", _ => "1.2.3" };

    private void Row(StringBuilder text, string file, ConversionResult result)
    {
        string name = Path.GetFileName(file);
        if (result.IsRejected)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {name} | quarantine: {result.Issues.First(issue => issue.Severity <= IssueSeverity.Error).Diagnostics} | |\n");
            return;
        }

        Check(result, name);
        // What the text of a file gives is the narrative adapter's, and for some forms needs programs that are not everywhere.
        if (result.Resources.Any(draft => draft.ResourceType == "Binary"))
        {
            text.Append(CultureInfo.InvariantCulture, $"| {name} | Binary, DocumentReference, the facts of its text | |\n");
            return;
        }

        string resources = string.Join(", ", result.Resources.GroupBy(draft => draft.ResourceType).Select(type => type.Count() == 1 ? type.Key : $"{type.Count()} {type.Key}"));
        IEnumerable<string> left = result.Issues.Select(issue => LeftOver().Match(issue.Diagnostics)).Where(match => match.Success).Select(match => $"{match.Groups[1].Value} {match.Groups[2].Value}");
        text.Append(CultureInfo.InvariantCulture, $"| {name} | {resources} | {string.Join("; ", left)} |\n");
    }

    private static ConversionResult Convert(byte[] bytes) =>
        Assert.Single(new CdaAdapter().Convert(new RawRecord(bytes, "corpus", DateTimeOffset.UnixEpoch), SiteConfiguration.Default.ContextFor("corpus")));

    private static IEnumerable<string> Files() =>
        Directory.GetFiles(Corpora.Path("ccda"), "*.*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".ccda" or ".xml")
            .OrderBy(Path.GetFileName, StringComparer.Ordinal).ThenBy(file => file, StringComparer.Ordinal);

    private static bool IsWhole(string file) => File.ReadAllText(file) is var text && WholeRoot().IsMatch(text) && text.Contains("=\"urn:hl7-org:v3\"", StringComparison.Ordinal);

    // The examples leave out namespaces, and entries of one kind stand beside each other.
    private static string? Wrapped(string file)
    {
        string text = Declaration().Replace(File.ReadAllText(file), "");
        XElement root;
        try
        {
            root = XElement.Parse($"<root {Documents.Namespaces} xmlns:voc=\"urn:hl7-org:v3/voc\" xmlns:cda=\"urn:hl7-org:v3\">{text}</root>");
        }
        catch (XmlException)
        {
            return null;
        }

        foreach (XElement element in root.DescendantsAndSelf().Where(element => element.Name.Namespace == XNamespace.None)) element.Name = Hl7 + element.Name.LocalName;
        List<XElement> sections = [.. root.DescendantsAndSelf(Hl7 + "section").Where(section => !section.Ancestors(Hl7 + "section").Any())];
        if (sections.Count == 0)
        {
            string[] statements = ["act", "observation", "organizer", "substanceAdministration", "procedure", "supply", "encounter"];
            List<XElement> entries = [.. root.Descendants().Where(element => statements.Contains(element.Name.LocalName) && !element.Ancestors().Any(above => statements.Contains(above.Name.LocalName)))];
            if (entries.Count == 0 || root.Descendants(Hl7 + "assignedAuthor").Any(author => author.Ancestors().All(above => !statements.Contains(above.Name.LocalName)))) return null;
            sections.Add(new XElement(Hl7 + "section", new XElement(Hl7 + "code", new XAttribute("code", "34109-9")), new XElement(Hl7 + "text", "Example."), entries.Select(entry => new XElement(Hl7 + "entry", entry))));
        }

        return Documents.Around(string.Concat(sections.Select(section => $"<component>{section.ToString(SaveOptions.DisableFormatting)}</component>")));
    }

    [GeneratedRegex(@"\(line \d+\): (\d+) statements? \(([^)]*)\) not mapped")]
    private static partial Regex LeftOver();

    [GeneratedRegex(@"<([a-z]+:)?ClinicalDocument[\s>]")]
    private static partial Regex WholeRoot();

    [GeneratedRegex(@"<\?xml[^>]*\?>")]
    private static partial Regex Declaration();

    [GeneratedRegex("\\b(value|code|unit|nullFlavor|root|extension|codeSystem|use|mediaType|displayName|negationInd|moodCode)=\"[^\"]*\"")]
    private static partial Regex Attribute();
}
