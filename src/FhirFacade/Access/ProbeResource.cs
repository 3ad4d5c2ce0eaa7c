using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Consortium.Fhir;

namespace Consortium.FhirFacade.Access;

/// <summary>
/// A resource that has every element that R4 defines for its type, to ask the redaction what a view shows of it. Of a choice (<c>value[x]</c>) an element has one type,
/// so there are several such resources, one for each position of the longest choice.
/// </summary>
internal sealed class ProbeResource(string type, string target, int position)
{
    /// <summary>The longest choice that a search parameter looks at has fewer types.</summary>
    public const int MostPositions = 14;

    private const int Deepest = 6;

    private readonly ArrayBufferWriter<byte> _output = new();
    private int _texts;

    /// <summary>The probes of a type.</summary>
    /// <param name="type">The resource type.</param>
    /// <param name="target">The type that every reference leads to.</param>
    public static IEnumerable<byte[]> Of(string type, string target)
    {
        int longest = Math.Clamp(Longest(FhirElementType.Find(type)!, 0), 2, MostPositions);
        return Enumerable.Range(0, longest).Select(position => new ProbeResource(type, target, position).Write());
    }

    private byte[] Write()
    {
        using (var json = new Utf8JsonWriter(_output))
        {
            json.WriteStartObject();
            json.WriteString("resourceType", type);
            Members(json, FhirElementType.Find(type)!, 0);
            json.WriteEndObject();
        }

        return _output.WrittenSpan.ToArray();
    }

    private static IEnumerable<IGrouping<string, (string Property, FhirElement Element)>> Elements(FhirElementType of) => of.PropertyNames
        .Select(property => (Property: property, Element: of.Element(property)!))
        .Where(member => member.Element is not null && !member.Element.Type.IsResource && member.Element.Type.Name is not ("Extension" or "Resource" or "ElementDefinition"))
        // valueQuantity and valueString are one element, value[x].
        .GroupBy(member => member.Element.IsChoice ? member.Property[..^member.Element.Type.Name.Length] + "[x]" : member.Property, StringComparer.Ordinal);

    private static int Longest(FhirElementType of, int depth) => depth > Deepest ? 1 : Elements(of)
        .Select(choice => Math.Max(choice.Count(), choice.Where(member => !member.Element.Type.IsPrimitive).Select(member => Longest(member.Element.Type, depth + 1)).DefaultIfEmpty(1).Max()))
        .DefaultIfEmpty(1).Max();

    private void Members(Utf8JsonWriter json, FhirElementType of, int depth)
    {
        if (of.Name == "Reference") json.WriteString("reference", $"{target}/probe");
        foreach (var choice in Elements(of))
        {
            (string property, FhirElement element) = choice.ElementAt(position % choice.Count());
            if (of.Name == "Reference" && property == "reference") continue;
            if (!element.Type.IsPrimitive && (depth >= Deepest || (of.Name == "Identifier" && property == "assigner"))) continue;
            json.WritePropertyName(property);
            if (element.Repeats) json.WriteStartArray();
            Value(json, element.Type, property, depth);
            if (element.Repeats) json.WriteEndArray();
        }
    }

    private void Value(Utf8JsonWriter json, FhirElementType of, string property, int depth)
    {
        switch (of.Name)
        {
            case "boolean":
                json.WriteBooleanValue(true);
                break;
            case "integer" or "positiveInt" or "unsignedInt":
                json.WriteNumberValue(1);
                break;
            case "decimal":
                json.WriteNumberValue(1.5m);
                break;
            case "date":
                json.WriteStringValue("2020-05-17");
                break;
            case "dateTime" or "instant":
                json.WriteStringValue("2020-05-17T10:00:00Z");
                break;
            case "time":
                json.WriteStringValue("10:00:00");
                break;
            case "uri" or "url" or "canonical" or "oid" or "uuid":
                // A type of a Reference names its target; every other URI is any.
                json.WriteStringValue(property == "type" ? target : Next("http://example.org/"));
                break;
            case "base64Binary":
                json.WriteStringValue("AAAA");
                break;
            case "xhtml":
                json.WriteStringValue("<div xmlns=\"http://www.w3.org/1999/xhtml\">probe</div>");
                break;
            case "code" when property == "system":
                json.WriteStringValue(position % 2 == 0 ? "phone" : "email"); // ContactPoint.system, by which parameters tell telephone numbers from addresses
                break;
            case var name when of.IsPrimitive:
                json.WriteStringValue(Next(name is "code" or "id" ? "code-" : "probe"));
                break;
            default:
                json.WriteStartObject();
                Members(json, of, depth + 1);
                json.WriteEndObject();
                break;
        }
    }

    // No text twice: what is hidden in one place is looked for in all others.
    private string Next(string before) => before + (++_texts).ToString(CultureInfo.InvariantCulture);
}
