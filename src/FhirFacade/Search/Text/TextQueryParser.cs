using Consortium.FhirFacade.Rest;

namespace Consortium.FhirFacade.Search.Text;

/// <summary>
/// Reads the value of <c>_text</c> and <c>_content</c> (FHIR R4 search.html#text, which points to OData's <c>$search</c>): words that must all be there, <c>"a phrase"</c>,
/// <c>begin*</c>, AND, OR and NOT in any case, parentheses, and a comma for "or" as in every parameter. NOT binds closest, then AND.
/// </summary>
internal sealed class TextQueryParser
{
    /// <summary>A phrase may not be longer than what two pieces of one text share (<see cref="TextReader"/>).</summary>
    public const int MostWords = 60;

    private const int MostParts = 60;
    private const int MostDepth = 20;

    private readonly string _code;
    private readonly string _text;
    private int _at;
    private int _parts;
    private int _depth;

    private TextQueryParser(string code, string text) => (_code, _text) = (code, text);

    /// <summary>Reads one parameter's value.</summary>
    /// <param name="code">The parameter, for errors.</param>
    /// <param name="value">The value with its escapes.</param>
    /// <exception cref="FhirException">400: it cannot be understood.</exception>
    public static TextQuery Parse(string code, string value)
    {
        TextQuery[] any = [.. SearchValues.Alternatives(value).Select(one => new TextQueryParser(code, SearchValues.Unescape(one)).Whole())];
        return any.Length == 1 ? any[0] : new TextAny(any);
    }

    private TextQuery Whole()
    {
        TextQuery query = Any();
        return Peek() is null ? query : throw Wrong("a parenthesis is closed that was not opened");
    }

    private TextQuery Any()
    {
        if (++_depth > MostDepth) throw Wrong($"parentheses stand in more than {MostDepth} others");
        List<TextQuery> parts = [All()];
        while (IsOperator("OR"))
        {
            Next();
            parts.Add(All());
        }

        _depth--;
        return parts.Count == 1 ? parts[0] : new TextAny(parts);
    }

    private TextQuery All()
    {
        List<TextQuery> parts = [One()];
        while (Peek() is { } next && next != ")" && !IsOperator("OR"))
        {
            if (IsOperator("AND")) Next();
            parts.Add(One());
        }

        return parts.Count == 1 ? parts[0] : new TextAll(parts);
    }

    private TextQuery One()
    {
        if (++_parts > MostParts) throw Wrong($"it has more than {MostParts} parts");
        if (IsOperator("NOT"))
        {
            Next();
            return new TextNot(One());
        }

        if (IsOperator("AND") || IsOperator("OR")) throw Wrong("an operator has no words beside it; write the word in quotation marks to look for it");
        string token = Next() ?? throw Wrong("words are missing");
        if (token == ")") throw Wrong("words are missing before a closing parenthesis");
        if (token == "(")
        {
            TextQuery inner = Any();
            return Next() == ")" ? inner : throw Wrong("a parenthesis is not closed");
        }

        bool begins = token.EndsWith('*');
        List<string> words = [];
        begins |= WordSplitter.SplitSought(token, words);
        if (words.Count == 0) throw Wrong("a part of it has no letter and no digit");
        return words.Count <= MostWords ? new TextPhrase(words, begins) : throw Wrong($"a phrase has more than {MostWords} words");
    }

    private bool IsOperator(string name) => Peek() is { } token && token.Equals(name, StringComparison.OrdinalIgnoreCase);

    private string? Peek()
    {
        int at = _at;
        string? token = Next();
        _at = at;
        return token;
    }

    // A parenthesis, a phrase with its quotation marks, or a word.
    private string? Next()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at])) _at++;
        if (_at == _text.Length) return null;
        int start = _at;
        if (_text[_at] is '(' or ')') return _text[_at++].ToString();
        if (_text[_at] == '"')
        {
            int end = _text.IndexOf('"', _at + 1);
            if (end < 0) throw Wrong("a quotation mark is not closed");
            _at = end + 1;
            if (_at < _text.Length && _text[_at] == '*') _at++;
            return _text[start.._at];
        }

        while (_at < _text.Length && !char.IsWhiteSpace(_text[_at]) && _text[_at] is not ('(' or ')' or '"')) _at++;
        return _text[start.._at];
    }

    private FhirException Wrong(string reason) =>
        FhirException.BadRequest("value", $"{_code} takes words, \"a phrase\", beginnings*, AND, OR, NOT and parentheses; here {reason}.");
}
