using Consortium.Fhir.Definitions;
using Consortium.Fhir.Json;

namespace Consortium.Fhir.Validation.Bundles;

/// <summary>One entry of a Bundle by its nodes; 0 for what it does not have.</summary>
internal readonly record struct BundleEntry(int Node, int FullUrl, int Resource, int Search, int Request, int Response);

/// <summary>The names that the rules of Bundles look for, and the entries read by them.</summary>
internal static class BundleEntries
{
    private static readonly int s_entry = R4Tables.Instance.FindName("entry"u8);
    private static readonly int s_fullUrl = R4Tables.Instance.FindName("fullUrl"u8);
    private static readonly int s_resource = R4Tables.Instance.FindName("resource"u8);
    private static readonly int s_search = R4Tables.Instance.FindName("search"u8);
    private static readonly int s_request = R4Tables.Instance.FindName("request"u8);
    private static readonly int s_response = R4Tables.Instance.FindName("response"u8);

    public static List<BundleEntry> Read(FhirDocument document, int bundle)
    {
        List<BundleEntry> entries = [];
        ElementChildren children = document.ChildrenOf(bundle);
        while (children.MoveNext())
        {
            if (NameOf(document, children.Current) == s_entry) entries.Add(ReadOne(document, children.Current));
        }

        return entries;
    }

    /// <summary>The child of that name with a value that is a JSON string; 0 where there is none.</summary>
    public static int Text(FhirDocument document, int at, ReadOnlySpan<byte> name) => Text(document, at, R4Tables.Instance.FindName(name));

    /// <summary>The same by the string number of the name.</summary>
    public static int Text(FhirDocument document, int at, int name)
    {
        ElementChildren children = document.ChildrenNamed(at, name);
        while (children.MoveNext())
        {
            if (document.Nodes[children.Current].Kind == JsonKind.String) return children.Current;
        }

        return 0;
    }

    /// <summary>The same of a part that the entry may not have.</summary>
    public static int TextOf(FhirDocument document, int part, ReadOnlySpan<byte> name) => part == 0 ? 0 : Text(document, part, name);

    /// <summary>The same by the string number of the name.</summary>
    public static int TextOf(FhirDocument document, int part, int name) => part == 0 ? 0 : Text(document, part, name);

    private static BundleEntry ReadOne(FhirDocument document, int at)
    {
        int fullUrl = 0, resource = 0, search = 0, request = 0, response = 0;
        ElementChildren children = document.ChildrenOf(at);
        while (children.MoveNext())
        {
            int name = NameOf(document, children.Current);
            JsonKind kind = document.Nodes[children.Current].Kind;
            if (name == s_fullUrl && kind == JsonKind.String) fullUrl = children.Current;
            else if (kind != JsonKind.Object) continue;
            else if (name == s_resource && document.Nodes[children.Current].Type != 0) resource = children.Current;
            else if (name == s_search) search = children.Current;
            else if (name == s_request) request = children.Current;
            else if (name == s_response) response = children.Current;
        }

        return new BundleEntry(at, fullUrl, resource, search, request, response);
    }

    private static int NameOf(FhirDocument document, int node) => R4Tables.Instance.Elements[document.Nodes[node].Element].Name;
}
