using Consortium.Adapters.Hl7V2.Language.Model;

namespace Consortium.Adapters.Hl7V2.Language.Conditions;

/// <summary>Kind of a token.</summary>
internal enum TokenKind
{
    /// <summary>A word of the language or a sign, in upper case.</summary>
    Word,

    /// <summary>A place in a record.</summary>
    Place,

    /// <summary>A text in quotes, without them.</summary>
    Text,

    /// <summary>Digits.</summary>
    Number,

    /// <summary>The end.</summary>
    End,
}

/// <summary>A token of a condition.</summary>
internal readonly record struct ConditionToken(TokenKind Kind, string Text, int Offset)
{
    private static readonly string[] Words =
    [
        "IF", "NOT", "AND", "OR", "IS", "VALUED", "VALUE", "EMPTY", "EXISTS", "EXIST", "DOES", "EQUALS", "EQUAL", "TO", "IN",
        "COUNT", "LST.COUNT", "LENGTH", "OCCURRENCE", "FIRST", "GREATER", "LESS", "THAN",
    ];

    /// <summary>Whether it is this word or sign.</summary>
    public bool Is(string word) => Kind == TokenKind.Word && Text == word;

    /// <summary>The tokens of a condition; the last one is the end.</summary>
    public static List<ConditionToken> In(MapText condition)
    {
        string text = condition.Value;
        var tokens = new List<ConditionToken>();
        int at = 0;
        while (at < text.Length)
        {
            char c = text[at];
            if (char.IsWhiteSpace(c))
            {
                at++;
                continue;
            }

            int start = at;
            if (c is '"' or '\'' or '\u201C' or '\u201D')
            {
                // Spreadsheets turn quotes into curved ones.
                int end = text.IndexOfAny(c is '\'' ? ['\''] : ['"', '\u201C', '\u201D'], at + 1);
                if (end < 0) throw condition.FaultAt(at, "the text that begins here has no closing quote.");
                tokens.Add(new(TokenKind.Text, text[(at + 1)..end], start));
                at = end + 1;
            }
            else if (char.IsAsciiDigit(c))
            {
                while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
                if (at - start > 9) throw condition.FaultAt(start, "the number is too large.");
                tokens.Add(new(TokenKind.Number, text[start..at], start));
            }
            else if (c is '(' or ')' or ',' or '=')
            {
                tokens.Add(new(TokenKind.Word, text[at++..(start + 1)], start));
            }
            else if (c is '<' or '>' or '!')
            {
                at += at + 1 < text.Length && (text[at + 1] == '=' || (c == '<' && text[at + 1] == '>')) ? 2 : 1;
                string sign = text[start..at];
                if (sign == "!") throw condition.FaultAt(start, "`!` alone is no sign; != is.");
                tokens.Add(new(TokenKind.Word, sign == "<>" ? "!=" : sign, start));
            }
            else if (char.IsLetter(c) || c is '$' or '_')
            {
                at++;
                while (at < text.Length && (char.IsLetterOrDigit(text[at]) || text[at] is '-' or '.' or '[' or ']' or '_')) at++;
                string word = text[start..at];
                string upper = word.ToUpperInvariant();
                tokens.Add(Words.Contains(upper) ? new(TokenKind.Word, upper, start) : new(TokenKind.Place, word, start));
            }
            else
            {
                throw condition.FaultAt(at, $"`{c}` has no meaning in a condition.");
            }
        }

        tokens.Add(new(TokenKind.End, "", text.Length));
        return tokens;
    }
}
