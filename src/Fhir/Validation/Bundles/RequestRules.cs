using System.Text;
using Consortium.Fhir.Definitions;

namespace Consortium.Fhir.Validation.Bundles;

/// <summary>Requests of a transaction or batch: each agrees with its resource (FHIR R4 http.html#transaction, #create, #update).</summary>
internal static class RequestRules
{
    public static void Check(ValidationContext context, List<BundleEntry> entries)
    {
        foreach (BundleEntry entry in entries)
        {
            int method = BundleEntries.TextOf(context.Document, entry.Request, "method"u8), url = BundleEntries.TextOf(context.Document, entry.Request, "url"u8);
            if (method == 0 || url == 0) continue;
            string target = context.Document.Text(url);
            switch (context.Document.Text(method))
            {
                case "PUT":
                    CheckUpdate(context, entry, url, target);
                    break;
                case "POST":
                    CheckCreate(context, entry, url, target);
                    break;
                case "GET" or "HEAD" or "DELETE" when entry.Resource != 0:
                    context.Issues.Warning(entry.Resource, "business-rule", $"A {context.Document.Text(method)} sends no resource (FHIR R4 http.html#transaction); the one here is not used.");
                    break;
            }
        }
    }

    private static void CheckCreate(ValidationContext context, BundleEntry entry, int url, string target)
    {
        // POST [type]; an operation, a search and the base itself take other bodies.
        int type = ResourceType(target);
        if (type == 0) return;
        if (entry.Resource == 0) context.Issues.Error(entry.Node, "required", $"A POST to {target} creates a {target}; the entry has no resource (FHIR R4 http.html#create).");
        else CheckType(context, entry, url, type);
    }

    private static void CheckUpdate(ValidationContext context, BundleEntry entry, int url, string target)
    {
        if (entry.Resource == 0)
        {
            context.Issues.Error(entry.Node, "required", "A PUT needs a resource (FHIR R4 http.html#update).");
            return;
        }

        int query = target.IndexOf('?', StringComparison.Ordinal), slash = target.IndexOf('/', StringComparison.Ordinal);
        string name = query >= 0 ? target[..query] : slash > 0 ? target[..slash] : target;
        int type = ResourceType(name);
        if (type == 0 || !CheckType(context, entry, url, type) || query >= 0 || slash < 0) return;
        int id = BundleEntries.Text(context.Document, entry.Resource, "id"u8);
        if (id == 0) context.Issues.Error(entry.Resource, "required", "A resource that is PUT has the id of the url (FHIR R4 http.html#update); it has none.");
        else if (context.Document.Text(id) != target[(slash + 1)..]) context.Issues.Error(id, "value", "A resource that is PUT has the id of the url (FHIR R4 http.html#update); here they differ.");
    }

    private static bool CheckType(ValidationContext context, BundleEntry entry, int url, int type)
    {
        int found = context.Document.Nodes[entry.Resource].Type;
        if (found == type) return true;
        context.Issues.Error(url, "value", $"The url is for a {context.Tables.TypeName(type)}; the resource is a {context.Tables.TypeName(found)} (FHIR R4 http.html#transaction).");
        return false;
    }

    private static int ResourceType(string name)
    {
        int type = R4Tables.Instance.FindType(Encoding.UTF8.GetBytes(name));
        return type != 0 && R4Tables.Instance.Types[type].Kind == TypeKind.Resource ? type : 0;
    }
}
