using Consortium.Fhir.Json;

namespace Consortium.Fhir.Validation.Profiles;

/// <summary>Looks up single children by the string number of their name.</summary>
internal static class ElementAccess
{
    /// <summary>The first child of a name; 0 where there is none.</summary>
    public static int Child(FhirDocument document, int at, int name)
    {
        ElementChildren children = document.ChildrenNamed(at, name);
        return children.MoveNext() ? children.Current : 0;
    }

    /// <summary>The text of the first child of a name; null where it has none.</summary>
    public static string? Text(FhirDocument document, int at, int name)
    {
        int child = Child(document, at, name);
        return child != 0 && document.HasValue(child) ? document.Text(child) : null;
    }

    /// <summary>The element around an element: of an extension of a primitive, that primitive; -1 at the root.</summary>
    public static int Parent(FhirDocument document, int at)
    {
        for (int parent = document.Nodes[at].Parent; parent >= 0; parent = document.Nodes[parent].Parent)
        {
            if (document.Nodes[parent].Kind != JsonKind.Array) return parent;
        }

        return -1;
    }
}
