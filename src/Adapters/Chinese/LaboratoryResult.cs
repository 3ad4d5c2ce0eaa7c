using System.Text.RegularExpressions;

namespace Consortium.Adapters.Chinese;

/// <summary>What a result cell says.</summary>
internal enum ResultKind
{
    /// <summary>A number, perhaps with a comparator.</summary>
    Number,

    /// <summary>Two numbers, such as 0-1 cells in a field of view.</summary>
    Range,

    /// <summary>A dilution, such as 1:80.</summary>
    Titre,

    /// <summary>A word of the table, such as 阴性.</summary>
    Word,

    /// <summary>Anything else.</summary>
    Text,
}

/// <summary>
/// A laboratory result as written. Digits are never altered: a number is one only where its characters are a JSON number as they stand,
/// so <c>1,200</c>, <c>12..3</c>, <c>1O.5</c> and <c>.5</c> are not numbers.
/// </summary>
/// <param name="Kind">What it is.</param>
/// <param name="Value">The number's characters, the low end of a range, or the text.</param>
/// <param name="High">The high end of a range or the denominator of a titre.</param>
/// <param name="Comparator">FHIR quantity-comparator, or null.</param>
/// <param name="Flag">An arrow or letter written behind the number, folded, or null.</param>
/// <param name="Word">The word of the table.</param>
internal sealed partial record LaboratoryResult(
    ResultKind Kind, string Value, string? High = null, string? Comparator = null, string? Flag = null, ResultWord? Word = null)
{
    /// <summary>A JSON number as RFC 8259 section 6 writes it, without exponent.</summary>
    public const string NumberPattern = @"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?";

    /// <summary>Reads a result cell; the text is folded and not empty.</summary>
    public static LaboratoryResult Read(string folded)
    {
        string text = folded.Trim();
        if (ResultWords.Find(text) is { } word) return new LaboratoryResult(ResultKind.Word, text, Word: word);
        if (Number().Match(text) is { Success: true } number)
        {
            string? flag = number.Groups["flag"] is { Success: true, Value: var mark } ? mark : null;
            return new LaboratoryResult(ResultKind.Number, number.Groups["n"].Value, Comparator: ComparatorOf(number.Groups["c"].Value), Flag: flag);
        }

        if (Titre().Match(text) is { Success: true } titre) return new LaboratoryResult(ResultKind.Titre, titre.Groups["a"].Value, titre.Groups["b"].Value);
        if (Range().Match(text) is { Success: true } range) return new LaboratoryResult(ResultKind.Range, range.Groups["a"].Value, range.Groups["b"].Value);
        return new LaboratoryResult(ResultKind.Text, text);
    }

    /// <summary>The FHIR comparator of a folded sign; null for none.</summary>
    public static string? ComparatorOf(string sign) => sign switch
    {
        "<" => "<",
        ">" => ">",
        "≤" or "<=" => "<=",
        "≥" or ">=" => ">=",
        _ => null,
    };

    [GeneratedRegex("^(?<c><=|>=|[<>≤≥])? ?(?<n>-?" + NumberPattern + ") ?(?<flag>↑{1,2}|↓{1,2}|[HhLl])?$", RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    [GeneratedRegex("^(?<a>[1-9][0-9]*) ?: ?(?<b>" + NumberPattern + ")$", RegexOptions.CultureInvariant)]
    private static partial Regex Titre();

    [GeneratedRegex("^(?<a>" + NumberPattern + ") ?(?:-{1,2}|~) ?(?<b>" + NumberPattern + ")$", RegexOptions.CultureInvariant)]
    private static partial Regex Range();
}
