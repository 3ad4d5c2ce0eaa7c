using System.Text.RegularExpressions;
using Consortium.Adapters.Chinese;

namespace Consortium.Adapters.Narrative;

/// <summary>What stands behind a test's name: number, unit, arrow, reference range.</summary>
internal sealed partial record LaboratoryValue(NoteNumber Number, int End)
{
    public string? Comparator { get; private init; }

    /// <summary>True where the digits are one JSON number.</summary>
    public bool IsNumber { get; private init; }

    /// <summary>True where it is a date, as in 白细胞 2026-11-06.</summary>
    public bool IsDate { get; private init; }

    /// <summary>True where two numbers with a dash stand there: a span of values, not one.</summary>
    public bool IsRange { get; private init; }

    /// <summary>The second number of a dilution, <c>1:160</c>.</summary>
    public NoteNumber? Denominator { get; private init; }

    /// <summary>True where it is written with a power of ten (2.3×10^5IU/ml): the characters are kept, nothing is computed.</summary>
    public bool HasPower { get; private init; }

    /// <summary>Where the value begins: its comparator, else its number.</summary>
    public int ValueStart { get; private init; }

    /// <summary>Where number and unit end, before flag and reference range.</summary>
    public int UnitEnd { get; private init; }

    public string? UnitText { get; private init; }

    public string? Ucum { get; private init; }

    /// <summary>True where something like a unit stands there that the table does not know.</summary>
    public bool HasUnreadableUnit { get; private init; }

    public string? Flag { get; private init; }

    public string? FlagText { get; private init; }

    public ReferenceRange? Range { get; private init; }

    /// <summary>Reads a value that starts at a place, or null where no digit stands there.</summary>
    public static LaboratoryValue? ReadAt(NoteText note, int at, int end)
    {
        string text = note.Folded;
        Match number = Start().Match(text, at, end - at);
        if (!number.Success) return null;
        Group digits = number.Groups["n"];
        int begin = number.Groups["c"] is { Success: true, Length: > 0 } sign ? sign.Index : digits.Index;

        // A full-width comma separates clauses, not thousands.
        int length = digits.Length;
        int comma = note.Original.AsSpan(digits.Index, length).IndexOf('，');
        if (comma >= 0) length = comma;
        var span = new TextSpan(digits.Index, digits.Index + length);
        string written = text[span.Start..span.End];
        bool isNumber = WholeNumber().IsMatch(written);
        bool isDate = ChineseDate.ParseAt(text, span.Start, out int dateLength) is not null && dateLength > length - 1 && !isNumber;
        isDate |= ChineseDate.ParseAt(text, span.Start, out dateLength) is not null && dateLength > length;

        // 10^9/L alone is a unit.
        if (written == "10" && span.End < end && text[span.End] is '^' or '*') return null;
        string? mark = number.Groups["mark"] is { Success: true } before ? before.Value : null;
        int position = span.End;
        if (!isDate && RangeBehind().Match(text, position, end - position).Success)
        {
            return new LaboratoryValue(new NoteNumber(span, written), position) { IsNumber = isNumber, IsRange = true };
        }

        if (Power().Match(text, position, end - position) is { Success: true } power && !(Units.Notes.Match(text, position) is { } whole && whole.Length >= power.Length))
        {
            int stopped = power.Index + power.Length;
            int after = stopped;
            while (after < end && text[after] == ' ') after++;
            if (after < end && Units.Notes.Match(text, after) is { } behind) stopped = after + behind.Length;
            return new LaboratoryValue(new NoteNumber(span, written), stopped) { IsNumber = isNumber, HasPower = true, ValueStart = begin, UnitEnd = stopped };
        }

        NoteNumber? denominator = null;
        if (Dilution().Match(text, position, end - position) is { Success: true } dilution)
        {
            Group second = dilution.Groups["d"];
            denominator = new NoteNumber(new TextSpan(second.Index, second.Index + second.Length), second.Value);
            position += dilution.Length;
        }

        Arrow(text, ref position, end, ref mark);
        int stop = position;
        int unitEnd = denominator?.Span.End ?? span.End;
        string? unitText = null, ucum = null;
        bool unreadable = false;
        int unitAt = position;
        while (unitAt < end && text[unitAt] is ' ' or '|' && unitAt - position < 24) unitAt++;
        if (unitAt < end && Units.Notes.Match(text, unitAt) is { } unit && unitAt + unit.Length <= end)
        {
            unitText = note[new TextSpan(unitAt, unitAt + unit.Length)];
            ucum = unit.Ucum;
            position = stop = unitEnd = unitAt + unit.Length;
            Arrow(text, ref position, end, ref mark);
            stop = position;
        }
        else
        {
            unreadable = unitAt < end && UnitLike().IsMatch(text.AsSpan(unitAt, Math.Min(40, end - unitAt))) && (unitAt == position || UnitLikeApart().IsMatch(text.AsSpan(unitAt, Math.Min(40, end - unitAt))));
        }

        ReferenceRange? range = ReadRange(note, ref position, end, ucum);
        if (range is not null) stop = position;
        if (mark is null)
        {
            Arrow(text, ref position, end, ref mark);
            if (mark is not null) stop = position;
        }

        return new LaboratoryValue(new NoteNumber(span, written), stop)
        {
            Comparator = LaboratoryResult.ComparatorOf(number.Groups["c"].Value),
            IsNumber = isNumber,
            IsDate = isDate,
            Denominator = denominator,
            ValueStart = begin,
            UnitEnd = unitEnd,
            UnitText = unitText,
            Ucum = ucum,
            HasUnreadableUnit = unreadable,
            Flag = mark is null ? null : ResultWords.Flag(mark),
            FlagText = mark,
            Range = range,
        };
    }

