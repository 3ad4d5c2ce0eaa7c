using System.Globalization;
using Consortium.Fhir;
using Consortium.FhirFacade.Search;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.Rest;

/// <summary>An entry of a transaction after it was checked.</summary>
internal sealed record PlannedEntry(BundleEntry Entry, string Type, string? Id, ResourceJson? Content);

/// <summary>A transaction after everything was checked that needs no store.</summary>
internal sealed record TransactionPlan(IReadOnlyList<PlannedEntry> Entries);

/// <summary>
/// A transaction (FHIR R4 http.html#transaction): all of it or nothing. Conditional creates and conditional references are resolved,
/// ids assigned and references rewritten, then all is written at once, and reads see the result.
/// </summary>
internal sealed class TransactionBundle(SearchQueries search, ReadInteractions read, WriteAnswers answers, FacadeOptions options)
{
    /// <summary>Checks and validates each entry.</summary>
    /// <exception cref="FhirException">With the place of the entry.</exception>
    public static TransactionPlan Plan(BundleEntry[] entries)
    {
        PlannedEntry[] planned = [.. entries.Select(Plan)];
        var seen = new HashSet<RecordKey>();
        foreach (PlannedEntry one in planned)
        {
            // http.html#trules: the identity of the resources must not overlap.
            if (one.Entry.Order < 3 && one.Id is { } id && !seen.Add(new RecordKey(one.Type, id)))
            {
                throw FhirException.BadRequest("duplicate", "The transaction changes one resource twice.", one.Entry.At);
            }
        }

        string? twice = entries.Select(entry => entry.FullUrl).Where(url => url is not null).GroupBy(url => url).FirstOrDefault(url => url.Count() > 1)?.Key;
        if (twice is not null) throw FhirException.BadRequest("duplicate", "Two entries of the transaction have the same fullUrl.", "Bundle.entry.fullUrl");
        return new TransactionPlan(planned);
    }

    /// <summary>Runs the plan in one transaction of the store.</summary>
    public async Task<IReadOnlyList<EntryResponse>> RunAsync(TransactionPlan plan, StoreTransaction transaction, FhirRequest request, CancellationToken cancellationToken)
    {
        var responses = new EntryResponse?[plan.Entries.Count];
        var targets = new Dictionary<string, string>(StringComparer.Ordinal);
        var assigned = new Dictionary<int, string>();
        foreach (PlannedEntry one in plan.Entries)
        {
            if (one.Entry.Order == 3) continue;
            string? id = one.Id;
            if (one.Entry.IfNoneExist is { } condition)
            {
                id = await MatchAsync(one.Type, condition, one.Entry.At, transaction, cancellationToken).ConfigureAwait(false);
                if (id is not null) responses[one.Entry.Index] = await ExistingAsync(one.Type, id, transaction, cancellationToken).ConfigureAwait(false);
            }

            id ??= ResourceContent.NewId();
            assigned[one.Entry.Index] = id;
            Name(targets, one, id);
        }

        List<(PlannedEntry One, ResourceWrite Write)> writes = [];
        foreach (PlannedEntry one in plan.Entries.Where(one => one.Entry.Order < 3 && responses[one.Entry.Index] is null).OrderBy(one => one.Entry.Order))
        {
            writes.Add((one, await WriteAsync(one, assigned[one.Entry.Index], targets, transaction, cancellationToken).ConfigureAwait(false)));
        }

        IReadOnlyList<WriteResult> results = await transaction.ApplyAsync([.. writes.Select(write => write.Write)]).ConfigureAwait(false);
        for (int i = 0; i < writes.Count; i++) responses[writes[i].One.Entry.Index] = EntryResponse.Of(answers.Of(results[i], request.Prefer.Return));
        foreach (PlannedEntry one in plan.Entries)
        {
            if (one.Entry.Order < 3) continue;
            FhirResponse found = await read.CurrentWithinAsync(one.Type, one.Id!, transaction, cancellationToken).ConfigureAwait(false);
            responses[one.Entry.Index] = EntryResponse.Of(found);
        }

        return responses!;
    }

