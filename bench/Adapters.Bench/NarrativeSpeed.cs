using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Consortium.Adapters.Chinese;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Narrative;
using Consortium.Adapters.Narrative.Facts;
using Consortium.Adapters.Site;
using Consortium.Fhir;

namespace Consortium.Adapters.Bench;

/// <summary>
/// Facts in free text on one thread: the gold notes, their marks taken out, over and over; beside decoding the same bytes as UTF-8, the
/// time to build the lexicons, and whole notes to validated Bundles. A real archive has more sameness than this, and the texts are short, so that what a text costs at all counts too.
/// </summary>
internal static partial class NarrativeSpeed
{
    public static object Run(string gold, int rounds)
    {
        // Once a process: what a first text waits for, code that is compiled on the way included.
        Stopwatch clock = Stopwatch.StartNew();
        FactFinder finder = FactFinder.ForSite();
        finder.Find("无发热。\nNo fever of note today.");
        double load = clock.Elapsed.TotalSeconds;
        return new { loadSeconds = Math.Round(load, 3), chinese = Language(finder, Path.Combine(gold, "zh"), rounds), english = Language(finder, Path.Combine(gold, "en"), rounds), documents = Documents(finder, gold, rounds) };
    }

    // Whole notes of both languages to Bundles that are written and validated. Many gold notes name nobody, so their patient is given beside them; refused ones count too.
    private static object Documents(FactFinder finder, string gold, int rounds)
    {
        byte[][] notes = [.. Directory.GetFiles(gold, "*.note", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(file => Encoding.UTF8.GetBytes(Plain(File.ReadAllText(file))))];
        var adapter = new NarrativeAdapter(finder);
        var context = SiteConfiguration.Default.ContextFor("bench");
        var known = new NoteContext { Patient = new ResourceDraft(JsonBuilding.Resource("Patient", "bench"), ApplyMode.CreateIfAbsent) };
        int refused = 0, invalid = 0;
        long written = 0, resources = 0;
        ConversionResult Convert(int i) => adapter.Convert(RecordText.Decode(notes[i], out _)!, new RawRecord(notes[i], "bench", DateTimeOffset.UnixEpoch, "note.txt"), context, known);
        for (int i = 0; i < notes.Length; i++)
        {
            ConversionResult result = Convert(i);
            if (result.IsRejected)
            {
                refused++;
                continue;
            }

            byte[] bundle = BundleWriter.Write(result);
            written += bundle.Length;
            resources += result.Resources.Count;
            if (!FhirValidator.R4.Validate(bundle).IsValid) invalid++;
        }

        long sink = 0;
        var whole = new Series(i =>
        {
            ConversionResult result = Convert(i);
            if (!result.IsRejected && FhirValidator.R4.Validate(BundleWriter.Write(result)).IsValid) sink++;
        });
        for (Stopwatch clock = Stopwatch.StartNew(); clock.Elapsed.TotalSeconds < 15;) whole.Round(notes.Length, passes: 1);
        whole.Forget();
        for (int round = 0; round < rounds; round++) whole.Round(notes.Length, passes: 1);
        GC.KeepAlive(sink);
        int made = notes.Length - refused;
        return new
        {
            notes = notes.Length,
            refused,
            invalid,
            meanResources = Math.Round((double)resources / made, 1),
            meanBundleBytes = Math.Round((double)written / made),
            notesToValidatedBundles = whole.Report(),
        };
    }

    private static object Language(FactFinder finder, string folder, int rounds)
    {
        byte[][] notes = [.. Directory.GetFiles(folder, "*.note").Order(StringComparer.Ordinal).Select(file => Encoding.UTF8.GetBytes(Plain(File.ReadAllText(file))))];
        double bytes = notes.Average(note => (double)note.Length);
        long sink = 0;
        var decode = new Series(i => sink += Encoding.UTF8.GetString(notes[i]).Length);
        var facts = new Series(i => sink += finder.Read(notes[i], out _)!.Count);
        for (Stopwatch clock = Stopwatch.StartNew(); clock.Elapsed.TotalSeconds < 15;) facts.Round(notes.Length, passes: 1);
        decode.Round(notes.Length, passes: 20);
        decode.Forget();
        facts.Forget();
        for (int round = 0; round < rounds; round++)
        {
            decode.Round(notes.Length, passes: 20);
            facts.Round(notes.Length, passes: 2);
        }

        GC.KeepAlive(sink);
        double median = facts.Seconds.Order().ElementAt(facts.Seconds.Count / 2);
        return new
        {
            notes = notes.Length,
            meanBytes = Math.Round(bytes),
            megabytesPerSecondMedian = Math.Round(bytes / median / 1e6, 2),
            megabytesPerSecondBest = Math.Round(bytes / facts.Seconds.Min() / 1e6, 2),
            facts = facts.Report(),
            decodeUtf8 = decode.Report(),
            factsTimesDecode = facts.Times(decode),
        };
    }

    // As the gold notes' README says: a head of #key lines, then the text with ⟦category:assertion|…⟧ and ⟨…⟩ in it.
    private static string Plain(string note)
    {
        int body = note.IndexOf("\n\n", StringComparison.Ordinal) + 2;
        return Marks().Replace(note[body..], "");
    }

    [GeneratedRegex(@"⟦[a-z]+:[^|⟧]*\||[⟧⟨⟩]", RegexOptions.CultureInvariant)]
    private static partial Regex Marks();
}
