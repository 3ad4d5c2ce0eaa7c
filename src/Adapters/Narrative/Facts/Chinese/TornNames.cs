using Consortium.Adapters.Narrative.Lexicon;

namespace Consortium.Adapters.Narrative.Facts.Chinese;

/// <summary>
/// Names of measurements that end with a digit and have their number directly behind: PaO256mmHg, SpO298%, C31.02g/L. They are read only where there is one way to
/// part them: what is left without the digit is no name, no other name shares the beginning, and a unit follows.
/// </summary>
internal static class TornNames
{
    /// <summary>True for a name whose number begins at its end.</summary>
    public static bool MayBe(string text, in LexiconHit hit) =>
        hit.Category is LexiconCategory.Lab or LexiconCategory.Vital && hit.Length > 1 && hit.End < text.Length && char.IsAsciiDigit(text[hit.End - 1]) && char.IsAsciiLetter(text[hit.End - 2])
        && text[hit.End] is >= '1' and <= '9' && Candidates.IsWholeButForDigits(text, hit);

    /// <summary>Leaves in a list of such names only those that can be parted in one way, and adds them to the hits, which come by start, the longest first.</summary>
    public static void AddTo(List<LexiconHit> hits, List<LexiconHit> torn)
    {
        if (torn.Count == 0) return;
        for (int i = torn.Count - 1; i >= 0; i--)
        {
            LexiconHit name = torn[i];
            bool alone = torn.TrueForAll(other => other.Start != name.Start || other.End == name.End)
                && !hits.Exists(other => other.Start == name.Start && other.Category is LexiconCategory.Lab or LexiconCategory.Vital);
            if (!alone) torn.RemoveAt(i);
        }

        hits.AddRange(torn);
        hits.Sort(static (a, b) => a.Start != b.Start ? a.Start.CompareTo(b.Start) : b.End.CompareTo(a.End));
    }
}
