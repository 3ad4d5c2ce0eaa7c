using Consortium.Fhir.Definitions;

namespace Consortium.Fhir.Validation.Bundles;

/// <summary>Requests of a transaction or batch: each agrees with its resource (FHIR R4 http.html#transaction, #create, #update).</summary>
internal static class RequestRules
{
    private static readonly int s_method = R4Tables.Instance.FindName("method"u8);
    private static readonly int s_url = R4Tables.Instance.FindName("url"u8);
    private static readonly int s_id = R4Tables.Instance.FindName("id"u8);

    public static void Check(ValidationContext context, List<BundleEntry> entries)
    {
        foreach (BundleEntry entry in entries)
        {
            int method = BundleEntries.TextOf(context.Document, entry.Request, s_method), url = BundleEntries.TextOf(context.Document, entry.Request, s_url);
            if (method == 0 || url == 0) continue;
            ReadOnlySpan<byte> verb = context.Document.Value(method);
            if (verb.SequenceEqual("PUT"u8)) CheckUpdate(context, entry, url);
            else if (verb.SequenceEqual("POST"u8)) CheckCreate(context, entry, url);
            else if (entry.Resource != 0 && (verb.SequenceEqual("GET"u8) || verb.SequenceEqual("HEAD"u8) || verb.SequenceEqual("DELETE"u8)))
            {
                context.Issues.Warning(entry.Resource, "business-rule", $"A {context.Document.Text(method)} sends no resource (FHIR R4 http.html#transaction); the one here is not used.");
            }
        }
    }

    private static void CheckCreate(ValidationContext context, BundleEntry entry, int url)
    {
        // POST [type]; an operation, a search and the base itself take other bodies.
        int type = ResourceType(context.Document.Value(url));
        if (type == 0) return;
        string target = context.Tables.TypeName(type);
        if (entry.Resource == 0) context.Issues.Error(entry.Node, "required", $"A POST to {target} creates a {target}; the entry has no resource (FHIR R4 http.html#create).");
        else CheckType(context, entry, url, type);
    }

    private static void CheckUpdate(ValidationContext context, BundleEntry entry, int url)
    {
        if (entry.Resource == 0)
        {
            context.Issues.Error(entry.Node, "required", "A PUT needs a resource (FHIR R4 http.html#update).");
            return;
        }

        ReadOnlySpan<byte> target = context.Document.Value(url);
        int query = target.IndexOf((byte)'?'), slash = target.IndexOf((byte)'/');
        ReadOnlySpan<byte> name = query >= 0 ? target[..query] : slash > 0 ? target[..slash] : target;
        int type = ResourceType(name);
        if (type == 0 || !CheckType(context, entry, url, type) || query >= 0 || slash < 0) return;
        int id = BundleEntries.Text(context.Document, entry.Resource, s_id);
        if (id == 0) context.Issues.Error(entry.Resource, "required", "A resource that is PUT has the id of the url (FHIR R4 http.html#update); it has none.");
        else if (!context.Document.Value(id).SequenceEqual(target[(slash + 1)..])) context.Issues.Error(id, "value", "A resource that is PUT has the id of the url (FHIR R4 http.html#update); here they differ.");
    }

    private static bool CheckType(ValidationContext context, BundleEntry entry, int url, int type)
    {
        int found = context.Document.Nodes[entry.Resource].Type;
        if (found == type) return true;
        context.Issues.Error(url, "value", $"The url is for a {context.Tables.TypeName(type)}; the resource is a {context.Tables.TypeName(found)} (FHIR R4 http.html#transaction).");
        return false;
    }

    private static int ResourceType(ReadOnlySpan<byte> name)
    {
        int type = R4Tables.Instance.FindType(name);
        return type != 0 && R4Tables.Instance.Types[type].Kind == TypeKind.Resource ? type : 0;
    }
}
