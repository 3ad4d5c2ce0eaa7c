using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Consortium.Adapters.Narrative.Facts;

namespace Consortium.Adapters.Bench;

/// <summary>
/// Facts in free text on one thread: the gold notes, their marks taken out, over and over; beside decoding the same bytes as UTF-8, and the
/// time to build the lexicons. A real archive has more sameness than this, and the texts are short, so that what a text costs at all counts too.
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
        return new { loadSeconds = Math.Round(load, 3), chinese = Language(finder, Path.Combine(gold, "zh"), rounds), english = Language(finder, Path.Combine(gold, "en"), rounds) };
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
