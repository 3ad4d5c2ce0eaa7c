using System.Text;

namespace Consortium.Adapters.Narrative.Facts.English;

/// <summary>Numbers the words of the lexicon. Words are folded to lower case; a text's plural finds its regular singular (-s, -es, -ies).</summary>
internal sealed class EnglishVocabulary
{
    private const int LongestWord = 64;
    private readonly Dictionary<string, int> _words = new(32_000, StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    public EnglishVocabulary() => _lookup = _words.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The word's number, given when it is new.</summary>
    public int Add(ReadOnlySpan<char> word)
    {
        string folded = Folded(word.ToString());
        if (_words.TryGetValue(folded, out int number)) return number;
        _words.Add(folded, number = _words.Count);
        return number;
    }

    /// <summary>The number of a word that a table of rules names; -1 when no term has it.</summary>
    public int Number(string word) => _words.GetValueOrDefault(word, -1);

    /// <summary>Numbers of the word as written and of its regular singular; -1 each when unknown.</summary>
    public (int Word, int Singular) Find(ReadOnlySpan<char> word, EnglishTokenKind kind)
    {
        if (word.Length > LongestWord) return (-1, -1);
        Span<char> folded = stackalloc char[LongestWord];
        int length = kind == EnglishTokenKind.Word ? word.ToLowerInvariant(folded) : word.Length;
        if (kind != EnglishTokenKind.Word) word.CopyTo(folded);
        if (kind == EnglishTokenKind.Sign && word.Length == 1) folded[0] = EnglishTokenizer.Fold(word[0]);
        ReadOnlySpan<char> key = folded[..length];
        int number = _lookup.TryGetValue(key, out int found) ? found : -1;
        return (number, kind == EnglishTokenKind.Word && length > 3 && key[^1] == 's' ? Singular(folded, length) : -1);
    }

    private int Singular(Span<char> word, int length)
    {
        if (word[length - 2] is 's' or 'u' or 'i') return -1; // mass, thrombus, pelvis: no plurals
        if (word[..length] is "does" or "goes" or "aids" or "plus" or "less") return -1;
        if (length > 4 && word[(length - 3)..length].SequenceEqual("ies"))
        {
            word[length - 3] = 'y';
            if (_lookup.TryGetValue(word[..(length - 2)], out int y)) return y;
            word[length - 3] = 'i';
        }
        if (_lookup.TryGetValue(word[..(length - 1)], out int plain)) return plain;
        return word[length - 2] == 'e' && _lookup.TryGetValue(word[..(length - 2)], out int es) ? es : -1;
    }

    private static string Folded(string word)
    {
        if (word.Length == 1) return EnglishTokenizer.Fold(word[0]) is var c && char.IsLetter(c) ? char.ToLowerInvariant(c).ToString() : c.ToString();
        return word.Normalize(NormalizationForm.FormC).ToLowerInvariant();
    }
}
