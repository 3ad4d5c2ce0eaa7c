using System.Text;
using Consortium.FhirFacade.Search.Indexing;

namespace Consortium.FhirFacade.Search.Text;

/// <summary>
/// Takes text apart into the words of the full-text index. Letters and digits are folded as everywhere in searches (<see cref="FoldedText"/>). Chinese, Japanese and Korean
/// have no blanks between words, and a dictionary would miss what it does not know: each pair of neighbouring characters is a word, and so is the last character of a run,
/// so that one character is found by its beginning and several as a phrase, wherever they stand.
/// </summary>
internal static class WordSplitter
{
    /// <summary>Longer words are found by their beginning.</summary>
    public const int MostCharacters = 64;

    /// <summary>The words of a text that is indexed.</summary>
    public static void Split(string text, List<string> words) => Split(text, words, endsRun: true);

    /// <summary>The words of a text that is looked for: the last run of characters may go on in what is found.</summary>
    /// <returns>True where the last word is a single character of a run, which stands for what begins with it.</returns>
    public static bool SplitSought(string text, List<string> words) => Split(text, words, endsRun: false);

    private static bool Split(string text, List<string> words, bool endsRun)
    {
        var word = new StringBuilder();
        string? run = null; // the last character of a run that goes on
        int length = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (IsUnspaced(rune))
            {
                EndWord();
                string character = rune.ToString();
                if (run is not null) words.Add(run + character);
                run = character;
                length++;
                continue;
            }

            bool joins = Rune.IsLetterOrDigit(rune) || FoldedText.IsMark(rune);
            if (joins && run is null) Append(rune);
            else if (joins && !FoldedText.IsMark(rune))
            {
                EndRun();
                Append(rune);
            }
            else if (!joins)
            {
                EndWord();
                if (run is not null) EndRun();
            }
        }

        EndWord();
        if (run is null) return false;
        if (endsRun || length == 1) words.Add(run);
        return !endsRun && length == 1;

        void Append(Rune rune)
        {
            if (word.Length < MostCharacters) FoldedText.Append(word, rune);
        }

        void EndWord()
        {
            if (word.Length > MostCharacters) word.Length = MostCharacters;
            if (word.Length > 0) words.Add(word.ToString());
            word.Clear();
        }

        void EndRun()
        {
            words.Add(run!);
            (run, length) = (null, 0);
        }
    }

    private static bool IsUnspaced(Rune rune) => rune.Value is
        (>= 0x3400 and <= 0x4DBF) or (>= 0x4E00 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x3FFFF) // Han
        or (>= 0x3041 and <= 0x30FF) or (>= 0xAC00 and <= 0xD7A3); // kana, Hangul
}
