using System.Text.Json;
using Consortium.Fhir;
using Consortium.FhirFacade.Rest;

namespace Consortium.FhirFacade.Patch;

/// <summary>
/// The value of a FHIRPath Patch operation (FHIR R4 fhirpatch.html): <c>value[x]</c>, a resource, or, for an inline type such as Patient.contact
/// that no <c>value[x]</c> can have, parts that name its elements.
/// </summary>
internal static class PatchValue
{
    /// <summary>The element of a type that a name and the type of the value mean; null where there is none.</summary>
    public static FhirElement? Element(FhirElementType? type, string name, JsonElement parameter) =>
        type?.Element(name) ?? (Suffix(parameter) is { } suffix ? type?.Element(name + suffix) : null);

    /// <summary>The value as JSON.</summary>
    /// <param name="parameter">The part that holds it.</param>
    /// <param name="element">The element that it is for.</param>
    /// <param name="number">The operation, for an error.</param>
    /// <param name="malformed">Makes the error.</param>
    public static ElementValue Read(JsonElement parameter, FhirElement element, int number, Func<int, string, FhirException> malformed)
    {
        if (parameter.TryGetProperty("resource", out JsonElement resource)) return new ElementValue(Json(resource), null, null);
        if (Suffix(parameter) is { } suffix)
        {
            JsonText? value = parameter.TryGetProperty("value" + suffix, out JsonElement given) ? Json(given) : null;
            JsonText? extra = parameter.TryGetProperty("_value" + suffix, out JsonElement besides) ? Json(besides) : null;
            return new ElementValue(value, extra, suffix);
        }

        if (!parameter.TryGetProperty("part", out JsonElement parts) || parts.ValueKind != JsonValueKind.Array) throw malformed(number, "its value has neither value[x], nor resource, nor part.");
        JsonText built = JsonText.EmptyObject();
        foreach (JsonElement part in parts.EnumerateArray())
        {
            if (part.ValueKind != JsonValueKind.Object || !part.TryGetProperty("name", out JsonElement name) || name.GetString() is not { } of) throw malformed(number, "a part of its value has no name.");
            FhirElement child = Element(element.Type, of, part) ?? throw malformed(number, "a part of its value has a name, or a type, that the element does not have.");
            ElementList list = ElementList.Of(built, child);
            if (list.Count > 0 && !list.Repeats) throw malformed(number, "two parts of its value name an element that does not repeat.");
            list.Insert(list.Count, Read(part, child, number, malformed));
            list.Save();
        }

        return new ElementValue(built, null, null);
    }

    private static string? Suffix(JsonElement parameter)
    {
        foreach (JsonProperty property in parameter.EnumerateObject())
        {
            string name = property.Name.StartsWith('_') ? property.Name[1..] : property.Name;
            if (name.Length > 5 && name.StartsWith("value", StringComparison.Ordinal)) return name[5..];
        }

        return null;
    }

    private static JsonText Json(JsonElement element) => JsonText.Parse(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(element).ToArray());
}
