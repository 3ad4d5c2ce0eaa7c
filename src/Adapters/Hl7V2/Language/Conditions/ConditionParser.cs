using System.Globalization;
using Consortium.Adapters.Hl7V2.Language.Model;

namespace Consortium.Adapters.Hl7V2.Language.Conditions;

/// <summary>
/// Parses HL7's condition language as the v2-to-FHIR tables write it (column "Computable ANTLR"), with its habits: <c>IF</c> anywhere, a place
/// left out where it is the one before, one predicate for several places.
/// </summary>
internal sealed class ConditionParser
{
    private readonly MapText _text;
    private readonly MapName? _map;
    private readonly bool _isType;
    private readonly List<ConditionToken> _tokens;
    private readonly List<Deferred> _pending = [];
    private Place? _last;
    private int _at;

    private ConditionParser(MapText text, MapName? map, bool isType, Place? rowValue)
    {
        _text = text;
        _map = map;
        _isType = isType;
        _last = rowValue;
        _tokens = ConditionToken.In(text);
    }

    /// <summary>Compiles a condition.</summary>
    /// <param name="text">As written.</param>
    /// <param name="map">The map that it stands in; null in a message map.</param>
    /// <param name="isType">True in a type map.</param>
    /// <param name="rowValue">The row's <c>from</c>, which a condition without a place is about.</param>
    /// <exception cref="Site.SiteConfigurationException">It does not parse; names file, line and column.</exception>
    public static Condition Parse(MapText text, MapName? map, bool isType, Place? rowValue)
    {
        var parser = new ConditionParser(text, map, isType, rowValue);
        Condition condition = parser.Or();
        if (parser.Peek.Kind != TokenKind.End) throw parser.Fault(parser.Peek, "AND, OR or the end is expected here");
        if (parser._pending.Count > 0) throw text.FaultAt(parser._pending[0].Offset, "the condition says nothing of this place; VALUED may be missing.");
        return condition;
    }

    private ConditionToken Peek => _tokens[_at];

    private Condition Or()
    {
        List<Condition> parts = [And()];
        while (Take("OR")) parts.Add(And());
        return parts.Count == 1 ? parts[0] : new Several(parts, all: false);
    }

    private Condition And()
    {
        List<Condition> parts = [Term()];
        while (Take("AND")) parts.Add(Term());
        return parts.Count == 1 ? parts[0] : new Several(parts, all: true);
    }

    private Condition Term()
    {
        while (Take("IF"))
        {
        }

        if (Peek.Is("NOT") && (_tokens[_at + 1].Kind == TokenKind.Place || _tokens[_at + 1].Is("(") || _tokens[_at + 1].Is("IF")))
        {
            _at++;
            return new Not(Term());
        }

        if (Take("("))
        {
            Condition inner = Or();
            if (!Take(")")) throw Fault(Peek, "a closing parenthesis is missing");
            return inner;
        }

        if (Peek.Kind == TokenKind.Place)
        {
            ConditionToken token = _tokens[_at++];
            _last = Place.Read(token.Text, _map, _isType, problem => _text.FaultAt(token.Offset, problem));
            if (!StartsPredicate())
            {
                var deferred = new Deferred(_last, token.Offset);
                _pending.Add(deferred);
                return deferred;
            }
        }
        else if (!StartsPredicate())
        {
            throw Fault(Peek, "a place such as PID-5.1 is expected");
        }
        else if (_last is null)
        {
            throw Fault(Peek, "the condition names no place, and the row has no `from`");
        }

        return Predicates(_last);
    }

    private Condition Predicates(Place place)
    {
        Func<Place, Condition> predicate = Predicate();
        foreach (Deferred deferred in _pending) deferred.Complete(predicate);
        _pending.Clear();
        var parts = new List<Condition> { predicate(place) };
        while (StartsPredicate()) parts.Add(Predicate()(place)); // "IS VALUED NOT EQUAL PID-12"
        return parts.Count == 1 ? parts[0] : new Several(parts, all: true);
    }

    private bool StartsPredicate() => Peek.Kind == TokenKind.Word && Peek.Text is "IS" or "NOT" or "VALUED" or "VALUE" or "EMPTY" or "EXISTS" or "EXIST" or "DOES"
        or "EQUALS" or "EQUAL" or "=" or "!=" or "IN" or "COUNT" or "LST.COUNT" or "LENGTH" or "OCCURRENCE" or "FIRST";

