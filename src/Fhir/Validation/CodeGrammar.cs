using System.Buffers;

namespace Consortium.Fhir.Validation;

/// <summary>Grammars of code systems that are defined by one and not by a list.</summary>
internal static class CodeGrammar
{
    private static readonly SearchValues<byte> s_token = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~"u8);

    /// <summary>type "/" subtype with optional parameters (RFC 2045 5.1, BCP 13), or one of FHIR's short forms (http.html#mime-type).</summary>
    public static bool IsMimeType(ReadOnlySpan<byte> code)
    {
        if (code.SequenceEqual("json"u8) || code.SequenceEqual("xml"u8) || code.SequenceEqual("ttl"u8)) return true;
        int semicolon = code.IndexOf((byte)';');
        ReadOnlySpan<byte> media = semicolon < 0 ? code : code[..semicolon].TrimEnd((byte)' ');
        int slash = media.IndexOf((byte)'/');
        return slash > 0 && slash < media.Length - 1
            && media[..slash].IndexOfAnyExcept(s_token) < 0 && media[(slash + 1)..].IndexOfAnyExcept(s_token) < 0;
    }

    /// <summary>A language tag of letters and digits in subtags of 1 to 8, the first of letters (BCP 47, RFC 5646 2.1).</summary>
    public static bool IsLanguage(ReadOnlySpan<byte> code)
    {
        bool first = true;
        foreach (Range range in code.Split((byte)'-'))
        {
            ReadOnlySpan<byte> subtag = code[range];
            if (subtag.Length is < 1 or > 8) return false;
            foreach (byte b in subtag)
            {
                if (first ? !char.IsAsciiLetter((char)b) : !char.IsAsciiLetterOrDigit((char)b)) return false;
            }

            if (first && subtag.Length == 1 && subtag[0] is not ((byte)'x' or (byte)'X' or (byte)'i' or (byte)'I')) return false;
            first = false;
        }

        return true;
    }

    /// <summary>Three capital letters (ISO 4217).</summary>
    public static bool IsCurrency(ReadOnlySpan<byte> code) => code.Length == 3 && code.IndexOfAnyExceptInRange((byte)'A', (byte)'Z') < 0;
}
