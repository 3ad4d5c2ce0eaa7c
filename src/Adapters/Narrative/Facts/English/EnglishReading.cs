namespace Consortium.Adapters.Narrative.Facts.English;

/// <summary>One text under the English rules: its tokens, the terms on them, its sentences and its sections. The rules share it and add to <see cref="Mentions"/>.</summary>
internal sealed class EnglishReading
{
    private readonly TermHit[] _facts;
    private readonly TermHit[] _cues;

    public EnglishReading(string text, TextSpan block, EnglishLexicon lexicon)
    {
        Text = text;
        Block = block;
        Lexicon = lexicon;
        Tokens = EnglishTokenizer.Tokenize(text.AsSpan(block.Start, block.End - block.Start), lexicon.Vocabulary);
        _facts = new TermHit[Tokens.Count];
        _cues = new TermHit[Tokens.Count];
        Units = new TermHit[Tokens.Count];
        SectionHits = new TermHit[Tokens.Count];
        Roles = new WordRole[Tokens.Count];
        List<TermHit> hits = [];
        for (int i = 0; i < Tokens.Count; i++)
        {
            Roles[i] = lexicon.Words.Of(Tokens[i]);
            hits.Clear();
            lexicon.FindAt(Span, Tokens, i, hits);
            foreach (TermHit hit in hits) Keep(i, hit);
        }
        Sentences = EnglishSentences.Number(this);
        Sections = EnglishSections.Read(this);
    }

    public string Text { get; }

    public TextSpan Block { get; }

    public EnglishLexicon Lexicon { get; }

    /// <summary>The block's text; offsets of tokens are offsets in it.</summary>
    public ReadOnlySpan<char> Span => Text.AsSpan(Block.Start, Block.End - Block.Start);

    public List<EnglishToken> Tokens { get; }

    public WordRole[] Roles { get; }

    /// <summary>The longest unit, route, form or frequency that begins at each token.</summary>
    public TermHit[] Units { get; }

    /// <summary>The longest heading that begins at each token.</summary>
    public TermHit[] SectionHits { get; }

    /// <summary>The number of each token's sentence.</summary>
    public int[] Sentences { get; }

    public EnglishSections Sections { get; }

    /// <summary>The facts found so far, by place.</summary>
    public List<Mention> Mentions { get; } = [];

    /// <summary>The longest term of a fact that begins at a token; <c>Length</c> 0 when none does.</summary>
    public TermHit FactAt(int token) => _facts[token];

    /// <summary>The longest cue that begins at a token.</summary>
    public TermHit CueAt(int token) => _cues[token];

    public bool Has(int token, WordRole role) => (uint)token < (uint)Roles.Length && (Roles[token] & role) != 0;

    public bool Is(int token, char sign) => (uint)token < (uint)Tokens.Count && Tokens[token].Kind == EnglishTokenKind.Sign && Tokens[token].First == sign;

    public bool Is(int token, string word) =>
        (uint)token < (uint)Tokens.Count && Span[Tokens[token].Start..Tokens[token].End].Equals(word, StringComparison.OrdinalIgnoreCase);

    public ReadOnlySpan<char> Written(int first, int end) => Span[Tokens[first].Start..Tokens[end - 1].End];

    /// <summary>True where two tokens stand in one sentence.</summary>
    public bool Together(int a, int b) => (uint)a < (uint)Sentences.Length && (uint)b < (uint)Sentences.Length && Sentences[a] == Sentences[b];

    /// <summary>The longest term of a kind that begins at a token and ends at another; <c>Length</c> 0 when there is none.</summary>
    public TermHit FactBetween(int first, int end, TermKinds kinds)
    {
        List<TermHit> hits = [];
        Lexicon.FindAt(Span, Tokens, first, hits);
        foreach (TermHit hit in hits)
        {
            if (hit.End == end && hit.Is(kinds)) return hit;
        }
        return default;
    }

    private void Keep(int token, TermHit hit)
    {
        if (hit.Is(TermKinds.Facts | TermKinds.LooseName)) Keep(ref _facts[token], hit, TermKinds.Facts);
        if (hit.Is(TermKinds.Cues)) Keep(ref _cues[token], hit, TermKinds.Cues);
        if (hit.Is(TermKinds.Unit | TermKinds.Route | TermKinds.Form | TermKinds.Frequency)) Keep(ref Units[token], hit, TermKinds.Unit);
        if (hit.Is(TermKinds.Section)) Keep(ref SectionHits[token], hit, TermKinds.Section);
    }

    // Two paths may end on one token (a plural of its own and a regular one): what both say counts.
    private static void Keep(ref TermHit kept, TermHit hit, TermKinds kinds)
    {
        if (hit.End > kept.End) kept = hit;
        else if (hit.End == kept.End && (hit.Kinds & kinds & ~kept.Kinds) != 0) kept = new TermHit(kept.First, kept.End, kept.Kinds | hit.Kinds, [.. kept.Terms, .. hit.Terms]);
    }
}
