using Consortium.Fhir.Definitions;
using Consortium.Fhir.Json;

namespace Consortium.Fhir.Validation;

/// <summary>
/// Ids of elements (FHIR R4 element.html): without spaces, unique within the resource. The ids of ElementDefinitions, which
/// stand once in the snapshot and once in the differential, are left to the rules of StructureDefinition.
/// </summary>
internal static class ElementIdRules
{
    private static readonly int s_elementDefinition = R4Tables.Instance.FindType("ElementDefinition"u8);

    public static void Check(ValidationContext context)
    {
        FhirDocument document = context.Document;
        R4Tables tables = context.Tables;
        HashSet<(int Resource, string Id)>? seen = null;
        for (int i = 1; i < document.Count; i++)
        {
            ref readonly Node node = ref document.Nodes[i];
            if ((tables.Traits[node.Element] & ElementTraits.Id) == 0 || node.Kind != JsonKind.String) continue;
            int holder = document.Nodes[node.Parent].Type;
            if (holder == 0 || holder == s_elementDefinition || tables.IsResource(holder)) continue;
            if (document.Raw(i).Contains((byte)' ')) context.Issues.Error(i, "value", "The id of an element has no spaces (FHIR R4 element.html#Element.id).");
            seen ??= [];
            if (!seen.Add((document.EnclosingResources(i).Resource, document.Text(i)))) context.Issues.Error(i, "business-rule", "The id of an element is unique within its resource (FHIR R4 element.html#Element.id); another element has the same.");
        }
    }
}
