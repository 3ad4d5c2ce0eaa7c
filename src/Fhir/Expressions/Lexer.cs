using System.Globalization;
using System.Text;

namespace Consortium.Fhir.Expressions;

internal enum TokenKind
{
    End,
    Identifier,
    DelimitedIdentifier,
    Text,
    Number,
    Temporal,
    Variable,
    Special,
    Symbol,
}

/// <summary>A token of FHIRPath; <see cref="At"/> is its position, from 0.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, int At)
{
    public bool Is(string symbolOrKeyword) => Kind is TokenKind.Symbol or TokenKind.Identifier && Text == symbolOrKeyword;
}

/// <summary>Splits FHIRPath into tokens (FHIRPath N1, appendix B).</summary>
internal sealed class Lexer(string text)
{
    private static readonly string[] s_symbols = ["<=", ">=", "!=", "!~", "(", ")", "[", "]", "{", "}", ".", ",", "+", "-", "*", "/", "&", "|", "<", ">", "=", "~"];

    private int _at;

    public static List<Token> Tokens(string text)
    {
        Lexer lexer = new(text);
        List<Token> tokens = [];
        do tokens.Add(lexer.Next());
        while (tokens[^1].Kind != TokenKind.End);
        return tokens;
    }

    private char Peek(int ahead = 0) => _at + ahead < text.Length ? text[_at + ahead] : '\0';

    private Token Next()
    {
        SkipSpaceAndComments();
        int start = _at;
        if (_at >= text.Length) return new Token(TokenKind.End, string.Empty, start);
        char c = Peek();
        if (c == '\'') return new Token(TokenKind.Text, Quoted('\''), start);
        if (c == '"') return new Token(TokenKind.Text, Quoted('"'), start);
        if (c == '`') return new Token(TokenKind.DelimitedIdentifier, Quoted('`'), start);
        if (IsNameStart(c)) return new Token(TokenKind.Identifier, Name(), start);
        if (char.IsAsciiDigit(c)) return new Token(TokenKind.Number, Number(), start);
        if (c == '@') return new Token(TokenKind.Temporal, Temporal(), start);
        if (c == '%')
        {
            _at++;
            string name = Peek() is '\'' or '`' or '"' ? Quoted(Peek()) : IsNameStart(Peek()) ? VariableName() : throw Error(start, "'%' needs a name after it");
            return new Token(TokenKind.Variable, name, start);
        }

        if (c == '$')
        {
            _at++;
            string name = Name();
            return name is "this" or "index" or "total" ? new Token(TokenKind.Special, name, start) : throw Error(start, "'$' stands before this, index or total");
        }

        foreach (string symbol in s_symbols)
        {
            if (string.CompareOrdinal(text, _at, symbol, 0, symbol.Length) != 0) continue;
            _at += symbol.Length;
            return new Token(TokenKind.Symbol, symbol, start);
        }

        throw Error(start, $"'{c}' cannot stand here");
    }

    private void SkipSpaceAndComments()
    {
        while (_at < text.Length)
        {
            if (char.IsWhiteSpace(text[_at]))
            {
                _at++;
            }
            else if (Peek() == '/' && Peek(1) == '/')
            {
                while (_at < text.Length && text[_at] is not ('\n' or '\r')) _at++;
            }
            else if (Peek() == '/' && Peek(1) == '*')
            {
                int end = text.IndexOf("*/", _at + 2, StringComparison.Ordinal);
                if (end < 0) throw Error(_at, "a comment is not closed");
                _at = end + 2;
            }
            else
            {
                return;
            }
        }
    }

    private static bool IsNameStart(char c) => char.IsAsciiLetter(c) || c == '_';

    private string Name()
    {
        int start = _at;
        while (_at < text.Length && (IsNameStart(text[_at]) || char.IsAsciiDigit(text[_at]))) _at++;
        return text[start.._at];
    }

    /// <summary>%vs-name and %ext-name, whose hyphens the specification itself writes without quotes (FHIR R4 fhirpath.html#variables).</summary>
    private string VariableName()
    {
        int start = _at;
        string name = Name();
        if (name is not ("vs" or "ext")) return name;
        while (Peek() == '-' && IsNameStart(Peek(1)))
        {
            _at++;
            Name();
        }

        return text[start.._at];
    }

    private string Number()
    {
        int start = _at;
        while (char.IsAsciiDigit(Peek())) _at++;
        if (Peek() == '.' && char.IsAsciiDigit(Peek(1)))
        {
            _at++;
            while (char.IsAsciiDigit(Peek())) _at++;
        }

        return text[start.._at];
    }

    private string Temporal()
    {
        int start = ++_at;
        while (_at < text.Length && (char.IsAsciiDigit(text[_at]) || text[_at] is 'T' or 'Z' or ':' or '+' or '-' || (text[_at] == '.' && char.IsAsciiDigit(Peek(1))))) _at++;
        return text[start.._at];
    }

    private string Quoted(char quote)
    {
        int start = _at++;
        StringBuilder value = new();
        while (true)
        {
            if (_at >= text.Length) throw Error(start, "a quote is not closed");
            char c = text[_at++];
            if (c == quote) return value.ToString();
            if (c != '\\')
            {
                value.Append(c);
                continue;
            }

            char escaped = Peek();
            _at++;
            switch (escaped)
            {
                case 'r': value.Append('\r'); break;
                case 'n': value.Append('\n'); break;
                case 't': value.Append('\t'); break;
                case 'f': value.Append('\f'); break;
                case '\\' or '/' or '\'' or '"' or '`': value.Append(escaped); break;
                case 'u' when _at + 4 <= text.Length && ushort.TryParse(text.AsSpan(_at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort code):
                    value.Append((char)code);
                    _at += 4;
                    break;
                default: throw Error(_at - 2, "the escape is not one of FHIRPath's");
            }
        }
    }

    private static FhirPathException Error(int at, string what) => new($"FHIRPath syntax, position {at + 1}: {what}.", at);
}
