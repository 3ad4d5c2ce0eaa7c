using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Consortium.Fhir.Expressions.Functions;

/// <summary>String functions (FHIRPath N1 5.6).</summary>
internal static class TextFunctions
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMilliseconds(250);
    private static readonly Regex s_bareQuote = new("(?<!\\\\)\"", RegexOptions.CultureInvariant, s_limit);
    private static readonly ConcurrentDictionary<string, Regex> s_patterns = new(StringComparer.Ordinal);

    public static readonly Dictionary<string, (int, int, Function)> All = new(StringComparer.Ordinal)
    {
        ["indexOf"] = Two(static (text, other) => PathValue.Of((long)text.IndexOf(other, StringComparison.Ordinal))),
        ["lastIndexOf"] = Two(static (text, other) => PathValue.Of((long)text.LastIndexOf(other, StringComparison.Ordinal))),
        ["startsWith"] = Two(static (text, other) => PathValue.Of(text.StartsWith(other, StringComparison.Ordinal))),
        ["endsWith"] = Two(static (text, other) => PathValue.Of(text.EndsWith(other, StringComparison.Ordinal))),
        ["contains"] = Two(static (text, other) => PathValue.Of(text.Contains(other, StringComparison.Ordinal))),
        ["matches"] = Two(static (text, other) => PathValue.Of(Match(other, text))),
        ["matchesFull"] = Two(static (text, other) => PathValue.Of(Match($"^(?:{other})$", text))),
        ["upper"] = One(static text => PathValue.Of(text.ToUpperInvariant())),
        ["lower"] = One(static text => PathValue.Of(text.ToLowerInvariant())),
        ["trim"] = One(static text => PathValue.Of(text.Trim())),
        ["length"] = One(static text => PathValue.Of((long)text.Length)),
        ["encode"] = Two(Encode),
        ["decode"] = Two(Decode),
        ["escape"] = Two(Escape),
        ["unescape"] = Two(Unescape),
        ["substring"] = (1, 2, Substring),
        ["replace"] = (2, 2, Replace),
        ["replaceMatches"] = (2, 2, ReplaceMatches),
        ["toChars"] = (0, 0, ToChars),
        ["split"] = (1, 1, Split),
        ["join"] = (0, 1, Join),
    };

    private static (int, int, Function) One(Func<string, PathValue?> function) =>
        (0, 0, (Evaluation e, in Scope scope, PathList input, Expression[] a, PathList output) =>
        {
            if (!Text(input, out string text)) return;
            e.SpendText(text.Length);
            if (function(text) is { } result) output.Add(result);
        });

    private static (int, int, Function) Two(Func<string, string, PathValue?> function) =>
        (1, 1, (Evaluation e, in Scope scope, PathList input, Expression[] a, PathList output) =>
        {
            if (!Text(input, out string text) || !Singleton.TryText(a[0], e, scope, out string other)) return;
            // What looks for one text in another reads it all; what encodes makes it longer.
            e.SpendText(text.Length);
            if (function(text, other) is { } result) output.Add(result);
        });

    private static bool Text(PathList input, out string text)
    {
        text = string.Empty;
        if (!Singleton.TryTake(input, out PathValue item)) return false;
        if (item.TryText(out text)) return true;
        if (!item.TrySystem(out PathValue value)) return item.IsNode && Definitions.R4Tables.Instance.Primitives[item.TypeRow] != Validation.PrimitiveType.None ? false : throw NoText();
        // FHIR dates and the like have a text of their own.
        if (item.IsNode && value.IsTemporal)
        {
            text = item.Document.Text(item.NodeIndex);
            return true;
        }

        throw NoText();
    }

    private static FhirPathException NoText() => new("A String is expected.");

    /// <summary>Linear-time matching where the pattern allows it; else with a time limit, so that no pattern can hang.</summary>
    private static Regex Pattern(string pattern)
    {
        if (s_patterns.TryGetValue(pattern, out Regex? known)) return known;
        Regex regex;
        try
        {
            try
            {
                regex = new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.NonBacktracking, s_limit);
            }
            catch (NotSupportedException)
            {
                regex = new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.Singleline, s_limit);
            }
        }
        catch (ArgumentException)
        {
            throw new FhirPathException("The regular expression is not well-formed.");
        }

        if (s_patterns.Count < 500) s_patterns.TryAdd(pattern, regex);
        return regex;
    }

    private static bool Match(string pattern, string text)
    {
        try
        {
            return Pattern(pattern).IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            throw new FhirPathException("The regular expression takes too long on this text.");
        }
    }

    private static void Substring(Evaluation e, in Scope scope, PathList input, Expression[] arguments, PathList output)
    {
        if (!Text(input, out string text) || !Singleton.TryInteger(arguments[0], e, scope, out long start)) return;
        if (start < 0 || start >= text.Length) return;
        long length = text.Length - start;
        if (arguments.Length > 1)
        {
            if (Singleton.TryInteger(arguments[1], e, scope, out long asked)) length = Math.Clamp(asked, 0, length);
        }

        output.Add(PathValue.Of(text.Substring((int)start, (int)length)));
    }

    private static void Replace(Evaluation e, in Scope scope, PathList input, Expression[] arguments, PathList output)
    {
        if (!Text(input, out string text) || !Singleton.TryText(arguments[0], e, scope, out string pattern) || !Singleton.TryText(arguments[1], e, scope, out string substitution)) return;
        if (pattern.Length == 0)
        {
            // An empty pattern stands between all characters (FHIRPath N1 5.6.8).
            e.SpendText(text.Length + ((text.Length + 1L) * substitution.Length));
            output.Add(PathValue.Of(substitution + string.Concat(text.Select(c => c + substitution))));
            return;
        }

        long found = 0;
        for (int at = text.IndexOf(pattern, StringComparison.Ordinal); at >= 0; at = text.IndexOf(pattern, at + pattern.Length, StringComparison.Ordinal)) found++;
        e.SpendText(text.Length + (found * Math.Max(0, substitution.Length - pattern.Length)));
        output.Add(PathValue.Of(text.Replace(pattern, substitution, StringComparison.Ordinal)));
    }

    private static void ReplaceMatches(Evaluation e, in Scope scope, PathList input, Expression[] arguments, PathList output)
    {
        if (!Text(input, out string text) || !Singleton.TryText(arguments[0], e, scope, out string pattern) || !Singleton.TryText(arguments[1], e, scope, out string substitution)) return;
        try
        {
            output.Add(PathValue.Of(pattern.Length == 0 ? text : Pattern(pattern).Replace(text, match =>
            {
                string replaced = match.Result(substitution);
                e.SpendText(Math.Max(16, replaced.Length));
                e.Spend(1 + (replaced.Length / 16));
                return replaced;
            })));
        }
        catch (RegexMatchTimeoutException)
        {
            throw new FhirPathException("The regular expression takes too long on this text.");
        }
    }

    private static void ToChars(Evaluation e, in Scope scope, PathList input, Expression[] arguments, PathList output)
    {
        if (!Text(input, out string text)) return;
        foreach (Rune rune in text.EnumerateRunes()) output.Add(PathValue.Of(rune.ToString()));
    }

    private static void Split(Evaluation e, in Scope scope, PathList input, Expression[] arguments, PathList output)
    {
        if (!Text(input, out string text) || !Singleton.TryText(arguments[0], e, scope, out string separator)) return;
        foreach (string part in text.Split(separator)) output.Add(PathValue.Of(part));
    }

    private static void Join(Evaluation e, in Scope scope, PathList input, Expression[] arguments, PathList output)
    {
        if (input.Count == 0) return;
        string separator = string.Empty;
        if (arguments.Length > 0 && !Singleton.TryText(arguments[0], e, scope, out separator)) return;
        List<string> parts = [];
        long length = 0;
        foreach (ref readonly PathValue item in input.Items)
        {
            parts.Add(item.TryText(out string text) ? text : throw NoText());
            length += text.Length + separator.Length;
        }

        e.SpendText(length);
        output.Add(PathValue.Of(string.Join(separator, parts)));
    }

    private static PathValue? Encode(string text, string format)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return format switch
        {
            "hex" => PathValue.Of(Convert.ToHexStringLower(bytes)),
            "base64" => PathValue.Of(Convert.ToBase64String(bytes)),
            "urlbase64" => PathValue.Of(Convert.ToBase64String(bytes).Replace('+', '-').Replace('/', '_')),
            _ => null,
        };
    }

    private static PathValue? Decode(string text, string format)
    {
        try
        {
            return format switch
            {
                "hex" => PathValue.Of(Encoding.UTF8.GetString(Convert.FromHexString(text))),
                "base64" => PathValue.Of(Encoding.UTF8.GetString(Convert.FromBase64String(text))),
                "urlbase64" => PathValue.Of(Encoding.UTF8.GetString(Convert.FromBase64String(text.Replace('-', '+').Replace('_', '/')))),
                _ => null,
            };
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static PathValue? Escape(string text, string target) => target switch
    {
        "html" => PathValue.Of(WebUtility.HtmlEncode(text)),
        "json" => PathValue.Of(JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString()),
        _ => null,
    };

    private static PathValue? Unescape(string text, string target)
    {
        if (target == "html") return PathValue.Of(WebUtility.HtmlDecode(text));
        if (target != "json") return null;
        try
        {
            return JsonSerializer.Deserialize<JsonElement>($"\"{s_bareQuote.Replace(text, "\\\"")}\"").GetString() is { } plain ? PathValue.Of(plain) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
