using System.Text;
using Consortium.Fhir.Definitions;
using Consortium.Fhir.Snapshots;

namespace Consortium.Fhir.Validation.StructureDefinitions;

/// <summary>What an element definition states about values fits the types that the element can have (FHIR R4 elementdefinition-definitions.html).</summary>
internal static class ElementValueRules
{
    // FHIR R4 terminologies.html#4.1: what a binding can be on; eld-11 says so only where the types are stated beside it.
    private static readonly HashSet<string> s_coded = ["code", "Coding", "CodeableConcept", "Quantity", "string", "uri"];
    private static readonly HashSet<string> s_text = ["string", "uri", "base64Binary"];
    private static readonly HashSet<string> s_ordered = ["date", "dateTime", "instant", "time", "decimal", "integer", "Quantity"];

    public static void Check(ValidationContext context, OverlaidElement element)
    {
        (StatedElement stated, SnapshotElement result) = element;
        if (result.Types.Count == 0) return;
        if (stated.Binding is not null) CheckRelevant(context, stated.Node.Child("binding"), result, s_coded, "A binding");
        if (stated.MaxLength is not null) CheckRelevant(context, stated.Node.Child("maxLength"), result, s_text, "maxLength");
        if (stated.MinValue.Exists) CheckRelevant(context, stated.MinValue, result, s_ordered, "minValue[x]");
        if (stated.MaxValue.Exists) CheckRelevant(context, stated.MaxValue, result, s_ordered, "maxValue[x]");
        if (stated.Fixed.Exists) CheckType(context, stated.Fixed, result, "fixed[x]");
        if (stated.Pattern.Exists) CheckType(context, stated.Pattern, result, "pattern[x]");
    }

    private static void CheckRelevant(ValidationContext context, FhirNode at, SnapshotElement element, HashSet<string> kinds, string what)
    {
        if (element.Types.Any(t => IsOneOf(t.Code, kinds))) return;
        context.Issues.Error(at.Place().Index, "business-rule",
            $"{what} does nothing on {element.Id}: its type is {Types(element)}, and {char.ToLowerInvariant(what[0])}{what[1..]} is for {string.Join(", ", kinds)}.");
    }

    private static void CheckType(ValidationContext context, FhirNode value, SnapshotElement element, string what)
    {
        string type = value.TypeName;
        if (type.Length == 0 || element.Types.Any(t => IsOneOf(t.Code, [type]) || IsOneOf(type, [t.Code]))) return;
        context.Issues.Error(value.Place().Index, "business-rule", $"{what} of {element.Id} is a {type}; the element's type is {Types(element)}.");
    }

    /// <summary>Whether a type is, or specializes, one of some; a type that R4 does not know may be anything.</summary>
    private static bool IsOneOf(string code, HashSet<string> kinds)
    {
        if (kinds.Contains(code)) return true;
        R4Tables tables = R4Tables.Instance;
        int type = tables.FindType(Encoding.UTF8.GetBytes(code));
        if (type == 0 || tables.Types[type].Kind == TypeKind.Abstract) return true;
        for (int ancestor = tables.Types[type].Base; ancestor != 0; ancestor = tables.Types[ancestor].Base)
        {
            if (kinds.Contains(tables.TypeName(ancestor))) return true;
        }

        return false;
    }

    private static string Types(SnapshotElement element) => string.Join(" or ", element.Types.Select(t => FhirDocument.Shown(Encoding.UTF8.GetBytes(t.Code))).Take(5));
}
