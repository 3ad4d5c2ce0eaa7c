namespace Consortium.Fhir.Expressions.Functions;

/// <summary>
/// A regular expression read into a nondeterministic automaton over ASCII: literals, sets, groups, alternatives, quantifiers,
/// and anchors at the very start and end. Everything else is refused, so that the general engine decides it.
/// </summary>
internal sealed class AsciiPattern
{
    /// <summary>The state that says "the pattern has been met".</summary>
    public const int Accept = 0;

    private const int MaxNodes = 4000;

    // A state has either a set and a successor, or up to two successors without reading.
    private readonly List<(int Set, int Next, int Other)> _states = [(-1, -1, -1)];
    private readonly string _text;
    private int _at;

    private AsciiPattern(string text) => _text = text;

    public List<bool[]> Sets { get; } = [];

    public int Start { get; private set; }

    public bool StartAnchored { get; private set; }

    public bool EndAnchored { get; private set; }

    private bool End => _at >= _text.Length - (EndAnchored ? 1 : 0);

    public static AsciiPattern? TryParse(string text)
    {
        AsciiPattern pattern = new(text);
        try
        {
            pattern.StartAnchored = text.StartsWith('^');
            pattern.EndAnchored = text.EndsWith('$') && !text.EndsWith("\\$", StringComparison.Ordinal);
            pattern._at = pattern.StartAnchored ? 1 : 0;
            int from = pattern._at;
            bool alternatives = false;
            Build body = pattern.Alternatives(depth: 0, ref alternatives);
            // '^a|b$' anchors each side to one alternative only.
            if (!pattern.End || (alternatives && (pattern.StartAnchored || pattern.EndAnchored))) return null;
            pattern.Start = body(Accept);
            return from > text.Length ? null : pattern;
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }

    public SortedSet<int> Closure(IEnumerable<int> states)
    {
        SortedSet<int> all = [];
        Stack<int> open = new(states);
        while (open.TryPop(out int state))
        {
            if (state < 0 || !all.Add(state)) continue;
            if (state == Accept || _states[state].Set >= 0) continue;
            open.Push(_states[state].Next);
            open.Push(_states[state].Other);
        }

        // States that read nothing have done their part.
        all.RemoveWhere(s => s != Accept && _states[s].Set < 0);
        return all;
    }

    public SortedSet<int> Step(SortedSet<int> states, int b) =>
        Closure(states.Where(s => s != Accept && Sets[_states[s].Set][b]).Select(s => _states[s].Next));

    /// <summary>Makes the states of a part, given the state that follows it, and gives its first state.</summary>
    private delegate int Build(int next);

    private Build Alternatives(int depth, ref bool several)
    {
        if (depth > 50) throw new NotSupportedException();
        List<Build> parts = [Sequence(depth)];
        while (!End && _text[_at] == '|')
        {
            _at++;
            parts.Add(Sequence(depth));
        }

        several |= parts.Count > 1;
        return next => parts.Select(p => p(next)).Aggregate((a, b) => Add(-1, a, b));
    }

    private Build Sequence(int depth)
    {
        List<Build> parts = [];
        while (!End && _text[_at] is not ('|' or ')')) parts.Add(Quantified(Atom(depth)));
        return next =>
        {
            for (int i = parts.Count - 1; i >= 0; i--) next = parts[i](next);
            return next;
        };
    }

    private Build Quantified(Build atom)
    {
        if (End) return atom;
        (int least, int most) = _text[_at] switch { '*' => (0, -1), '+' => (1, -1), '?' => (0, 1), '{' => Counted(), _ => (1, 1) };
        if (_text[_at] is '*' or '+' or '?') _at++;
        else if (_text[_at] == '{') _at = _text.IndexOf('}', _at) + 1;
        else return atom;
        // Whether greedy or not, the texts that match are the same.
        if (!End && _text[_at] == '?') _at++;
        else if (!End && _text[_at] is '*' or '+' or '{') throw new NotSupportedException();
        return next =>
        {
            int tail = next;
            if (most < 0)
            {
                int loop = Add(-1, -1, next);
                _states[loop] = (-1, atom(loop), next);
                tail = loop;
            }
            else
            {
                for (int i = least; i < most; i++) tail = Add(-1, atom(tail), next);
            }

            for (int i = 0; i < least; i++) tail = atom(tail);
            return tail;
        };
    }

    private (int Least, int Most) Counted()
    {
        int close = _text.IndexOf('}', _at);
        string[] parts = close < 0 ? [] : _text[(_at + 1)..close].Split(',');
        if (parts.Length is 0 or > 2 || !int.TryParse(parts[0], out int least) || least > 1000) throw new NotSupportedException();
        if (parts.Length == 1) return (least, least);
        if (parts[1].Length == 0) return (least, -1);
        return int.TryParse(parts[1], out int most) && most >= least && most <= 1000 ? (least, most) : throw new NotSupportedException();
    }

    private Build Atom(int depth)
    {
        char c = _text[_at++];
        switch (c)
        {
            case '(':
                if (!End && _text[_at] == '?')
                {
                    if (string.CompareOrdinal(_text, _at, "?:", 0, 2) != 0) throw new NotSupportedException();
                    _at += 2;
                }

                bool several = false;
                Build inner = Alternatives(depth + 1, ref several);
                if (End || _text[_at++] != ')') throw new NotSupportedException();
                return inner;
            case '[':
                return Set(AsciiSet.Bracket(_text, ref _at));
            case '.':
                return Set(AsciiSet.Of(static _ => true));
            case '\\':
                if (End) throw new NotSupportedException();
                return Set(AsciiSet.Escape(_text[_at++]));
            case '^' or '$' or '*' or '+' or '?' or '{' or '}' or ')':
                throw new NotSupportedException();
            default:
                return c < 0x80 ? Set(AsciiSet.Of(b => b == c)) : throw new NotSupportedException();
        }
    }

    private Build Set(bool[] set)
    {
        int number = Sets.Count;
        Sets.Add(set);
        return next => Add(number, next, -1);
    }

    private int Add(int set, int next, int other)
    {
        if (_states.Count > MaxNodes) throw new NotSupportedException();
        _states.Add((set, next, other));
        return _states.Count - 1;
    }
}
