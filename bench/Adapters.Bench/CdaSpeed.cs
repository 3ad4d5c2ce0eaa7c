using System.Diagnostics;
using System.Text;
using System.Xml;
using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Site;

namespace Consortium.Adapters.Bench;

/// <summary>
/// Whole C-CDA documents on one thread: to resources, and to validated, written Bundles; beside <see cref="XmlReader"/> going over the same bytes and doing nothing,
/// and our tree of them.
/// </summary>
internal static class CdaSpeed
{
    public static object Run(string folder, int rounds)
    {
        var pipeline = new ConversionPipeline(AdapterRegistry.BuiltIn(), SiteConfiguration.Default);
        IRecordAdapter adapter = AdapterRegistry.BuiltIn().ByName("cda")!;
        ConversionContext context = SiteConfiguration.Default.ContextFor("bench");
        byte[][] documents = [.. Directory.GetFiles(folder, "*.*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".xml" or ".ccda").Order(StringComparer.Ordinal)
            .Select(File.ReadAllBytes)
            .Where(bytes => Encoding.UTF8.GetString(bytes).Contains("structuredBody", StringComparison.Ordinal) && pipeline.Convert(Record(bytes), "cda") is [{ IsRejected: false }])];
        if (documents.Length == 0) throw new InvalidOperationException($"No whole C-CDA document is in {folder}.");
        long sink = 0;
        var read = new Series(i => sink += Count(documents[i]));
        var tree = new Series(i => sink += CdaReader.Read(documents[i], null).Line);
        var convert = new Series(i => sink += adapter.Convert(Record(documents[i]), context).Single().Resources.Count);
        var whole = new Series(i => sink += BundleWriter.Write(pipeline.Convert(Record(documents[i]), "cda")[0]).Length);
        Series[] all = [read, tree, convert, whole];

        // Warm-up long enough for the tiered compiler.
        for (Stopwatch clock = Stopwatch.StartNew(); clock.Elapsed.TotalSeconds < 20;)
        {
            foreach (Series series in all) series.Round(documents.Length, passes: 1);
        }

        foreach (Series series in all) series.Forget();
        for (int round = 0; round < rounds; round++)
        {
            foreach (Series series in all) series.Round(documents.Length, passes: 2);
        }

        GC.KeepAlive(sink);
        return new
        {
            documents = documents.Length,
            meanBytes = Math.Round(documents.Average(document => (double)document.Length)),
            meanResources = Math.Round(documents.Average(document => (double)adapter.Convert(Record(document), context).Single().Resources.Count), 1),
            floorXmlReader = read.Report(),
            tree = tree.Report(),
            convert = convert.Report(),
            convertValidateSerialise = whole.Report(),
            convertTimesXmlReader = convert.Times(read),
            wholeTimesXmlReader = whole.Times(read),
        };
    }

    private static RawRecord Record(byte[] bytes) => new(bytes, "bench", DateTimeOffset.UnixEpoch);

    private static int Count(byte[] bytes)
    {
        using var reader = XmlReader.Create(new MemoryStream(bytes), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
        int nodes = 0;
        while (reader.Read()) nodes++;
        return nodes;
    }
}