    private static void Arrow(string text, ref int position, int end, ref string? mark)
    {
        Match arrow = Arrows().Match(text, position, end - position);
        if (!arrow.Success) return;
        mark ??= arrow.Groups["a"].Value;
        position += arrow.Length;
    }

    private static ReferenceRange? ReadRange(NoteText note, ref int position, int end, string? ucum)
    {
        Match bracketed = Bracketed().Match(note.Folded, position, end - position);
        Match match = bracketed.Success ? bracketed : Bare().Match(note.Folded, position, end - position);
        if (!match.Success) return null;
        Group inside = match.Groups["r"];
        TextSpan span = note.Trim(new TextSpan(inside.Index, inside.Index + inside.Length));
        ReferenceRange range = ReferenceRange.Read(note[span]);
        if (!range.IsNumeric)
        {
            // The unit may be repeated inside the brackets; it must be the result's own.
            Match head = RangeHead().Match(note.Folded, span.Start, span.Length);
            if (!head.Success || Units.Notes.Ucum(note.Folded[(span.Start + head.Length)..span.End]) is not { } repeated || repeated != ucum) return null;
            range = ReferenceRange.Read(note[note.Trim(new TextSpan(span.Start, span.Start + head.Length))]) with { Text = note[span] };
        }

        position += match.Length;
        return range;
    }

    [GeneratedRegex(@"\G(?<mark>[↑↓]{1,2})? ?(?<c><=|>=|[<>≤≥])? ?(?<n>(?:(?<![0-9A-Za-z)\u3400-\u9FFF])-)?[0-9]+(?:[.,][0-9]+)*)", RegexOptions.CultureInvariant)]
    private static partial Regex Start();

    [GeneratedRegex("^-?" + LaboratoryResult.NumberPattern + "$", RegexOptions.CultureInvariant)]
    private static partial Regex WholeNumber();

    [GeneratedRegex(@"\G ?(?:[×xX*] ?10(?:\^|E|e)[0-9]{1,2}|[eE]\+?[0-9]{1,2}(?![0-9A-Za-z]))", RegexOptions.CultureInvariant)]
    private static partial Regex Power();

    [GeneratedRegex(@"\G: ?(?<d>[1-9][0-9]{0,5})(?![0-9:.])", RegexOptions.CultureInvariant)]
    private static partial Regex Dilution();

    [GeneratedRegex(@"\G ?[-~] ?[0-9]", RegexOptions.CultureInvariant)]
    private static partial Regex RangeBehind();

    [GeneratedRegex(@"\G[ |]{0,24}(?:\((?<a>[↑↓]{1,2})\)|(?<a>[↑↓]{1,2})|\((?<a>[HL])\)|(?<a>[HL])(?![A-Za-z0-9\-/%]))", RegexOptions.CultureInvariant)]
    private static partial Regex Arrows();

    [GeneratedRegex(@"\G[ |]{0,8}[(\[] *(?:(?:正常)?参考(?:值|范围|区间|值范围)?|正常(?:值|范围)?)? *:? *(?<r>[^()\[\]\n]{1,40}?) *[)\]]", RegexOptions.CultureInvariant)]
    private static partial Regex Bracketed();

    [GeneratedRegex(@"\G(?:[ |]{2,24}|\|)(?<r>[0-9]+(?:\.[0-9]+)? ?(?:-{1,2}|~) ?[0-9]+(?:\.[0-9]+)?)(?![0-9.\-])", RegexOptions.CultureInvariant)]
    private static partial Regex Bare();

    [GeneratedRegex(@"\G(?:[0-9]+(?:\.[0-9]+)? ?(?:-{1,2}|~) ?[0-9]+(?:\.[0-9]+)?|(?:<=|>=|[<>≤≥]) ?[0-9]+(?:\.[0-9]+)?) ?", RegexOptions.CultureInvariant)]
    private static partial Regex RangeHead();

    // Glued to the number: letters, a percent sign, a slash, a multiplication sign, a lost character.
    [GeneratedRegex(@"^(?:[×xX*] ?[0-9A-Za-z^]|[A-Za-zμ%‰/?□■\uFFFD^*])", RegexOptions.CultureInvariant)]
    private static partial Regex UnitLike();

    // Apart from it: only what cannot be the next test's name.
    [GeneratedRegex(@"^(?:[×xX*] ?10|10\^|[A-Za-zμ?□■\uFFFD0-9^]{0,8}[/^?□■\uFFFD])", RegexOptions.CultureInvariant)]
    private static partial Regex UnitLikeApart();
}
