using System.Numerics;

namespace Consortium.Fhir.Units;

/// <summary>Where and why a text is no UCUM code.</summary>
/// <param name="At">Position from 0.</param>
/// <param name="Reason">What is wrong there.</param>
internal sealed record UcumFault(int At, string Reason);

/// <summary>
/// Parses a case-sensitive UCUM code (UCUM 2.2): terms joined by <c>.</c> and <c>/</c> from left to right, components with
/// exponents, annotations in braces, parentheses, whole numbers as factors.
/// </summary>
internal sealed class UcumParser
{
    private const int LongestCode = 500;
    private const int MaxDepth = 20;
    private const int MostExponent = 9999;

    private readonly string _text;
    private readonly UcumTable _table;
    private int _at;
    private int _depth;

    private UcumParser(string text, UcumTable table) => (_text, _table) = (text, table);

    /// <summary>Null with the fault where the code is not valid.</summary>
    public static CanonicalUnit? Parse(string text, UcumTable table, out UcumFault? fault)
    {
        fault = null;
        UcumParser parser = new(text, table);
        try
        {
            if (text.Length == 0) throw Fault(0, "a unit is never empty; write 1 for the unity");
            if (text.Length > LongestCode) throw Fault(LongestCode, $"a unit is not longer than {LongestCode} characters");
            CanonicalUnit unit = parser.Term(leading: true);
            return parser._at == text.Length ? unit : throw Fault(parser._at, $"'{text[parser._at]}' cannot stand here");
        }
        catch (FaultException found)
        {
            fault = found.Fault;
            return null;
        }
    }

    private char Current => _at < _text.Length ? _text[_at] : '\0';

    private CanonicalUnit Term(bool leading)
    {
        if (++_depth > MaxDepth) throw Fault(_at, $"parentheses nest deeper than {MaxDepth}");
        CanonicalUnit unit = CanonicalUnit.One;
        if (leading && Current == '/')
        {
            _at++;
            unit = unit.Times(Component(), -1);
        }
        else
        {
            unit = Component();
        }

        while (Current is '.' or '/')
        {
            int power = _text[_at++] == '.' ? 1 : -1;
            unit = unit.Times(Component(), power);
        }

        _depth--;
        return unit;
    }

    private CanonicalUnit Component()
    {
        CanonicalUnit unit;
        if (Current == '(')
        {
            int open = _at++;
            unit = Term(leading: true);
            if (Current != ')') throw _at < _text.Length ? Fault(_at, "')' is missing") : Fault(open, "the parenthesis is not closed");
            _at++;
        }
        else if (Current == '{')
        {
            unit = CanonicalUnit.One;
        }
        else
        {
            unit = char.IsAsciiDigit(Current) && !IsTenSymbol() ? Factor() : Symbol();
        }

        while (Current == '{') Annotation();
        return unit;
    }

    /// <summary>10* and 10^ are symbols although they start with digits.</summary>
    private bool IsTenSymbol() => _at + 2 < _text.Length && _text[_at] == '1' && _text[_at + 1] == '0' && _text[_at + 2] is '*' or '^';

    private CanonicalUnit Factor()
    {
        int start = _at;
        while (char.IsAsciiDigit(Current)) _at++;
        BigInteger number = BigInteger.Parse(_text.AsSpan(start, _at - start), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture);
        if (number.IsZero) throw Fault(start, "a factor is a positive number");
        return new CanonicalUnit(Rational.Of(number), UnitDimension.None, null, Rational.One);
    }

    private CanonicalUnit Symbol()
    {
        int start = _at;
        bool ten = IsTenSymbol();
        if (ten) _at += 3;
        else while (_at < _text.Length && IsSymbolPart()) _at++;
        if (_at == start)
        {
            throw _at >= _text.Length ? Fault(_at, "a unit is missing at the end") : Fault(_at, $"'{Visible(Current)}' cannot stand where a unit is expected");
        }

        string symbol = _text[start.._at];
        CanonicalUnit unit = _table.Find(symbol, out string? reason) ?? throw Fault(start, $"{(symbol.Length > 40 ? "that symbol" : $"'{symbol}'")} {reason}");
        return Exponent() is { } exponent ? unit.ToPower(exponent) : unit;
    }

    /// <summary>Moves past one part of a symbol: a letter or sign, or a bracketed part, in which digits and operators are plain characters.</summary>
    private bool IsSymbolPart()
    {
        char c = Current;
        if (c == '[')
        {
            int close = _text.IndexOf(']', _at);
            if (close < 0) throw Fault(_at, "the bracket is not closed");
            _at = close;
            return true;
        }

        return c is > ' ' and < '\x7F' and not (']' or '(' or ')' or '{' or '}' or '.' or '/' or '+' or '-' or '=' or '"') && !char.IsAsciiDigit(c);
    }

    private int? Exponent()
    {
        int start = _at;
        bool minus = Current == '-';
        if (Current is '+' or '-') _at++;
        int number = 0, digits = _at;
        for (; char.IsAsciiDigit(Current); _at++) number = Math.Min(MostExponent + 1, (number * 10) + Current - '0');
        if (_at == digits) return _at == start ? null : throw Fault(start, "a sign stands before the digits of an exponent");
        if (number > MostExponent) throw Fault(digits, $"an exponent is not larger than {MostExponent}");
        return minus ? -number : number;
    }

    private void Annotation()
    {
        int open = _at++;
        for (; Current != '}'; _at++)
        {
            if (_at >= _text.Length) throw Fault(open, "the annotation is not closed");
            // UCUM 2.1 rule 6: printable ASCII; a space is in wide use and tolerated.
            if (Current is < ' ' or >= '\x7F') throw Fault(_at, "an annotation has printable ASCII characters only");
            if (Current == '{') throw Fault(_at, "annotations do not nest");
        }

        _at++;
    }

    private static string Visible(char c) => c is > ' ' and < '\x7F' ? c.ToString() : "that character";

    private static FaultException Fault(int at, string reason) => new(new UcumFault(at, reason));

    private sealed class FaultException(UcumFault fault) : Exception(fault.Reason)
    {
        public UcumFault Fault { get; } = fault;
    }
}
