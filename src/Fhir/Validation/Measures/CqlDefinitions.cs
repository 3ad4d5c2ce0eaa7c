namespace Consortium.Fhir.Validation.Measures;

/// <summary>
/// The names that a library in Clinical Quality Language defines (CQL 1.3, 2.4): <c>define "In Population":</c>, with access
/// modifiers, functions included. The rest of the language is not read.
/// </summary>
internal static class CqlDefinitions
{
    public static HashSet<string> Read(string cql)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        int at = 0;
        bool defining = false;
        while (NextToken(cql, ref at) is { Length: > 0 } token)
        {
            if (token == "define")
            {
                defining = true;
            }
            else if (defining && token is not ("public" or "private" or "function" or "fluent"))
            {
                names.Add(Unquoted(token));
                defining = false;
            }
        }

        return names;
    }

    /// <summary>The name that <c>"Library"."Name"</c>, <c>Library.Name</c> or <c>Name</c> refers to, with the library where it says one; null for more than a name.</summary>
    public static (string? Library, string Name)? Reference(string expression)
    {
        int at = 0;
        string first = NextToken(expression, ref at);
        if (first.Length == 0 || !IsName(first)) return null;
        string dot = NextToken(expression, ref at);
        if (dot.Length == 0) return (null, Unquoted(first));
        string second = NextToken(expression, ref at);
        return dot == "." && IsName(second) && NextToken(expression, ref at).Length == 0 ? (Unquoted(first), Unquoted(second)) : null;
    }

    private static bool IsName(string token) => token.Length > 0 && (token[0] is '"' or '_' or '`' || char.IsAsciiLetter(token[0]));

    private static string Unquoted(string token) => token[0] is '"' or '`' ? token[1..^1].Replace("\\\"", "\"", StringComparison.Ordinal) : token;

    /// <summary>A name, a quoted text or one other character; empty at the end. Comments and white space are passed over.</summary>
    private static string NextToken(string text, ref int at)
    {
        while (at < text.Length)
        {
            if (char.IsWhiteSpace(text[at])) at++;
            else if (string.CompareOrdinal(text, at, "//", 0, 2) == 0) at = text.IndexOf('\n', at) is var line && line >= 0 ? line : text.Length;
            else if (string.CompareOrdinal(text, at, "/*", 0, 2) == 0) at = text.IndexOf("*/", at, StringComparison.Ordinal) is var end && end >= 0 ? end + 2 : text.Length;
            else break;
        }

        if (at >= text.Length) return string.Empty;
        int start = at;
        char first = text[at++];
        if (first is '"' or '\'' or '`')
        {
            while (at < text.Length && text[at] != first) at += text[at] == '\\' ? 2 : 1;
            at = Math.Min(at + 1, text.Length);
            return at - start < 2 ? text[start..at] + first : text[start..at];
        }

        if (char.IsAsciiLetter(first) || first == '_')
        {
            while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '_')) at++;
        }

        return text[start..at];
    }
}
