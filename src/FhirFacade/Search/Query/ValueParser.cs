using System.Globalization;
using Consortium.Fhir.Units;
using Consortium.FhirFacade.Rest;
using Consortium.FhirFacade.Search.Indexing;
using Consortium.FhirFacade.Search.Parameters;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.Search.Query;

/// <summary>Reads the values of search parameters, by kind (FHIR R4 search.html#ptypes). Errors name the parameter and the form, never the value.</summary>
internal sealed class ValueParser(string serverBase, CodeSets codes)
{
    private static readonly Dictionary<string, Comparison> s_prefixes = new(StringComparer.Ordinal)
    {
        ["eq"] = Comparison.Equal,
        ["ne"] = Comparison.NotEqual,
        ["gt"] = Comparison.Greater,
        ["lt"] = Comparison.Less,
        ["ge"] = Comparison.GreaterOrEqual,
        ["le"] = Comparison.LessOrEqual,
        ["sa"] = Comparison.StartsAfter,
        ["eb"] = Comparison.EndsBefore,
        ["ap"] = Comparison.Approximate,
    };

    /// <summary>One alternative of a parameter.</summary>
    /// <param name="parameter">The parameter, or the part of a composite.</param>
    /// <param name="modifier">The modifier; null for none.</param>
    /// <param name="value">The alternative with its escapes.</param>
    /// <exception cref="FhirException">400: the value or the modifier is not understood.</exception>
    public ValueMatch Read(SearchParameter parameter, string? modifier, string value) => parameter.Kind switch
    {
        SearchParameterKind.Token => ReadToken(parameter, modifier, value),
        SearchParameterKind.String => ReadString(parameter, modifier, SearchValues.Unescape(value)),
        SearchParameterKind.Uri => ReadUri(parameter, modifier, SearchValues.Unescape(value)),
        SearchParameterKind.Reference => ReadReference(parameter, modifier, value),
        SearchParameterKind.Date when modifier is null => new DateMatch(parameter.Number, ReadDate(parameter.Code, value)),
        SearchParameterKind.Number when modifier is null => ReadNumber(parameter, value),
        SearchParameterKind.Quantity when modifier is null => ReadQuantity(parameter, value),
        _ => throw UnknownModifier(parameter.Code, modifier),
    };

    /// <summary>A date with its prefix.</summary>
    public static Compared<Interval> ReadDate(string code, string value)
    {
        (Comparison how, string text) = Prefix(value);
        if (!DateInterval.TryRead(text.Replace(' ', '+'), out long from, out long to)) // an unescaped '+' of a zone arrives as a space
        {
            throw FhirException.BadRequest("value", $"{code} takes YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm[:ss[.fff]] with Z or ±hh:mm, after a prefix of eq, ne, gt, lt, ge, le, sa, eb, ap or none.");
        }

        return new Compared<Interval>(how, new Interval(from, to));
    }

    /// <summary>The error of a modifier that a parameter does not have.</summary>
    public static FhirException UnknownModifier(string code, string? modifier) => FhirException.BadRequest(
        "not-supported", $"This server has no modifier ':{(modifier!.Length <= 32 ? modifier : modifier[..32])}' for {code}.");

    private ValueMatch ReadToken(SearchParameter parameter, string? modifier, string value)
    {
        switch (modifier)
        {
            case null or "not":
                (string? system, string code) = SearchValues.Token(value);
                if (system is null or "" && code.Length == 0) throw FhirException.BadRequest("value", $"{parameter.Code}: a token is value, system|value, |value or system|.");
                if (parameter.IsText) code = code.ToLowerInvariant();
                return new TokenMatch(parameter.Number, system, code.Length == 0 ? null : code);
            case "text":
                return new StringMatch(parameter.Text, FoldedText.Of(SearchValues.Unescape(value)), StringRelation.Begins);
            case "of-type":
                // system|code|value of Identifier.type and Identifier.value
                string[] parts = [.. SearchValues.Parts(value, '|').Select(SearchValues.Unescape)];
                if (parts.Length != 3 || parts.Any(part => part.Length == 0)) throw FhirException.BadRequest("value", $"{parameter.Code}:of-type takes system|code|value of the identifier's type and its value.");
                return new TokenMatch(parameter.Identifier, $"{parts[0]}|{parts[1]}", parts[2]);
            case "in" or "not-in":
                return new TokenSetMatch(parameter.Number, codes.InValueSet(parameter.Code, SearchValues.Unescape(value)));
            case "below":
                (string? above, string root) = SearchValues.Token(value);
                // A MIME type stands above the same with parameters (search.html#mimetype).
                if (above is null && root.Contains('/', StringComparison.Ordinal)) return new UriMatch(parameter.Number, root, UriRelation.MimeType);
                return new TokenSetMatch(parameter.Number, codes.Below(parameter.Code, above, root));
            case "above":
                (string? of, string leaf) = SearchValues.Token(value);
                return new TokenSetMatch(parameter.Number, codes.Above(parameter.Code, of, leaf));
            default:
                throw UnknownModifier(parameter.Code, modifier);
        }
    }

