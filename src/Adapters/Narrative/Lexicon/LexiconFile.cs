using System.Text;
using Consortium.Adapters.Narrative.Facts;
using Consortium.Adapters.Site;

namespace Consortium.Adapters.Narrative.Lexicon;

/// <summary>The language whose rules look a term up.</summary>
internal enum NoteLanguage
{
    Chinese,
    English,
}

/// <summary>
/// Reads a lexicon: UTF-8, a row a line, <c>term category system code display</c> with tabs between; the last three may be missing.
/// Lines that begin with # and empty lines are skipped, and so is a first line of column names.
/// </summary>
internal static class LexiconFile
{
    private const int Columns = 5;
    private const int LongestTerm = 200;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The rows of a file that is built in.</summary>
    /// <param name="language">Its language.</param>
    /// <param name="name">Its name without the ending: <c>section</c>, <c>unit</c>.</param>
    public static List<LexiconEntry> BuiltIn(NoteLanguage language, string name)
    {
        string file = $"lexicon/{(language == NoteLanguage.Chinese ? "zh" : "en")}/{name}.tsv";
        using Stream stream = Chinese.DataTable.Open(file);
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return Read(file, bytes, language);
    }

    /// <summary>The rows of a file.</summary>
    /// <param name="file">The file's name, for errors.</param>
    /// <param name="bytes">What is in it.</param>
    /// <param name="language">The language of its terms; null for a site's file, where each term says it by its script.</param>
    /// <exception cref="SiteConfigurationException">A row is wrong; names file, line and column.</exception>
    public static List<LexiconEntry> Read(string file, ReadOnlySpan<byte> bytes, NoteLanguage? language)
    {
        var entries = new List<LexiconEntry>();
        var shared = new HashSet<string>(StringComparer.Ordinal);
        HashSet<string>.AlternateLookup<ReadOnlySpan<char>> known = shared.GetAlternateLookup<ReadOnlySpan<char>>();
        ReadOnlySpan<char> rest = Decode(file, bytes);
        Span<Range> cells = stackalloc Range[Columns + 1];
        for (int number = 1; !rest.IsEmpty; number++)
        {
            int end = rest.IndexOf('\n');
            ReadOnlySpan<char> line = (end < 0 ? rest : rest[..end]).TrimEnd('\r');
            rest = end < 0 ? [] : rest[(end + 1)..];
            if (line.IsWhiteSpace() || line[0] == '#') continue;
            int count = line.Split(cells, '\t');
            if (count > Columns) throw Wrong(file, number, Columns + 1, $"more than {Columns} columns; a row is term, category, system, code, display with tabs between.");
            ReadOnlySpan<char> term = line[cells[0]].Trim();
            if (number == 1 && term is "term") continue;
            if (count < 2) throw Wrong(file, number, 2, "the category is missing; a row is term, category, system, code, display with tabs between.");
            if (term.IsEmpty) throw Wrong(file, number, 1, "the term is missing.");
            if (term.Length > LongestTerm) throw Wrong(file, number, 1, $"the term has {term.Length} characters; at most {LongestTerm} are taken.");
            if (Category(line[cells[1]].Trim()) is not { } category) throw Wrong(file, number, 2, $"this is no category. There are: {string.Join(", ", Names.Keys)}.");
            string? system = Cell(line, cells, count, 2, known);
            string? code = Cell(line, cells, count, 3, known);
            if (code is not null && system is null && category is not LexiconCategory.Frequency) throw Wrong(file, number, 3, "a code needs its system: icd-10, loinc, atc, ucum, or a URI.");
            string text = term.ToString();
            entries.Add(new LexiconEntry(text, category, system, code, Cell(line, cells, count, 4, known))
            {
                IsSite = language is null,
                CasedTerm = Cased(text, language ?? LanguageOf(text)),
            });
        }

        return entries;
    }

    /// <summary>The language of a site's term: Chinese where a Han character stands in it.</summary>
    public static NoteLanguage LanguageOf(ReadOnlySpan<char> term) => Scripts.HasHan(term) ? NoteLanguage.Chinese : NoteLanguage.English;

    // English lexicons: a term with a capital (AF, MS, US) matches only as written, for in lower case it is a word or another thing.
    // Chinese ones: so do the abbreviations of one and two letters; longer ones are typed in any case.
    private static string? Cased(string term, NoteLanguage language)
    {
        int letters = 0;
        bool capital = false;
        foreach (char c in term)
        {
            if (!char.IsAscii(c) && language == NoteLanguage.Chinese) return null;
            if (char.IsLetter(c)) letters++;
            capital |= char.IsUpper(c);
        }

        return language == NoteLanguage.English ? (capital ? FoldedText.Fold(term) : null) : (letters is 1 or 2 ? FoldedText.Fold(term) : null);
    }

    private static ReadOnlySpan<char> Decode(string file, ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith<byte>([0xEF, 0xBB, 0xBF])) bytes = bytes[3..];
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException broken)
        {
            int line = bytes[..Math.Clamp(broken.Index, 0, bytes.Length)].Count((byte)'\n') + 1;
            throw new SiteConfigurationException(file, $"line {line}", "this is not UTF-8. Save the lexicon as UTF-8.", broken);
        }
    }

    private static string? Cell(ReadOnlySpan<char> line, ReadOnlySpan<Range> cells, int count, int column, HashSet<string>.AlternateLookup<ReadOnlySpan<char>> known)
    {
        if (column >= count) return null;
        ReadOnlySpan<char> text = line[cells[column]].Trim();
        if (text.IsEmpty) return null;
        if (known.TryGetValue(text, out string? same)) return same;
        known.Add(text);
        return known.TryGetValue(text, out same) ? same : text.ToString();
    }

    private static LexiconCategory? Category(ReadOnlySpan<char> name) =>
        Names.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out LexiconCategory category) ? category : null;

    private static SiteConfigurationException Wrong(string file, int line, int column, string problem) => new(file, $"line {line}, column {column}", problem);

    private static readonly Dictionary<string, LexiconCategory> Names = new(StringComparer.Ordinal)
    {
        ["disease"] = LexiconCategory.Disease,
        ["symptom"] = LexiconCategory.Symptom,
        ["body"] = LexiconCategory.Body,
        ["test"] = LexiconCategory.Test,
        ["treatment"] = LexiconCategory.Treatment,
        ["drug"] = LexiconCategory.Drug,
        ["procedure"] = LexiconCategory.Procedure,
        ["lab"] = LexiconCategory.Lab,
        ["vital"] = LexiconCategory.Vital,
        ["unit"] = LexiconCategory.Unit,
        ["form"] = LexiconCategory.Form,
        ["route"] = LexiconCategory.Route,
        ["frequency"] = LexiconCategory.Frequency,
        ["section"] = LexiconCategory.Section,
        ["negation"] = LexiconCategory.Negation,
        ["pseudo-negation"] = LexiconCategory.PseudoNegation,
        ["uncertain"] = LexiconCategory.Uncertain,
        ["historical"] = LexiconCategory.Historical,
        ["hypothetical"] = LexiconCategory.Hypothetical,
        ["other-person"] = LexiconCategory.OtherPerson,
        ["terminator"] = LexiconCategory.Terminator,
    };
}