    private Func<Place, Condition> Predicate()
    {
        if (Take("COUNT") || Take("LST.COUNT")) return Measure(static (place, compare) => new Measured(place, isCount: true, compare));
        if (Take("LENGTH")) return Measure(static (place, compare) => new Measured(place, isCount: false, compare));
        if (Take("OCCURRENCE")) return Measure((place, compare) => new IsOccurrence(OfSegment(place), compare));
        Take("IS");
        Take("DOES");
        bool not = Take("NOT");
        Func<Place, Condition> predicate;
        if (Take("VALUED") || Take("VALUE") || Take("EXISTS") || Take("EXIST"))
        {
            predicate = static place => new IsValued(place);
        }
        else if (Take("FIRST"))
        {
            predicate = place => new IsFirst(OfSegment(place));
        }
        else if (Take("EMPTY"))
        {
            predicate = static place => new Not(new IsValued(place));
        }
        else if (Take("IN"))
        {
            List<string> texts = Texts();
            predicate = place => new IsOneOf(place, texts);
        }
        else
        {
            if (Take("!=")) not = !not;
            else if (Take("EQUALS") || Take("EQUAL") || Take("=")) Take("TO");
            predicate = Equal();
        }

        return not ? place => new Not(predicate(place)) : predicate;
    }

    private Func<Place, Condition> Equal()
    {
        ConditionToken token = _tokens[_at];
        switch (token.Kind)
        {
            case TokenKind.Text or TokenKind.Number:
                _at++;
                return place => new IsOneOf(place, [token.Text]);
            case TokenKind.Place:
                _at++;
                Place right = Place.Read(token.Text, _map, _isType, problem => _text.FaultAt(token.Offset, problem));
                return place => new IsSame(place, right);
            default:
                throw Fault(token, "VALUED, EQUALS \"a\", IN (\"a\", \"b\"), COUNT or LENGTH is expected here");
        }
    }

    private List<string> Texts()
    {
        if (!Take("(")) throw Fault(Peek, "a list in parentheses is expected after IN: (\"a\", \"b\")");
        var texts = new List<string>();
        do
        {
            if (Peek.Kind is not (TokenKind.Text or TokenKind.Number)) throw Fault(Peek, "a text in quotes is expected");
            texts.Add(_tokens[_at++].Text);
        }
        while (Take(","));
        if (!Take(")")) throw Fault(Peek, "a comma or the closing parenthesis of the list is expected");
        return texts;
    }

    private Place OfSegment(Place place) => place.IsSegment ? place : throw _text.Fault($"{place.Text} is a field; FIRST and OCCURRENCE are said of a segment, such as RXR.");

    private Func<Place, Condition> Measure(Func<Place, Func<int, bool>, Condition> measured)
    {
        Func<int, int, bool> compare;
        Take("IS");
        bool not = Take("NOT");
        if (Take(">=")) compare = static (a, b) => a >= b;
        else if (Take("<=")) compare = static (a, b) => a <= b;
        else if (Take("!=")) compare = static (a, b) => a != b;
        else if (Take(">") || Take("GREATER"))
        {
            compare = OrEqual() ? static (a, b) => a >= b : static (a, b) => a > b;
        }
        else if (Take("<") || Take("LESS"))
        {
            compare = OrEqual() ? static (a, b) => a <= b : static (a, b) => a < b;
        }
        else if (Take("EQUALS") || Take("EQUAL") || Take("="))
        {
            Take("TO");
            compare = static (a, b) => a == b;
        }
        else
        {
            throw Fault(Peek, "a comparison is expected: EQUALS, GREATER THAN, LESS THAN, =, > or <");
        }

        ConditionToken token = _tokens[_at];
        if (token.Kind != TokenKind.Number) throw Fault(token, "a number is expected");
        _at++;
        int number = int.Parse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture);
        return place => measured(place, value => compare(value, number) != not);
    }

    private bool OrEqual()
    {
        Take("THAN");
        if (!Peek.Is("OR")) return false;
        _at++;
        if (!Take("EQUALS") && !Take("EQUAL") && !Take("=")) throw Fault(Peek, "EQUALS is expected after OR");
        Take("TO");
        return true;
    }

    private bool Take(string word)
    {
        if (!Peek.Is(word)) return false;
        _at++;
        return true;
    }

    private Site.SiteConfigurationException Fault(ConditionToken token, string problem) =>
        _text.FaultAt(token.Offset, token.Kind == TokenKind.End ? $"the condition ends too soon: {problem}." : $"`{token.Text}` in the condition: {problem}.");
}
