using Consortium.Fhir.Json;

namespace Consortium.Fhir.Validation;

/// <summary>The order of elements in XML is that of the definitions (FHIR R4 xml.html); JSON has no such rule.</summary>
internal static class XmlOrderRules
{
    public static void Check(ValidationContext context)
    {
        if (context.Document.Origin is not { } origin) return;
        foreach ((int offset, string after) in origin.Disorder)
        {
            int node = NodeAt(context.Document, offset);
            context.Issues.Error(node, "structure", $"In XML this element stands before {after}: elements keep the order of the definition (FHIR R4 xml.html).");
        }
    }

    /// <summary>The first node whose value stands after an offset.</summary>
    private static int NodeAt(FhirDocument document, int offset)
    {
        ReadOnlySpan<Node> nodes = document.Nodes.AsSpan(0, document.Count);
        int low = 0, high = nodes.Length - 1;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (nodes[middle].Start >= offset) high = middle;
            else low = middle + 1;
        }

        return low;
    }
}
