using Consortium.Fhir;
using Consortium.FhirFacade.Search;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.Rest;

/// <summary>
/// Lets only valid resources into the store: 400 for what is no FHIR JSON, 422 for what breaks R4's rules (FHIR R4 http.html#rejecting-updates),
/// unless the site does without the latter (<see cref="FacadeOptions.ValidateWrites"/>).
/// </summary>
internal sealed class ResourceContent(RecordStore store, FacadeOptions options)
{
    /// <summary>Reads and validates the resource of a request; the content of a Binary becomes one.</summary>
    public ResourceJson Accept(FhirRequest request, string type, string? id) => BinaryContent.IsIn(request, type)
        ? Accept(BinaryContent.Resource(request, id), type, id)
        : Accept(request.Resource, type, id, document: request.Document);

    /// <summary>Reads and validates a resource.</summary>
    /// <param name="bytes">The body, or the resource of a Bundle's entry.</param>
    /// <param name="type">The type that the URL names.</param>
    /// <param name="id">The id that the URL names; null where the server chooses.</param>
    /// <param name="at">Where the resource stands in a Bundle, as FHIRPath; empty where it is the body.</param>
    /// <param name="document">The same, read already; null where it was not.</param>
    public ResourceJson Accept(ReadOnlyMemory<byte> bytes, string type, string? id, string at = "", FhirDocument? document = null)
    {
        if (bytes.Length == 0) throw FhirException.BadRequest("required", $"The request has no {type} in its body.", NullIfEmpty(at));
        document ??= FhirDocument.Parse(bytes);
        ResourceJson content = ResourceJson.Read(bytes, document);
        if (content.ResourceType != type)
        {
            throw FhirException.BadRequest("invalid", $"The URL names {type}, but resourceType is another.", Below(at, "resourceType"));
        }

        if (id is not null && content.Id is null) throw FhirException.BadRequest("required", "The resource of an update has the id that the URL names; it has none.", Below(at, "id"));
        if (id is not null && content.Id != id) throw FhirException.BadRequest("invalid", "The id of the resource is not the one that the URL names.", Below(at, "id"));
        if (options.ValidateWrites) RequireValid(document, at);
        content.Prepare(store.Catalogs.Current.Indexer);
        return content;
    }

    private static void RequireValid(FhirDocument document, string at)
    {
        ValidationResult result = FhirValidator.R4.Validate(document);
        if (!result.IsValid) throw new FhirException(422, at.Length == 0 ? result.Issues : [.. result.Issues.Select(issue => Inside(issue, at))]);
    }

    /// <summary>
    /// 422 for a part of a resource (FHIR R4 search.html#summary): written over the whole, it would lose what was left out of it.
    /// </summary>
    /// <param name="content">The resource of an update.</param>
    /// <param name="at">Where it stands in a Bundle, as FHIRPath; empty where it is the body.</param>
    public static ResourceJson RequireWhole(ResourceJson content, string at = "")
    {
        if (content.Bytes.Span.IndexOf("SUBSETTED"u8) < 0) return content;
        foreach (FhirNode tag in content.Document.Root.Child("meta").ChildrenNamed("tag"))
        {
            if (tag.Child("system").Value != ResourceSubset.TagSystem || tag.Child("code").Value != ResourceSubset.TagCode) continue;
            throw new FhirException(422, "business-rule", "The resource has the tag SUBSETTED: it is a part, as _summary and _elements give it. Read the whole and change that, or send a patch.", Below(at, "meta.tag"));
        }

        return content;
    }

    /// <summary>400 unless the id can be stored under.</summary>
    public static void RequireId(string id)
    {
        if (!LogicalId.IsValid(id)) throw FhirException.BadRequest("value", "An id has 1 to 64 characters of A-Z, a-z, 0-9, '-' and '.' (FHIR R4 datatypes.html#id).");
    }

    /// <summary>An id for a new resource: random, so that it tells nothing and cannot be guessed.</summary>
    public static string NewId() => Guid.NewGuid().ToString("D");

    // The place inside the entry: Patient.birthDate becomes Bundle.entry[3].resource.birthDate.
    private static OutcomeIssue Inside(OutcomeIssue issue, string at)
    {
        issue = issue with { Line = null, Column = null }; // they are those of the resource alone
        if (issue.Expression is not { } expression) return issue with { Expression = at };
        int dot = expression.IndexOf('.', StringComparison.Ordinal);
        return issue with { Expression = dot < 0 ? at : at + expression[dot..] };
    }

    private static string Below(string at, string element) => at.Length == 0 ? element : $"{at}.{element}";

    private static string? NullIfEmpty(string at) => at.Length == 0 ? null : at;
}
