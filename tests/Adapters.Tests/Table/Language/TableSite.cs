using System.Text;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Site;
using Consortium.Fhir;

namespace Consortium.Adapters.Tests.Table.Language;

/// <summary>A site folder with table maps, and what they make of a table.</summary>
internal sealed class TableSite : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("consortium-table-site").FullName;

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>Writes a file of the site's <c>table</c> folder.</summary>
    public TableSite With(string file, string content)
    {
        string path = Path.Combine(Folder, "table", file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return this;
    }

    public IReadOnlyList<ConversionResult> Convert(string table, string? fileName = null) => Convert(Encoding.UTF8.GetBytes(table), fileName);

    public IReadOnlyList<ConversionResult> Convert(byte[] table, string? fileName = null) => Pipeline().Convert(Record(table, fileName), "table");

    public IReadOnlyList<RecordExplanation> Explain(string table) => Pipeline().Explain(Record(Encoding.UTF8.GetBytes(table), null), "table")!;

    /// <summary>The one result of a table, which must be converted.</summary>
    public ConversionResult Good(string table)
    {
        ConversionResult result = Assert.Single(Convert(table));
        Assert.False(result.IsRejected, Tables.Errors(result));
        return result;
    }

    /// <summary>The issues of the one result of a table, which must be rejected.</summary>
    public OutcomeIssue[] Refused(string table)
    {
        ConversionResult result = Assert.Single(Convert(table));
        Assert.True(result.IsRejected, "The table was converted.");
        return [.. result.Issues.Where(issue => issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal)];
    }

    /// <summary>Why the site's maps cannot be loaded.</summary>
    public string Refusal() => Assert.Throws<SiteConfigurationException>(() => AdapterRegistry.BuiltIn(SiteConfiguration.Load(Folder))).Message;

    public static DraftObject Of(ConversionResult result, string type) => Assert.Single(Tables.Of(result, type));

    private ConversionPipeline Pipeline()
    {
        SiteConfiguration site = SiteConfiguration.Load(Folder);
        return new ConversionPipeline(AdapterRegistry.BuiltIn(site), site);
    }

    private static RawRecord Record(byte[] table, string? fileName) => new(table, "his", Tables.ReceivedAt, fileName);
}
