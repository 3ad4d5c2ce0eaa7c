using System.Text;

namespace Consortium.ModelGenerator;

/// <summary>From the specification's names to .NET's.</summary>
internal static class Names
{
    /// <summary>Members of the hand-written base classes, which an element must not hide.</summary>
    public static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
    {
        "TypeName", "DeepCopy", "DeepEquals", "Equals", "GetHashCode", "GetType", "ToString", "ToJson", "ToXml", "ToUtf8Json", "ToUtf8Xml", "WriteTo", "ToDocument", "Literal", "HasValue",
        "ClassNumber", "ClassSlots", "NewInstance", "NewInstanceList", "NewCode", "IsPlainText", "GetSlot", "GetList", "SetSlot", "ReadSlot",
    };

    private static readonly Dictionary<string, string> s_symbols = new(StringComparer.Ordinal)
    {
        ["<"] = "LessThan", ["<="] = "LessOrEqual", [">"] = "GreaterThan", [">="] = "GreaterOrEqual", ["="] = "Equal", ["!="] = "NotEqual",
    };

    private static readonly Dictionary<string, string> s_primitives = new(StringComparer.Ordinal)
    {
        ["base64Binary"] = "FhirBase64Binary", ["boolean"] = "FhirBoolean", ["canonical"] = "FhirCanonical", ["code"] = "FhirCode", ["date"] = "FhirDate",
        ["dateTime"] = "FhirDateTime", ["decimal"] = "FhirDecimal", ["id"] = "FhirId", ["instant"] = "FhirInstant", ["integer"] = "FhirInteger",
        ["markdown"] = "FhirMarkdown", ["oid"] = "FhirOid", ["positiveInt"] = "FhirPositiveInt", ["string"] = "FhirString", ["time"] = "FhirTime",
        ["unsignedInt"] = "FhirUnsignedInt", ["uri"] = "FhirUri", ["url"] = "FhirUrl", ["uuid"] = "FhirUuid", ["xhtml"] = "FhirXhtml",
    };

    /// <summary>The class of a primitive type, or null.</summary>
    public static string? Primitive(string fhirType) => s_primitives.GetValueOrDefault(fhirType);

    /// <summary>The class of any named data type or resource.</summary>
    public static string Class(string fhirType) => Primitive(fhirType) ?? fhirType;

    /// <summary><c>birthDate</c> to <c>BirthDate</c>; characters that no name has part words.</summary>
    public static string Pascal(string name)
    {
        StringBuilder pascal = new();
        bool start = true;
        foreach (char c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c))
            {
                start = true;
                continue;
            }

            pascal.Append(start ? char.ToUpperInvariant(c) : c);
            start = false;
        }

        return pascal.ToString();
    }

    /// <summary>The member of an enum for a code: its letters, or where it has none those of its display.</summary>
    public static string Member(string code, string? display)
    {
        if (s_symbols.TryGetValue(code, out string? symbol)) return symbol;
        if (char.IsAsciiLetter(code[0])) return Pascal(code);
        if (code[0] == '_' && code.Length > 1) return Pascal(code);
        if (display is { Length: > 0 } && char.IsAsciiLetter(display[0]) && display.Length <= 40) return Pascal(display);
        return "V" + string.Concat(code.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
    }

    public static string XmlText(string? text, int most = 400)
    {
        string one = string.Join(' ', (text ?? string.Empty).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (one.Length > most)
        {
            int end = one.LastIndexOf(". ", most, StringComparison.Ordinal);
            one = end > most / 3 ? one[..(end + 1)] : one[..one.LastIndexOf(' ', most)] + " …";
        }

        one = one.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);
        return one.Length == 0 || one[^1] is '.' or '…' or '?' or '!' ? one : one + ".";
    }
}
