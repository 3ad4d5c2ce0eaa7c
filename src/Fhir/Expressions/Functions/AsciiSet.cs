namespace Consortium.Fhir.Expressions.Functions;

/// <summary>The sets of ASCII characters that a regular expression names. What differs between engines is refused.</summary>
internal static class AsciiSet
{
    public static bool[] Of(Func<int, bool> contains) => [.. Enumerable.Range(0, 128).Select(contains)];

    /// <summary>The set after a backslash: a class of characters, or the character itself.</summary>
    public static bool[] Escape(char c) => c switch
    {
        's' => Of(IsSpace),
        'S' => Of(b => !IsSpace(b)),
        'd' => Of(static b => char.IsAsciiDigit((char)b)),
        'D' => Of(static b => !char.IsAsciiDigit((char)b)),
        'w' => Of(IsWord),
        'W' => Of(b => !IsWord(b)),
        't' => Of(static b => b == '\t'),
        'n' => Of(static b => b == '\n'),
        'r' => Of(static b => b == '\r'),
        _ when char.IsAsciiLetterOrDigit(c) || c >= 0x80 => throw new NotSupportedException(),
        _ => Of(b => b == c),
    };

    /// <summary>A bracket expression; <paramref name="at"/> stands after its '[' and is left after its ']'.</summary>
    public static bool[] Bracket(string text, ref int at)
    {
        bool negated = at < text.Length && text[at] == '^';
        if (negated) at++;
        bool[] set = new bool[128];
        for (bool first = true; ; first = false)
        {
            if (at >= text.Length) throw new NotSupportedException();
            char c = text[at++];
            if (c == ']' && !first) break;
            // Subtraction ([a-z-[aeiou]]) and POSIX names are other engines' matters; ']' first is read differently by them.
            if (c is '[' or ']' || c >= 0x80) throw new NotSupportedException();
            bool[]? escaped = null;
            if (c == '\\')
            {
                if (at >= text.Length) throw new NotSupportedException();
                char e = text[at++];
                escaped = Escape(e);
                c = e;
                if (!char.IsAsciiLetter(e)) escaped = null;
            }

            bool range = at + 1 < text.Length && text[at] == '-' && text[at + 1] != ']';
            if (escaped is not null)
            {
                if (range) throw new NotSupportedException();
                for (int b = 0; b < 128; b++) set[b] |= escaped[b];
                continue;
            }

            char last = c;
            if (range)
            {
                last = text[at + 1];
                at += 2;
                if (last is '[' or '\\' || last >= 0x80 || last < c) throw new NotSupportedException();
            }

            for (int b = c; b <= last; b++) set[b] = true;
        }

        return negated ? [.. set.Select(static b => !b)] : set;
    }

    private static bool IsSpace(int b) => b is ' ' or (>= 9 and <= 13);

    private static bool IsWord(int b) => char.IsAsciiLetterOrDigit((char)b) || b == '_';
}
