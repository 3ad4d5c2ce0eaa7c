namespace Consortium.Adapters.Narrative.Facts.English;

/// <summary>What a token is made of.</summary>
internal enum EnglishTokenKind : byte
{
    /// <summary>A run of letters.</summary>
    Word,
    /// <summary>A run of digits; a decimal point is a token of its own.</summary>
    Digits,
    /// <summary>One other character.</summary>
    Sign,
}

/// <summary>
/// One token of an English text. Letters and digits part at every change (<c>SpO2</c>, <c>P80</c>, <c>5mg</c>), for notes glue names, values and units at will;
/// <see cref="Joined"/> tells the glued from the spaced.
/// </summary>
internal readonly struct EnglishToken(int start, int length, EnglishTokenKind kind, int word, int singular, bool joined, bool newLine, char first)
{
    /// <summary>Offset of the first character in the text, in UTF-16 units.</summary>
    public int Start { get; } = start;

    /// <summary>Offset behind the last character.</summary>
    public int End { get; } = start + length;

    public EnglishTokenKind Kind { get; } = kind;

    /// <summary>Number of the folded word in the lexicon's vocabulary; -1 when no term has the word.</summary>
    public int Word { get; } = word;

    /// <summary>Number of the regular singular when the word may be a plural; -1 otherwise.</summary>
    public int Singular { get; } = singular;

    /// <summary>No white space stands before the token.</summary>
    public bool Joined { get; } = joined;

    /// <summary>The token is the first of its line.</summary>
    public bool NewLine { get; } = newLine;

    /// <summary>Its first character as written.</summary>
    public char First { get; } = first;

    public bool IsWordOrDigits => Kind != EnglishTokenKind.Sign;
}
