using Consortium.Fhir.Expressions;

namespace Consortium.Fhir.Validation.Questionnaires;

/// <summary>Compares answers with the values that a Questionnaire gives: options, conditions, limits.</summary>
internal static class AnswerValues
{
    /// <summary>
    /// Whether both are the same answer: a Coding by system and code, a Reference by what it refers to, a Quantity by value and
    /// unit, a primitive by its value.
    /// </summary>
    public static bool AreSame(FhirNode answer, FhirNode expected)
    {
        string type = answer.TypeName;
        if (type == "Coding" || expected.TypeName == "Coding")
        {
            return type == expected.TypeName && answer.Text("code") == expected.Text("code") && (answer.Text("system") ?? string.Empty) == (expected.Text("system") ?? string.Empty)
                && (answer.Text("code") is not null || answer.Text("display") == expected.Text("display"));
        }

        if (type == "Reference" || expected.TypeName == "Reference") return type == expected.TypeName && answer.Text("reference") is { } reference && reference == expected.Text("reference");
        if (answer.HasValue && expected.HasValue && answer.Value == expected.Value) return true;
        return type is not ("string" or "uri" or "boolean") && Compare(answer, expected) == 0;
    }

    /// <summary>Negative, zero or positive; null where the two have no order that can be told here.</summary>
    public static int? Compare(FhirNode answer, FhirNode limit)
    {
        (FhirDocument document, int at) = answer.Place();
        (FhirDocument limits, int limitAt) = limit.Place();
        try
        {
            return Ordering.Compare(PathValue.Of(document, at), PathValue.Of(limits, limitAt));
        }
        catch (FhirPathException)
        {
            return null;
        }
    }
}
