using System.Buffers;

namespace Consortium.Fhir.Validation;

/// <summary>Grammars of code systems that are defined by one and not by a list.</summary>
internal static class CodeGrammar
{
    private static readonly SearchValues<byte> s_token = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`{|}~"u8);
    private static readonly SearchValues<byte> s_parameterEnd = SearchValues.Create(";\t\r\n\""u8);
    private static readonly SearchValues<byte> s_restricted = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$&-^_.+"u8);

    /// <summary>
    /// type "/" subtype of restricted names (RFC 6838 4.2) with parameters (RFC 2045 5.1), wildcards as in Accept, or one of
    /// FHIR's short forms (FHIR R4 http.html#mime-type).
    /// </summary>
    public static bool IsMimeType(ReadOnlySpan<byte> code)
    {
        if (code.SequenceEqual("json"u8) || code.SequenceEqual("xml"u8) || code.SequenceEqual("ttl"u8)) return true;
        int semicolon = code.IndexOf((byte)';');
        ReadOnlySpan<byte> media = semicolon < 0 ? code : code[..semicolon].TrimEnd((byte)' ');
        int slash = media.IndexOf((byte)'/');
        if (slash < 0 || !(IsRestrictedName(media[..slash]) || media[..slash].SequenceEqual("*"u8))) return false;
        if (!IsRestrictedName(media[(slash + 1)..]) && !media[(slash + 1)..].SequenceEqual("*"u8)) return false;
        return semicolon < 0 || AreParameters(code[(semicolon + 1)..]);
    }

    /// <summary>
    /// A language tag (RFC 5646 2.1): language of two or three letters with extended languages, script, region, variants,
    /// extensions and private use in that order; or private use alone; or a grandfathered tag. Letters of any case.
    /// </summary>
    public static bool IsLanguage(ReadOnlySpan<byte> code)
    {
        if (code.IsEmpty || code[0] == '-' || code[^1] == '-' || code.IndexOf("--"u8) >= 0) return false;
        if (code[0] is (byte)'i' or (byte)'I' && code.Length > 2 && code[1] == '-') return AllSubtags(code[2..], 2, 8);
        SubtagReader tags = new(code);
        if (tags.Is(1, 1, letters: true)) return IsPrivateUse(ref tags) && tags.AtEnd;
        // Four letters are reserved, and no longer one is registered.
        if (!tags.Take(2, 3, letters: true)) return false;
        for (int i = 0; i < 3 && tags.Take(3, 3, letters: true); i++)
        {
        }

        tags.Take(4, 4, letters: true);
        if (!tags.Take(2, 2, letters: true)) tags.TakeDigits(3);
        while (tags.Take(5, 8, letters: false) || tags.TakeVariantOfFour())
        {
        }

        while (!tags.AtEnd && tags.Is(1, 1, letters: false) && !tags.IsX)
        {
            tags.Take(1, 1, letters: false);
            if (!tags.Take(2, 8, letters: false)) return false;
            while (tags.Take(2, 8, letters: false))
            {
            }
        }

        return tags.AtEnd || (IsPrivateUse(ref tags) && tags.AtEnd);
    }

    /// <summary>
    /// A SNOMED CT identifier has 6 to 18 digits, and an expression is made of such; the older SNOMED RT identifiers (T-15460) have
    /// five. A code without a run of five digits and letters A to F, a digit among them, is none.
    /// </summary>
    public static bool MayBeSnomed(ReadOnlySpan<byte> code)
    {
        int run = 0;
        bool digit = false;
        foreach (byte b in code)
        {
            digit |= char.IsAsciiDigit((char)b);
            run = char.IsAsciiHexDigitUpper((char)b) ? run + 1 : 0;
            if (run >= 5 && digit) return true;
        }

        return false;
    }

    /// <summary>Country and one to three letters or digits (ISO 3166-2).</summary>
    public static bool IsSubdivision(ReadOnlySpan<byte> code) =>
        code.Length is >= 4 and <= 6 && code[2] == '-' && code[..2].IndexOfAnyExceptInRange((byte)'A', (byte)'Z') < 0 && IsCapitalOrDigit(code[3..]);

    /// <summary>AA, QM–QZ, XA–XZ, ZZ and their kin of three letters, and 900–999 (ISO 3166-1 8.1.3).</summary>
    public static bool IsUserAssignedCountry(ReadOnlySpan<byte> code)
    {
        if (code.Length is not (2 or 3)) return false;
        if (code.Length == 3 && code[0] == '9') return code.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;
        if (code.IndexOfAnyExceptInRange((byte)'A', (byte)'Z') >= 0) return false;
        return code[0] switch
        {
            (byte)'A' => code[1] == 'A',
            (byte)'Q' => code[1] >= 'M',
            (byte)'X' => true,
            (byte)'Z' => code[1] == 'Z',
            _ => false,
        };
    }

    private static bool IsCapitalOrDigit(ReadOnlySpan<byte> text)
    {
        foreach (byte b in text)
        {
            if (!char.IsAsciiLetterUpper((char)b) && !char.IsAsciiDigit((char)b)) return false;
        }

        return true;
    }

    private static bool IsRestrictedName(ReadOnlySpan<byte> name) =>
        name.Length is > 0 and <= 127 && char.IsAsciiLetterOrDigit((char)name[0]) && name.IndexOfAnyExcept(s_restricted) < 0;

    private static bool AreParameters(ReadOnlySpan<byte> text)
    {
        while (true)
        {
            text = text.TrimStart((byte)' ');
            int equals = text.IndexOf((byte)'=');
            if (equals <= 0 || text[..equals].IndexOfAnyExcept(s_token) >= 0) return false;
            text = text[(equals + 1)..];
            int end = text.IsEmpty ? -1 : text[0] == '"' ? QuotedLength(text) : UnquotedLength(text);
            if (end <= 0) return false;
            text = text[end..].TrimStart((byte)' ');
            if (text.IsEmpty) return true;
            if (text[0] != ';') return false;
            text = text[1..];
        }
    }

    /// <summary>A value that should be quoted, with spaces or slashes in it, is often not; it ends where the parameter does.</summary>
    private static int UnquotedLength(ReadOnlySpan<byte> text)
    {
        int end = text.IndexOfAny(s_parameterEnd);
        return end < 0 ? text.Length : end;
    }

    private static int QuotedLength(ReadOnlySpan<byte> text)
    {
        for (int i = 1; i < text.Length; i++)
        {
            if (text[i] == '\\') i++;
            else if (text[i] == '"') return i + 1;
        }

        return -1;
    }

    private static bool IsPrivateUse(ref SubtagReader tags)
    {
        if (!tags.IsX) return false;
        tags.Take(1, 1, letters: true);
        if (!tags.Take(1, 8, letters: false)) return false;
        while (tags.Take(1, 8, letters: false))
        {
        }

        return true;
    }

    private static bool AllSubtags(ReadOnlySpan<byte> code, int least, int most)
    {
        SubtagReader tags = new(code);
        while (tags.Take(least, most, letters: false))
        {
        }

        return tags.AtEnd;
    }

    /// <summary>Reads the subtags of a language tag one after the other.</summary>
    private ref struct SubtagReader(ReadOnlySpan<byte> tag)
    {
        private ReadOnlySpan<byte> _rest = tag;

        public readonly bool AtEnd => _rest.IsEmpty;

        public readonly bool IsX => Next.Length == 1 && Next[0] is (byte)'x' or (byte)'X';

        private readonly ReadOnlySpan<byte> Next => _rest.IndexOf((byte)'-') is >= 0 and var end ? _rest[..end] : _rest;

        public readonly bool Is(int least, int most, bool letters)
        {
            ReadOnlySpan<byte> next = Next;
            if (next.Length < least || next.Length > most) return false;
            foreach (byte b in next)
            {
                if (letters ? !char.IsAsciiLetter((char)b) : !char.IsAsciiLetterOrDigit((char)b)) return false;
            }

            return true;
        }

        public bool Take(int least, int most, bool letters)
        {
            if (AtEnd || !Is(least, most, letters)) return false;
            Skip();
            return true;
        }

        public void TakeDigits(int count)
        {
            if (Next.Length == count && Next.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0) Skip();
        }

        /// <summary>A variant of four characters starts with a digit.</summary>
        public bool TakeVariantOfFour() => Next.Length == 4 && char.IsAsciiDigit((char)Next[0]) && Take(4, 4, letters: false);

        private void Skip()
        {
            int length = Next.Length;
            _rest = length == _rest.Length ? default : _rest[(length + 1)..];
        }
    }
}