    private static PlannedEntry Plan(BundleEntry entry)
    {
        string url = $"{entry.At}.request.url", resource = $"{entry.At}.resource";
        string? type = entry.Segments is [var first, ..] && FhirR4.IsResourceType(first) ? first : null;
        switch (entry.Method, entry.Segments)
        {
            case ("POST", [_]) when type is not null && entry.Parameters.Count == 0:
                return new PlannedEntry(entry, type, null, ResourceContent.Accept(entry.Resource, type, null, resource));
            case ("PUT", [_, var id]) when type is not null && entry.Parameters.Count == 0:
                ResourceContent.RequireId(id);
                return new PlannedEntry(entry, type, id, ResourceContent.Accept(entry.Resource, type, id, resource));
            case ("DELETE", [_, var id]) when type is not null && entry.Parameters.Count == 0:
                ResourceContent.RequireId(id);
                return new PlannedEntry(entry, type, id, null);
            case ("GET" or "HEAD", [_, var id]) when type is not null && entry.Parameters.Count == 0:
                return new PlannedEntry(entry, type, id, null);
            default:
                throw FhirException.BadRequest("not-supported", "A transaction here takes POST Type, PUT Type/id, DELETE Type/id and GET Type/id.", url);
        }
    }

    /// <summary>By which names the other entries may refer to this one.</summary>
    private static void Name(Dictionary<string, string> targets, PlannedEntry one, string id)
    {
        string target = $"{one.Type}/{id}";
        if (one.Entry.FullUrl is not { } fullUrl) return;
        targets[fullUrl] = target;
        // A relative reference is relative to the entry's own base (bundle.html#references): http://other/Patient/1 is also Patient/1 there.
        if (one.Id is null && fullUrl.StartsWith("http", StringComparison.Ordinal) && fullUrl.Split('/') is [.., var type, var foreign] && type == one.Type) targets[$"{type}/{foreign}"] = target;
    }

    private async Task<ResourceWrite> WriteAsync(
        PlannedEntry one, string id, Dictionary<string, string> targets, StoreTransaction transaction, CancellationToken cancellationToken)
    {
        WriteMode mode = one.Entry.Method switch
        {
            "POST" => WriteMode.Create,
            "PUT" => WriteMode.Update,
            _ => WriteMode.Delete,
        };
        ResourceJson? content = one.Content;
        if (content is not null)
        {
            foreach (string reference in ReferenceRewriter.Unresolved(content.Bytes.Span))
            {
                if (targets.ContainsKey(reference)) continue;
                targets[reference] = await ResolveAsync(reference, one.Entry.At, transaction, cancellationToken).ConfigureAwait(false);
            }

            content = ResourceJson.Read(ReferenceRewriter.Rewrite(content.Bytes.ToArray(), targets));
        }

        return new ResourceWrite(one.Type, id, mode)
        {
            Content = content,
            IfMatch = VersionTag.IfMatch(one.Entry.IfMatch),
            IfNoneExists = one.Entry.IfNoneMatch?.Trim() == "*",
        };
    }

    private async Task<string> ResolveAsync(string reference, string at, StoreTransaction transaction, CancellationToken cancellationToken)
    {
        if (!ReferenceRewriter.IsConditional(reference)) throw FhirException.BadRequest("not-found", "A reference names an entry (urn:uuid or urn:oid) that the transaction does not have.", $"{at}.resource");
        int mark = reference.IndexOf('?', StringComparison.Ordinal);
        string type = reference[..mark];
        if (!FhirR4.IsResourceType(type)) throw FhirException.BadRequest("value", "A conditional reference begins with a resource type.", $"{at}.resource");
        string? id = await MatchAsync(type, reference[mark..], at, transaction, cancellationToken).ConfigureAwait(false);
        return id is not null
            ? $"{type}/{id}"
            : throw new FhirException(412, "not-found", $"A conditional reference to {type} matches nothing; it must match one.", $"{at}.resource");
    }

    private async Task<string?> MatchAsync(string type, string condition, string at, StoreTransaction transaction, CancellationToken cancellationToken)
    {
        try
        {
            SearchQuery query = SearchQuery.Condition(type, condition, options.BaseUrl);
            await transaction.LockNameAsync($"{type}?{condition.TrimStart('?')}").ConfigureAwait(false);
            return await search.OnlyMatchAsync(query, transaction.Transaction, cancellationToken).ConfigureAwait(false);
        }
        catch (FhirException e)
        {
            throw new FhirException(e.Status, [.. e.Issues.Select(issue => issue with { Expression = at })]);
        }
    }

    private async Task<EntryResponse> ExistingAsync(string type, string id, StoreTransaction transaction, CancellationToken cancellationToken)
    {
        FhirResponse found = await read.CurrentWithinAsync(type, id, transaction, cancellationToken).ConfigureAwait(false);
        return EntryResponse.Of(found with { Location = Location(type, id, found.Version!.Value) });
    }

    private string Location(string type, string id, long version) =>
        $"{options.BaseUrl}/{type}/{id}/_history/{version.ToString(CultureInfo.InvariantCulture)}";
}
