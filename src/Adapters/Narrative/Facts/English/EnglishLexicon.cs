using Consortium.Adapters.Narrative.Lexicon;

namespace Consortium.Adapters.Narrative.Facts.English;

/// <summary>
/// The English terms as a trie over words, not characters: a term can then only begin and end where a word does, and hyphens, plurals and spacing are folded away
/// when a word is looked up (docs/decisions/0143). Immutable; any number of threads may search at once.
/// </summary>
internal sealed class EnglishLexicon
{
    private readonly Dictionary<long, int> _edges = new(64_000);
    private readonly List<EnglishTerm[]?> _terms = [null];
    private readonly Dictionary<string, EnglishTerm> _vitals = new(StringComparer.Ordinal);

    public EnglishLexicon(IReadOnlyCollection<LexiconEntry> entries)
    {
        CompositeTerms composites = new(entries);
        foreach (LexiconEntry entry in entries)
        {
            EnglishTerm term = new(entry);
            if (term.Kind != TermKinds.None && !composites.IsComposite(entry)) Add(term);
            if (entry.Category == LexiconCategory.Vital) _vitals.TryAdd(entry.Term, term);
        }
        foreach (LexiconEntry entry in Cues.Entries) Add(new EnglishTerm(entry));
        Words = new WordRoles(Vocabulary);
    }

    public EnglishVocabulary Vocabulary { get; } = new();

    /// <summary>What the rules know of single words.</summary>
    public WordRoles Words { get; }

    /// <summary>Which way each cue reaches.</summary>
    public CueReaches Cues { get; } = CueReaches.BuiltIn;

    /// <summary>The term of a vital sign by its name in lower case; null where the lexicon has none.</summary>
    public EnglishTerm? Named(string vital) => _vitals.GetValueOrDefault(vital);

    /// <summary>The hits that begin at a token, shorter ones before longer ones of the same path, appended to <paramref name="hits"/>.</summary>
    public void FindAt(ReadOnlySpan<char> text, List<EnglishToken> tokens, int first, List<TermHit> hits) => Walk(text, tokens, first, first, 0, hits);

    private void Walk(ReadOnlySpan<char> text, List<EnglishToken> tokens, int first, int at, int node, List<TermHit> hits)
    {
        for (int i = at; i < tokens.Count; i++)
        {
            EnglishToken token = tokens[i];
            if (i > first && token.NewLine && !Wraps(text, tokens, i)) return;
            int next = Step(node, token.Word);
            if (token.Singular >= 0 && Step(node, token.Singular) is var singular && singular >= 0)
            {
                if (next < 0) next = singular;
                else Take(text, tokens, first, i, singular, hits);
            }
            if (next < 0)
            {
                // A hyphen inside a compound is no token of a term: community-acquired, X-ray, ST-elevation.
                if (i > first && token.First == '-' && token.Joined && i + 1 < tokens.Count && (tokens[i + 1].Joined || tokens[i + 1].NewLine)) continue;
                return;
            }
            node = next;
            Terminal(text, tokens, first, i, node, hits);
        }
    }

    // The other path of a word that is a term's word both as it stands and as a plural.
    private void Take(ReadOnlySpan<char> text, List<EnglishToken> tokens, int first, int at, int node, List<TermHit> hits)
    {
        Terminal(text, tokens, first, at, node, hits);
        Walk(text, tokens, first, at + 1, node, hits);
    }

    private void Terminal(ReadOnlySpan<char> text, List<EnglishToken> tokens, int first, int at, int node, List<TermHit> hits)
    {
        if (_terms[node] is { } terms && Bounded(tokens, first, at, terms) && Hit(text, tokens, first, at + 1, terms) is { } hit) hits.Add(hit);
    }

    /// <summary>A line that goes on in the next one: text wrapped at a margin, not a list or a table.</summary>
    public static bool Wraps(ReadOnlySpan<char> text, List<EnglishToken> tokens, int first)
    {
        if (first == 0 || !char.IsLower(tokens[first].First)) return false;
        int end = tokens[first - 1].End;
        if (tokens[first - 1].First is '.' or ':' or ';') return false;
        if (text[end..tokens[first].Start].Count('\n') > 1) return false;
        int line = end > 0 ? text[..end].LastIndexOf('\n') : -1;
        return end - line > 60;
    }

    private void Add(EnglishTerm term)
    {
        int node = 0;
        foreach (EnglishToken token in EnglishTokenizer.Tokenize(term.Text, Vocabulary))
        {
            if (token.First == '-' && token.Joined && token.End < term.Text.Length && !char.IsWhiteSpace(term.Text[token.End])) continue;
            long edge = Edge(node, Vocabulary.Add(term.Text.AsSpan(token.Start, token.End - token.Start)));
            if (!_edges.TryGetValue(edge, out int next))
            {
                _edges.Add(edge, next = _terms.Count);
                _terms.Add(null);
            }
            node = next;
        }
        if (node != 0) _terms[node] = _terms[node] is { } others ? [.. others, term] : [term];
    }

    private int Step(int node, int word) => word >= 0 && _edges.TryGetValue(Edge(node, word), out int next) ? next : -1;

    private static long Edge(int node, int word) => ((long)node << 32) | (uint)word;

    // A term does not begin or end inside a glued word (the "T" of T12), but a name may have its value glued on (P80, T36.5) and a unit its number (5mg).
    private static bool Bounded(List<EnglishToken> tokens, int first, int last, EnglishTerm[] terms)
    {
        const TermKinds glued = TermKinds.Vital | TermKinds.Lab | TermKinds.Unit | TermKinds.Route | TermKinds.Form | TermKinds.Frequency;
        if (tokens[first].Joined && first > 0 && tokens[first].IsWordOrDigits && tokens[first - 1].IsWordOrDigits && !Any(terms, TermKinds.Unit | TermKinds.Form | TermKinds.Vital)) return false;
        if (last + 1 >= tokens.Count || !tokens[last + 1].Joined) return true;
        EnglishToken next = tokens[last + 1];
        if (!tokens[last].IsWordOrDigits) return true;
        if (next.IsWordOrDigits) return Any(terms, glued) && next.Kind == EnglishTokenKind.Digits;
        return !(next.First == '\'' && last + 2 < tokens.Count && tokens[last + 2].Joined && tokens[last].Kind == EnglishTokenKind.Digits);
    }

    private static bool Any(EnglishTerm[] terms, TermKinds kinds)
    {
        foreach (EnglishTerm term in terms)
        {
            if ((term.Kind & kinds) != 0) return true;
        }
        return false;
    }

    private static TermHit? Hit(ReadOnlySpan<char> text, List<EnglishToken> tokens, int first, int end, EnglishTerm[] terms)
    {
        ReadOnlySpan<char> written = text[tokens[first].Start..tokens[end - 1].End];
        TermKinds kinds = TermKinds.None;
        int dropped = 0;
        foreach (EnglishTerm term in terms)
        {
            if (term.CaseSensitive && !written.StartsWith(term.Text.AsSpan(0, Math.Min(term.Text.Length, written.Length)), StringComparison.Ordinal)) dropped++;
            else kinds |= term.Kind;
        }
        if (dropped > 0 && (kinds & (TermKinds.Lab | TermKinds.Vital)) == 0 && Any(terms, TermKinds.Lab | TermKinds.Vital))
        {
            return new TermHit(first, end, kinds | TermKinds.LooseName, terms);
        }
        if (kinds == TermKinds.None) return null;
        return new TermHit(first, end, kinds, dropped == 0 ? terms : [.. terms.Where(t => (t.Kind & kinds) != 0)]);
    }
}
