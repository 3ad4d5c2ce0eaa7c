using System.Text.Json;
using Consortium.Fhir;
using Consortium.FhirFacade.Rest;

namespace Consortium.FhirFacade.Search.Filter;

/// <summary>
/// Reads <c>_filter</c> (FHIR R4 search_filter.html): comparisons of parameters joined by <c>and</c>, <c>or</c>, <c>not(…)</c> and parentheses. As the specification has it,
/// <c>and</c> and <c>or</c> have no precedence: an expression is read from left to right.
/// </summary>
internal sealed class FilterParser
{
    private const int MostDepth = 20;
    private const int MostParts = 100;

    private readonly string _text;
    private int _at;
    private int _depth;
    private int _parts;

    private FilterParser(string text) => _text = text;

    /// <summary>Reads a filter.</summary>
    /// <exception cref="FhirException">400, with the place in the filter and never its values.</exception>
    public static FilterNode Parse(string filter)
    {
        var parser = new FilterParser(filter);
        FilterNode node = parser.Expression();
        parser.Blanks();
        return parser._at == filter.Length ? node : throw parser.Wrong("more stands here than one filter; join filters with and, or");
    }

    private FilterNode Expression()
    {
        if (++_depth > MostDepth) throw Wrong($"parentheses and brackets stand in more than {MostDepth} others");
        FilterNode left = Term();
        while (true)
        {
            if (Keyword("and")) left = new FilterAll(left, Term());
            else if (Keyword("or")) left = new FilterAny(left, Term());
            else break;
        }

        _depth--;
        return left;
    }

    private FilterNode Term()
    {
        Blanks();
        if (++_parts > MostParts) throw Wrong($"a filter has {MostParts} comparisons at most");
        int start = _at;
        if (Keyword("not"))
        {
            Blanks();
            if (Next('(')) return new FilterNot(Closed());
            _at = start; // a parameter may be called so
        }

        return Next('(') ? Closed() : Comparison();
    }

    private FilterNode Closed()
    {
        FilterNode inner = Expression();
        Blanks();
        return Next(')') ? inner : throw Wrong("a parenthesis is not closed");
    }

    private FilterComparison Comparison()
    {
        FilterPath path = Path();
        Blanks();
        int at = _at;
        string operation = Word();
        if (!FilterComparison.Operations.Contains(operation)) throw Wrong(at, $"an operator is missing after the parameter: {string.Join(", ", FilterComparison.Operations)}");
        if (_at < _text.Length && !char.IsWhiteSpace(_text[_at])) throw Wrong("a blank is missing after the operator");
        Blanks();
        (string value, bool quoted) = Value();
        return new FilterComparison(path, operation, value, quoted, at + 1);
    }

    // name, name[filter], name.rest, name[filter].rest, _has:Type:reference:rest
    private FilterPath Path()
    {
        int at = _at + 1;
        string name = Word();
        if (name == "_has" && Next(':'))
        {
            string type = Word();
            if (!Next(':')) throw Wrong("_has is _has:Type:reference:parameter");
            string reference = Word();
            if (!Next(':') || !FhirR4.IsResourceType(type)) throw Wrong("_has is _has:Type:reference:parameter");
            return new FilterPath(reference, at, null, Path()) { HasType = type };
        }

        if (name.Length == 0) throw Wrong("a parameter is missing");
        FilterNode? within = null;
        if (Next('['))
        {
            within = Expression();
            Blanks();
            if (!Next(']')) throw Wrong("a bracket is not closed");
        }

        string? target = within is null && Next(':') ? Word() : null;
        if (target is not null && !FhirR4.IsResourceType(target)) throw Wrong("after a colon stands the type of a reference's target");
        return new FilterPath(name, at, within, Next('.') ? Path() : null) { TargetType = target };
    }

    private (string Value, bool IsQuoted) Value()
    {
        if (_at == _text.Length) throw Wrong("a value is missing");
        int start = _at;
        if (_text[_at] != '"')
        {
            while (_at < _text.Length && !char.IsWhiteSpace(_text[_at]) && _text[_at] is not (')' or ']')) _at++;
            return _at > start ? (_text[start.._at], false) : throw Wrong("a value is missing");
        }

        for (_at++; _at < _text.Length && _text[_at] != '"'; _at++)
        {
            if (_text[_at] == '\\') _at++;
        }

        if (_at >= _text.Length) throw Wrong(start, "a quotation mark is not closed");
        _at++;
        try
        {
            return (JsonSerializer.Deserialize<string>(_text[start.._at])!, true);
        }
        catch (JsonException)
        {
            throw Wrong(start, "a text in quotation marks is a string of JSON");
        }
    }

    private bool Keyword(string word)
    {
        Blanks();
        int end = _at + word.Length;
        if (end > _text.Length || !_text.AsSpan(_at, word.Length).SequenceEqual(word)) return false;
        if (end < _text.Length && !char.IsWhiteSpace(_text[end]) && _text[end] != '(') return false;
        _at = end;
        return true;
    }

    private string Word()
    {
        int start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '_' or '-')) _at++;
        return _text[start.._at];
    }

    private bool Next(char c)
    {
        if (_at == _text.Length || _text[_at] != c) return false;
        _at++;
        return true;
    }

    private void Blanks()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at])) _at++;
    }

    private FhirException Wrong(string reason) => Wrong(_at, reason);

    private static FhirException Wrong(int at, string reason) => FhirException.BadRequest("value", $"_filter, character {at + 1}: {reason} (FHIR R4 search_filter.html).");
}