    private static StringMatch ReadString(SearchParameter parameter, string? modifier, string value) => modifier switch
    {
        null => new StringMatch(parameter.Number, FoldedText.Of(value), StringRelation.Begins),
        "contains" => new StringMatch(parameter.Number, FoldedText.Of(value), StringRelation.Contains),
        "exact" => new StringMatch(parameter.Number, value, StringRelation.Exact),
        _ => throw UnknownModifier(parameter.Code, modifier),
    };

    private static UriMatch ReadUri(SearchParameter parameter, string? modifier, string value) => new(parameter.Number, value, modifier switch
    {
        null => UriRelation.Same,
        "below" => UriRelation.Below,
        "above" => UriRelation.Above,
        _ => throw UnknownModifier(parameter.Code, modifier),
    });

    private ValueMatch ReadReference(SearchParameter parameter, string? modifier, string value)
    {
        if (modifier == "identifier")
        {
            (string? system, string code) = SearchValues.Token(value);
            return new TokenMatch(parameter.Identifier, system, code.Length == 0 ? null : code);
        }

        if (modifier == "below" && parameter.Shape.TypeName == "canonical") return new CanonicalMatch(parameter.Number, SearchValues.Unescape(value));
        if (modifier is not null && !Consortium.Fhir.FhirR4.IsResourceType(modifier)) throw UnknownModifier(parameter.Code, modifier);
        string target = SearchValues.Unescape(value);
        if (LocalReference.TryParse(target, serverBase, out RecordKey key))
        {
            if (modifier is not null && modifier != key.Type) throw FhirException.BadRequest("value", $"{parameter.Code}:{modifier} takes an id, or a reference to a {modifier}.");
            return new ReferenceMatch(parameter.Number, key.Type, key.Id);
        }

        if (target.Contains('/', StringComparison.Ordinal) || target.Contains(':', StringComparison.Ordinal)) return new ReferenceMatch(parameter.Number, "", target);
        return new ReferenceMatch(parameter.Number, modifier, target);
    }

    private static QuantityMatch ReadNumber(SearchParameter parameter, string value)
    {
        (Comparison how, string text) = Prefix(value);
        (decimal exact, decimal from, decimal to) = Number(parameter.Code, text);
        return new QuantityMatch(parameter.Number, new Compared<NumberInterval>(how, new NumberInterval((double)exact, (double)from, (double)to)), null, null, null);
    }

    // [prefix][number]|[system]|[code] (search.html#quantity)
    private static QuantityMatch ReadQuantity(SearchParameter parameter, string value)
    {
        string[] parts = [.. SearchValues.Parts(value, '|').Select(SearchValues.Unescape)];
        if (parts.Length is not (1 or 3)) throw FhirException.BadRequest("value", $"{parameter.Code} takes number, number|system|code or number||code.");
        (Comparison how, string text) = Prefix(parts[0]);
        (decimal exact, decimal from, decimal to) = Number(parameter.Code, text);
        string? system = parts.Length == 3 && parts[1].Length > 0 ? parts[1] : null, code = parts.Length == 3 && parts[2].Length > 0 ? parts[2] : null;
        if (system == Ucum.CodeSystem && code is not null
            && QuantityValues.TryCanonical(exact, code, out double exactly, out string canonical)
            && QuantityValues.TryCanonical(from, code, out double low, out _)
            && QuantityValues.TryCanonical(to, code, out double high, out _))
        {
            return new QuantityMatch(parameter.Number, new Compared<NumberInterval>(how, new NumberInterval(exactly, low, high)), system, code, canonical);
        }

        return new QuantityMatch(parameter.Number, new Compared<NumberInterval>(how, new NumberInterval((double)exact, (double)from, (double)to)), system, code, null);
    }

    // 100 stands for 99.5 to 100.5, 100.00 for 99.995 to 100.005 (search.html#number).
    private static (decimal Exact, decimal From, decimal To) Number(string code, string text)
    {
        if (!decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out decimal number))
        {
            throw FhirException.BadRequest("value", $"{code} takes a number such as 100, 5.40 or 1e-3, after a prefix of eq, ne, gt, lt, ge, le, sa, eb, ap or none.");
        }

        int exponentAt = text.IndexOfAny(['e', 'E']);
        string mantissa = exponentAt < 0 ? text : text[..exponentAt];
        int exponent = exponentAt < 0 ? 0 : int.Parse(text[(exponentAt + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        int point = mantissa.IndexOf('.', StringComparison.Ordinal);
        int place = exponent - (point < 0 ? 0 : mantissa.Length - point - 1);
        // 1e2 stands for 95 to 105: search.html#number says so in so many words, though half of its last digit would be 50.
        if (exponent > 0 && point < 0) place--;
        try
        {
            decimal half = 0.5m * (decimal)Math.Pow(10, place);
            return (number, number - half, number + half);
        }
        catch (OverflowException)
        {
            throw FhirException.BadRequest("value", $"{code}: the number is beyond what can be searched.");
        }
    }

    private static (Comparison How, string Number) Prefix(string value) =>
        value.Length > 2 && s_prefixes.TryGetValue(value[..2], out Comparison how) ? (how, value[2..]) : (Comparison.Equal, value);
}
