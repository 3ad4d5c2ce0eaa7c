namespace Consortium.Fhir.Expressions.Functions;

/// <summary>
/// A regular expression as a deterministic automaton over ASCII, for <c>matches()</c> of the patterns that invariants have:
/// one step a byte, whatever the pattern. It answers "is there a match" as .NET's engine does for ASCII input; patterns
/// beyond its grammar, or with too many states, have none and stay with that engine.
/// </summary>
internal sealed class AsciiAutomaton
{
    private const int MaxStates = 1500;
    private const int Dead = 0;
    private const int Matched = 1;

    private readonly byte[] _classes;
    private readonly int _classCount;
    private readonly List<ushort> _steps = [];
    private readonly List<bool> _acceptsAtEnd = [];

    private AsciiAutomaton(byte[] classes, int classCount) => (_classes, _classCount) = (classes, classCount);

    /// <summary>The automaton of a pattern, or null where the general engine has to do.</summary>
    public static AsciiAutomaton? Create(string pattern)
    {
        if (AsciiPattern.TryParse(pattern) is not { } parsed) return null;
        (byte[] classes, int count) = Classes(parsed);
        AsciiAutomaton automaton = new(classes, count);
        return automaton.Determinise(parsed) ? automaton : null;
    }

    /// <summary>Whether the text has a match; null for a text that is not ASCII.</summary>
    public bool? IsMatch(ReadOnlySpan<byte> text)
    {
        int state = 2;
        for (int i = 0; i < text.Length; i++)
        {
            byte b = text[i];
            if (b >= 0x80) return null;
            // '$' stands at the end and before a line feed that ends the text.
            if (b == '\n' && i == text.Length - 1 && _acceptsAtEnd[state]) return true;
            state = _steps[(state * _classCount) + _classes[b]];
            if (state <= Matched)
            {
                if (text[i..].ContainsAnyInRange((byte)0x80, (byte)0xFF)) return null;
                return state == Matched;
            }
        }

        return _acceptsAtEnd[state];
    }

    /// <summary>Bytes that no set of the pattern tells apart are one class.</summary>
    private static (byte[] Classes, int Count) Classes(AsciiPattern pattern)
    {
        byte[] classes = new byte[128];
        int count = 0;
        Dictionary<string, byte> known = [];
        for (int b = 0; b < 128; b++)
        {
            string signature = string.Create(pattern.Sets.Count, (pattern, b), static (span, of) =>
            {
                for (int i = 0; i < span.Length; i++) span[i] = of.pattern.Sets[i][of.b] ? '1' : '0';
            });
            if (!known.TryGetValue(signature, out byte number)) known.Add(signature, number = (byte)count++);
            classes[b] = number;
        }

        return (classes, count);
    }

    /// <summary>Subset construction; states 0 and 1 are "no match any more" and "matched".</summary>
    private bool Determinise(AsciiPattern pattern)
    {
        int[] representative = new int[_classCount];
        for (int b = 127; b >= 0; b--) representative[_classes[b]] = b;
        Dictionary<string, int> numbers = [];
        Queue<SortedSet<int>> open = new();

        Row(accepts: false);
        Row(accepts: true);
        int Number(SortedSet<int> states)
        {
            if (states.Contains(AsciiPattern.Accept) && !pattern.EndAnchored) return Matched;
            if (states.Count == 0) return Dead;
            string key = string.Join(',', states);
            if (numbers.TryGetValue(key, out int number)) return number;
            number = _acceptsAtEnd.Count;
            numbers.Add(key, number);
            Row(states.Contains(AsciiPattern.Accept));
            open.Enqueue(states);
            return number;
        }

        SortedSet<int> start = pattern.Closure([pattern.Start]);
        if (Number(start) == Matched) return false; // matches everything: not worth an automaton
        while (open.TryDequeue(out SortedSet<int>? states))
        {
            if (_acceptsAtEnd.Count > MaxStates) return false;
            int row = numbers[string.Join(',', states)] * _classCount;
            for (int c = 0; c < _classCount; c++)
            {
                SortedSet<int> next = pattern.Step(states, representative[c]);
                if (!pattern.StartAnchored) next.UnionWith(start);
                _steps[row + c] = (ushort)Number(next);
            }
        }

        return true;
    }

    private void Row(bool accepts)
    {
        _acceptsAtEnd.Add(accepts);
        for (int c = 0; c < _classCount; c++) _steps.Add((ushort)(_acceptsAtEnd.Count == 2 ? Matched : Dead));
    }
}
