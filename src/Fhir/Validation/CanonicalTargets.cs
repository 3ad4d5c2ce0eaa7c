namespace Consortium.Fhir.Validation;

/// <summary>
/// Finds what a canonical refers to (FHIR R4 references.html#canonical): contained (<c>#id</c>), in the same Bundle, among the
/// definitions, or with the caller's resolver.
/// </summary>
internal static class CanonicalTargets
{
    /// <param name="context">The validation.</param>
    /// <param name="holder">The resource that refers, or the one that contains it.</param>
    /// <param name="type">The resource type wanted.</param>
    /// <param name="canonical">The reference as written.</param>
    /// <returns>The target; does not exist where it is not known.</returns>
    public static FhirNode Find(ValidationContext context, FhirNode holder, string type, string canonical)
    {
        if (canonical.StartsWith('#')) return Contained(context, holder, type, canonical[1..]);
        int fragment = canonical.IndexOf('#', StringComparison.Ordinal);
        string url = fragment < 0 ? canonical : canonical[..fragment];
        FhirNode found = context.Embedded.Find(type, url);
        if (!found.Exists && context.Definitions.Find(type, url) is { } definition) found = definition.Root;
        if (!found.Exists && context.Options.ResolveReference?.Invoke(canonical) is { } supplied && supplied.ResourceType == type) found = supplied.Root;
        return found;
    }

    private static FhirNode Contained(ValidationContext context, FhirNode holder, string type, string id)
    {
        (FhirDocument document, int at) = holder.Place();
        FhirNode container = ReferenceEquals(document, context.Document) ? new FhirNode(document, document.EnclosingResources(at).Root) : holder;
        foreach (FhirNode contained in container.ChildrenNamed("contained"))
        {
            if (contained.TypeName == type && contained.Child("id") is { Exists: true } own && own.Value == id) return contained;
        }

        return default;
    }
}
