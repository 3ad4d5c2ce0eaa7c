using System.Globalization;
using Consortium.Adapters.Hl7V2.Language.Model;

namespace Consortium.Adapters.Hl7V2.Language.Conditions;

/// <summary>
/// Parses HL7's condition language as the v2-to-FHIR tables write it (column "Computable ANTLR"), with its habits: <c>IF</c> anywhere, a place
/// left out where it is the one before, one predicate for several places. What a place is, the record says: a field of a message, a column of a table.
/// </summary>
internal sealed class ConditionParser<TPlace, TCondition>
    where TPlace : class
{
    private readonly MapText _text;
    private readonly IConditionTerms<TPlace, TCondition> _terms;
    private readonly List<ConditionToken> _tokens;
    private readonly List<Deferred> _pending = [];
    private TPlace? _last;
    private int _at;

    private ConditionParser(MapText text, IConditionTerms<TPlace, TCondition> terms, TPlace? rowValue)
    {
        _text = text;
        _terms = terms;
        _last = rowValue;
        _tokens = ConditionToken.In(text);
    }

    /// <summary>Compiles a condition.</summary>
    /// <param name="text">As written.</param>
    /// <param name="terms">What its places and predicates are.</param>
    /// <param name="rowValue">The row's <c>from</c>, which a condition without a place is about.</param>
    /// <exception cref="Site.SiteConfigurationException">It does not parse; names file, line and column.</exception>
    public static TCondition Parse(MapText text, IConditionTerms<TPlace, TCondition> terms, TPlace? rowValue)
    {
        var parser = new ConditionParser<TPlace, TCondition>(text, terms, rowValue);
        Func<TCondition> condition = parser.Or();
        if (parser.Peek.Kind != TokenKind.End) throw parser.Fault(parser.Peek, "AND, OR or the end is expected here");
        if (parser._pending.Count > 0) throw text.FaultAt(parser._pending[0].Offset, "the condition says nothing of this place; VALUED may be missing.");
        return condition();
    }

    // A place whose predicate stands further right: `PID-33 AND PID-34 VALUED`. So conditions are built when all of the text is read.
    private sealed class Deferred(TPlace place, int offset)
    {
        public int Offset => offset;

        public Func<TPlace, TCondition>? Predicate { get; set; }

        public TCondition Condition() => Predicate!(place);
    }

    private ConditionToken Peek => _tokens[_at];

    private Func<TCondition> Or()
    {
        List<Func<TCondition>> parts = [And()];
        while (Take("OR")) parts.Add(And());
        return Several(parts, all: false);
    }

    private Func<TCondition> And()
    {
        List<Func<TCondition>> parts = [Term()];
        while (Take("AND")) parts.Add(Term());
        return Several(parts, all: true);
    }

    private Func<TCondition> Several(List<Func<TCondition>> parts, bool all) =>
        parts.Count == 1 ? parts[0] : () => _terms.Several([.. parts.Select(part => part())], all);

    private Func<TCondition> Term()
    {
        while (Take("IF"))
        {
        }

        if (Peek.Is("NOT") && (_tokens[_at + 1].Kind == TokenKind.Place || _tokens[_at + 1].Is("(") || _tokens[_at + 1].Is("IF")))
        {
            _at++;
            Func<TCondition> inner = Term();
            return () => _terms.Not(inner());
        }

        if (Take("("))
        {
            Func<TCondition> inner = Or();
            if (!Take(")")) throw Fault(Peek, "a closing parenthesis is missing");
            return inner;
        }

        if (Peek.Kind == TokenKind.Place)
        {
            ConditionToken token = _tokens[_at++];
            _last = _terms.Place(token.Text, problem => _text.FaultAt(token.Offset, problem));
            if (!StartsPredicate())
            {
                var deferred = new Deferred(_last, token.Offset);
                _pending.Add(deferred);
                return deferred.Condition;
            }
        }
        else if (!StartsPredicate())
        {
            throw Fault(Peek, $"a place such as {_terms.Example} is expected");
        }
        else if (_last is null)
        {
            throw Fault(Peek, "the condition names no place, and the row has no `from`");
        }

        return Predicates(_last);
    }

    private Func<TCondition> Predicates(TPlace place)
    {
        Func<TPlace, TCondition> predicate = Predicate();
        foreach (Deferred deferred in _pending) deferred.Predicate = predicate;
        _pending.Clear();
        List<Func<TCondition>> parts = [() => predicate(place)];
        while (StartsPredicate())
        {
            Func<TPlace, TCondition> another = Predicate(); // "IS VALUED NOT EQUAL PID-12"
            parts.Add(() => another(place));
        }

        return Several(parts, all: true);
    }

    private bool StartsPredicate() => Peek.Kind == TokenKind.Word && Peek.Text is "IS" or "NOT" or "VALUED" or "VALUE" or "EMPTY" or "EXISTS" or "EXIST" or "DOES"
        or "EQUALS" or "EQUAL" or "=" or "!=" or "IN" or "COUNT" or "LST.COUNT" or "LENGTH" or "OCCURRENCE" or "FIRST";

    private Func<TPlace, TCondition> Predicate()
    {
        if (Take("COUNT") || Take("LST.COUNT")) return Measure((place, compare) => _terms.Count(place, compare, _text));
        if (Take("LENGTH")) return Measure(_terms.Length);
        if (Take("OCCURRENCE")) return Measure((place, compare) => _terms.Occurrence(place, compare, _text));
        Take("IS");
        Take("DOES");
        bool not = Take("NOT");
        Func<TPlace, TCondition> predicate;
        if (Take("VALUED") || Take("VALUE") || Take("EXISTS") || Take("EXIST"))
        {
            predicate = _terms.Valued;
        }
        else if (Take("FIRST"))
        {
            predicate = place => _terms.First(place, _text);
        }
        else if (Take("EMPTY"))
        {
            predicate = place => _terms.Not(_terms.Valued(place));
        }
        else if (Take("IN"))
        {
            List<string> texts = Texts();
            predicate = place => _terms.OneOf(place, texts);
        }
        else
        {
            if (Take("!=")) not = !not;
            else if (Take("EQUALS") || Take("EQUAL") || Take("=")) Take("TO");
            predicate = Equal();
        }

        return not ? place => _terms.Not(predicate(place)) : predicate;
    }

    private Func<TPlace, TCondition> Equal()
    {
        ConditionToken token = _tokens[_at];
        switch (token.Kind)
        {
            case TokenKind.Text or TokenKind.Number:
                _at++;
                return place => _terms.OneOf(place, [token.Text]);
            case TokenKind.Place:
                _at++;
                TPlace right = _terms.Place(token.Text, problem => _text.FaultAt(token.Offset, problem));
                return place => _terms.Same(place, right);
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

    private Func<TPlace, TCondition> Measure(Func<TPlace, Func<int, bool>, TCondition> measured)
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
