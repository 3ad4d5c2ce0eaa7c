using System.Text.Json;
using Consortium.Fhir;
using Consortium.FhirFacade.Patch;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.Rest;

/// <summary>An entry of a transaction after it was checked.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Type">The resource type that its URL names.</param>
/// <param name="Id">The id that its URL names; null where a condition, or the server, decides.</param>
internal sealed record PlannedEntry(BundleEntry Entry, string Type, string? Id)
{
    /// <summary>The condition of a conditional interaction; null for another.</summary>
    public Condition? Condition { get; init; }

    /// <summary>The resource of a create or update.</summary>
    public ResourceJson? Content { get; init; }

    /// <summary>The same, as it was read.</summary>
    public FhirDocument? Document { get; init; }

    /// <summary>The change of a patch.</summary>
    public ResourcePatch? Patch { get; init; }

    /// <summary>True where it is answered after the transaction: a search, a history, an operation that reads.</summary>
    public bool IsLater { get; init; }
}

/// <summary>A transaction after everything was checked that needs no store.</summary>
internal sealed record TransactionPlan(IReadOnlyList<PlannedEntry> Entries);

/// <summary>Checks and validates each entry of a transaction before the store is asked.</summary>
internal sealed class TransactionPlanner(ConditionMatch match, ResourceContent rules)
{
    /// <exception cref="FhirException">With the place of the entry.</exception>
    public TransactionPlan Plan(BundleEntry[] entries, FhirRequest request)
    {
        var planned = new PlannedEntry[entries.Length];
        foreach (BundleEntry entry in entries)
        {
            try
            {
                planned[entry.Index] = One(entry, request);
            }
            catch (FhirException e)
            {
                throw e.At(entry.At);
            }
            catch (JsonException)
            {
                throw FhirException.BadRequest("structure", "What the entry holds is not the JSON that it must be.", $"{entry.At}.resource");
            }
            catch (FhirFormatException e)
            {
                throw FhirException.BadRequest(e.Code, e.Message, $"{entry.At}.resource");
            }
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (BundleEntry entry in entries)
        {
            if (entry.FullUrl is { } url && entry.Order < 3 && !seen.Add(url)) throw FhirException.BadRequest("duplicate", "Two entries of the transaction have the same fullUrl.", $"{entry.At}.fullUrl");
        }

        TransactionBundle.RequireDistinct(planned.Where(one => one.Entry.Order < 3 && one.Id is not null).Select(one => (new RecordKey(one.Type, one.Id!), one.Entry)));
        return new TransactionPlan(planned);
    }

    private PlannedEntry One(BundleEntry entry, FhirRequest request)
    {
        string resource = $"{entry.At}.resource";
        string? type = entry.Segments is [var first, ..] && FhirR4.IsResourceType(first) ? first : null;
        switch (entry.Method, entry.Segments)
        {
            case ("GET" or "HEAD", [_, var id]) when type is not null && entry is { Parameters.Count: 0, IfNoneMatch: null, IfModifiedSince: null } && id[0] is not ('$' or '_'):
                return new PlannedEntry(entry, type, id);
            case ("GET" or "HEAD", _):
                return new PlannedEntry(entry, type ?? "", null) { IsLater = true };
            case ("POST", [_]) when type is not null && entry.Parameters.Count == 0:
                return Content(new PlannedEntry(entry, type, null) { Condition = entry.IfNoneExist is { } query ? match.Read(request.Caller, type, query) : null }, null, resource);
            case ("PUT", [_, var id]) when type is not null && entry.Parameters.Count == 0:
                ResourceContent.RequireId(id);
                return Content(new PlannedEntry(entry, type, id), id, resource);
            case ("PUT", [_]) when type is not null:
                PlannedEntry update = Content(new PlannedEntry(entry, type, null) { Condition = match.Read(type, entry.ToRequest(request)) }, null, resource);
                if (update.Content!.Id is { } stated) ResourceContent.RequireId(stated);
                return update;
            case ("PATCH", [_, var id]) when type is not null && entry.Parameters.Count == 0:
                return new PlannedEntry(entry, type, id) { Patch = PatchInteraction.Read(entry.ToRequest(request)) };
            case ("PATCH", [_]) when type is not null:
                FhirRequest patch = entry.ToRequest(request);
                return new PlannedEntry(entry, type, null) { Patch = PatchInteraction.Read(patch), Condition = match.Read(type, patch) };
            case ("DELETE", [_, var id]) when type is not null && entry.Parameters.Count == 0:
                ResourceContent.RequireId(id);
                return new PlannedEntry(entry, type, id);
            case ("DELETE", [_]) when type is not null:
                return new PlannedEntry(entry, type, null) { Condition = match.Read(type, entry.ToRequest(request)) };
            default:
                throw FhirException.BadRequest(
                    "not-supported", "A transaction takes POST Type, PUT, PATCH and DELETE of Type/id or Type?condition, and GET and HEAD of anything.", $"{entry.At}.request.url");
        }
    }

    private PlannedEntry Content(PlannedEntry planned, string? id, string at)
    {
        byte[] bytes = planned.Entry.Resource;
        FhirDocument? document = bytes.Length == 0 ? null : FhirDocument.Parse(bytes);
        ResourceJson content = rules.Accept(bytes, planned.Type, id, at, document);
        return planned with { Content = planned.Entry.Method == "PUT" ? ResourceContent.RequireWhole(content, at) : content, Document = document };
    }
}
