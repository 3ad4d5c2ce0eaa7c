using Consortium.Fhir.Definitions;
using Consortium.Fhir.Json;

namespace Consortium.Fhir.Validation;

/// <summary>
/// URLs that identify: <c>fullUrl</c> of a Bundle entry agrees with its resource (FHIR R4 bundle.html#bundle-unique), and the url
/// of an extension is absolute (extensibility.html#Extension.url).
/// </summary>
internal sealed class IdentityRules(FhirDocument document, R4Tables tables, IssueList issues)
{
    private static readonly int s_fullUrl = R4Tables.Instance.FindName("fullUrl"u8);
    private static readonly int s_resource = R4Tables.Instance.FindName("resource"u8);
    private static readonly int s_id = R4Tables.Instance.FindName("id"u8);
    private static readonly int s_identifier = R4Tables.Instance.FindType("Identifier"u8);
    private static readonly int s_system = R4Tables.Instance.FindName("system"u8);
    private static readonly int s_value = R4Tables.Instance.FindName("value"u8);
    private static readonly int s_attachment = R4Tables.Instance.FindType("Attachment"u8);
    private static readonly int s_url = R4Tables.Instance.FindName("url"u8);
    private static readonly int s_entry = Array.FindIndex(R4Tables.Instance.Types, t => t.Kind == TypeKind.Backbone && R4Tables.Instance.Utf8(t.Path).SequenceEqual("Bundle.entry"u8));

    public void Check(int at, int type)
    {
        if (type == tables.Extension) CheckExtension(at);
        else if (type == s_entry) CheckEntry(at);
        else if (type == s_attachment) AttachmentRules.Check(document, at, issues);
        else if (type == s_identifier) CheckIdentifier(at);
    }

    private void CheckExtension(int at)
    {
        int url = Child(at, s_url);
        if (url == 0 || document.Nodes[url].Kind != JsonKind.String) return;
        // The url of an extension within an extension is a name that the outer one defines.
        int parent = document.Nodes[at].Parent;
        if (document.Nodes[at].Has(NodeFlags.Item)) parent = document.Nodes[parent].Parent;
        if (document.Nodes[parent].Type == tables.Extension) return;
        if (!document.Value(url).Contains((byte)':')) issues.Error(url, "value", "The url of an extension is absolute, but within another extension (FHIR R4 extensibility.html).");
    }

    /// <summary>The system is "an absolute URI" that names the set of values; where it is that of URIs, the value is one (datatypes.html#Identifier).</summary>
    private void CheckIdentifier(int at)
    {
        int system = Child(at, s_system);
        if (system == 0 || document.Nodes[system].Kind != JsonKind.String) return;
        ReadOnlySpan<byte> uri = document.Value(system);
        if (!uri.Contains((byte)':'))
        {
            issues.Error(system, "value", "Identifier.system is an absolute URI, such as urn:oid:… or https://… (FHIR R4 datatypes.html#Identifier); this one has no scheme.");
        }
        else if (uri.SequenceEqual("urn:ietf:rfc:3986"u8) && Child(at, s_value) is var value && value != 0 && document.HasValue(value) && !document.Value(value).Contains((byte)':'))
        {
            issues.Warning(value, "value", "The system of the identifier says that its value is a URI, such as urn:uuid:… or urn:oid:…; this one has no scheme (FHIR R4 datatypes.html#Identifier).");
        }
    }

    private void CheckEntry(int at)
    {
        int fullUrl = Child(at, s_fullUrl), resource = Child(at, s_resource);
        if (fullUrl == 0 || document.Nodes[fullUrl].Kind != JsonKind.String) return;
        ReadOnlySpan<byte> url = document.Value(fullUrl);
        if (!url.Contains((byte)':'))
        {
            issues.Error(fullUrl, "value", "fullUrl is an absolute URL (FHIR R4 bundle.html#bundle-unique).");
            return;
        }

        if (resource == 0 || document.Nodes[resource].Type == 0 || !url.StartsWith("http"u8)) return;
        int slash = url.LastIndexOf((byte)'/');
        ReadOnlySpan<byte> before = slash > 0 ? url[..slash] : default;
        int named = tables.FindType(before[(before.LastIndexOf((byte)'/') + 1)..]);
        // Only a URL of a RESTful server says type and id.
        if (named == 0 || tables.Types[named].Kind != TypeKind.Resource) return;
        int id = Child(resource, s_id);
        if (id == 0 || document.Nodes[id].Kind != JsonKind.String) return;
        if (named != document.Nodes[resource].Type || !url[(slash + 1)..].SequenceEqual(document.Value(id)))
        {
            issues.Error(fullUrl, "value", $"fullUrl ends with the type and id of its resource, a {tables.TypeName(document.Nodes[resource].Type)} (FHIR R4 bundle.html#bundle-unique).");
        }
    }

    private int Child(int at, int name)
    {
        ElementChildren children = document.ChildrenNamed(at, name);
        return children.MoveNext() ? children.Current : 0;
    }
}
