using System.Globalization;
using System.Text;

namespace Consortium.Fhir.Units;

/// <summary>Writes the UCUM code of a product or quotient of two units: <c>cm</c> times <c>cm</c> is <c>cm2</c>.</summary>
internal static class UnitProduct
{
    /// <summary>The first unit times the second to a power of 1 or -1.</summary>
    public static string Of(string first, string second, int power)
    {
        List<(string Symbol, int Exponent)> parts = [];
        if (!Add(parts, first, 1) || !Add(parts, second, power)) return $"({first}){(power < 0 ? '/' : '.')}({second})";
        StringBuilder code = new();
        foreach ((string symbol, int exponent) in parts.Where(p => p.Exponent > 0)) Append(code, code.Length > 0 ? "." : string.Empty, symbol, exponent);
        foreach ((string symbol, int exponent) in parts.Where(p => p.Exponent < 0)) Append(code, "/", symbol, -exponent);
        return code.Length == 0 ? "1" : code.ToString();
    }

    private static void Append(StringBuilder code, string separator, string symbol, int exponent)
    {
        code.Append(separator).Append(symbol);
        if (exponent != 1) code.Append(exponent.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Adds the symbols of a flat code to the product; false where it has parentheses, annotations or factors.</summary>
    private static bool Add(List<(string Symbol, int Exponent)> parts, string code, int power)
    {
        if (code == "1") return true;
        int sign = power;
        for (int at = 0; at < code.Length;)
        {
            if (code[at] is '.' or '/')
            {
                sign = code[at++] == '/' ? -power : power;
                continue;
            }

            int start = at;
            while (at < code.Length && code[at] is not ('.' or '/'))
            {
                if (code[at] is '(' or ')' or '{' or '}') return false;
                if (code[at] == '[') at = Math.Max(at, code.IndexOf(']', at));
                at++;
            }

            string component = code[start..at];
            int digits = component.Length;
            while (digits > 0 && char.IsAsciiDigit(component[digits - 1])) digits--;
            int end = digits > 0 && digits < component.Length && component[digits - 1] is '+' or '-' ? digits - 1 : digits;
            if (end == 0) return false;
            int exponent = 1;
            if (digits < component.Length && !int.TryParse(component.AsSpan(end), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)) return false;
            string symbol = component[..end];
            int known = parts.FindIndex(p => p.Symbol == symbol);
            if (known < 0) parts.Add((symbol, sign * exponent));
            else parts[known] = (symbol, parts[known].Exponent + (sign * exponent));
        }

        parts.RemoveAll(p => p.Exponent == 0);
        return true;
    }
}
