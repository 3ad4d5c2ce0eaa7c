using System.Globalization;
using System.Text.Json;
using Consortium.Fhir;
using Consortium.FhirFacade.Access;
using Consortium.FhirFacade.Access.Smart;
using Consortium.FhirFacade.Search.Query;
using Consortium.FhirFacade.Search;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.Rest;

/// <summary>history of an instance, a type and the system, newest first (FHIR R4 http.html#history).</summary>
internal sealed class HistoryInteractions(RecordQueries records, RecordAccess access, FacadeOptions options)
{
    private const int DefaultCount = 50;
    private const int MostCount = 500;
    private const int MostListed = 1000;

    public async Task<FhirResponse> AnswerAsync(FhirRequest request, string? type, string? id, CancellationToken cancellationToken)
    {
        if (id is null && type is not null) RequireWhole(request.Caller, type);
        HistoryQuery query = await ListedAsync(request, Parse(request, type, id), cancellationToken).ConfigureAwait(false);
        IReadOnlyList<StoredVersion> versions = await records.HistoryAsync(query with { Count = query.Count + 1 }, cancellationToken).ConfigureAwait(false);
        StoredVersion[] read = [.. versions.Take(query.Count)];
        StoredVersion[] page = [.. await access.VisibleAsync(request.Caller, read, cancellationToken).ConfigureAwait(false)];
        if (id is not null && page.Length == 0 && (query is { Before: null, Since: null, At: null, Only: null } || read.Length > 0)) throw FhirException.NotFound(type!, id);
        StoredVersion[] shown = [.. page.Where(version => !version.Deleted)];
        byte[][] views = await access.DiscloseAsync(request.Caller, shown, cancellationToken).ConfigureAwait(false);
        // Of a user's history the number is left out: it would count what the user does not see.
        long? total = request.Caller.User is null ? await records.HistoryCountAsync(query, cancellationToken).ConfigureAwait(false) : null;

        string self = string.Join('/', new[] { options.BaseUrl, type, id, "_history" }.Where(part => part is not null));
        List<(string, string)> parameters = [("_count", query.Count.ToString(CultureInfo.InvariantCulture))];
        foreach ((string name, string value) in request.Parameters) if (name is "_since" or "_at" or "_list" && value.Length > 0) parameters.Add((name, value));
        using var bundle = new BundleWriter("history", total);
        (string, string)[] here = query.Before is { } before ? [("_cursor", before.ToString(CultureInfo.InvariantCulture))] : [];
        bundle.Link("self", BundleWriter.Url(self, [.. parameters, .. here]));
        bundle.Link("first", BundleWriter.Url(self, parameters));
        if (versions.Count > read.Length && read.Length > 0)
        {
            bundle.Link("next", BundleWriter.Url(self, [.. parameters, ("_cursor", read[^1].Sequence.ToString(CultureInfo.InvariantCulture))]));
        }

        int next = 0;
        foreach (StoredVersion version in page) Entry(bundle, version, version.Deleted ? null : views[next++]);
        return new FhirResponse(200) { Body = bundle.Finish() };
    }

    // A history of many resources has them all, those among them that are deleted: it is not cut down to one patient's or to what a search finds.
    private static void RequireWhole(Caller caller, string type)
    {
        if (caller.User is { } user && !user.For(type, Permissions.Search).Any(grant => grant.IsWhole)) throw Challenge.Scope($"user/{type}.s", $"system/{type}.s");
    }

    private static HistoryQuery Parse(FhirRequest request, string? type, string? id)
    {
        long? since = null, before = null;
        (long From, long To)? at = null;
        int count = DefaultCount;
        foreach ((string name, string value) in request.Parameters)
        {
            switch (name)
            {
                case "_count":
                    count = SearchValues.Count(value, MostCount);
                    break;
                case "_since" when value.Length > 0:
                    since = ValueParser.ReadDate(name, value).With.From;
                    break;
                case "_at" when value.Length > 0:
                    (Comparison how, Interval range) = ValueParser.ReadDate(name, value);
                    at = how switch
                    {
                        Comparison.Greater or Comparison.StartsAfter => (range.To, long.MaxValue),
                        Comparison.GreaterOrEqual => (range.From, long.MaxValue),
                        Comparison.Less or Comparison.EndsBefore => (long.MinValue, range.From),
                        Comparison.LessOrEqual => (long.MinValue, range.To),
                        _ => (range.From, range.To),
                    };
                    break;
                case "_cursor":
                    before = VersionTag.Id(value) ?? throw FhirException.BadRequest("value", "_cursor comes from a next link and cannot be made up.");
                    break;
                case "_format" or "_pretty" or "_since" or "_at" or "_list":
                    break;
                default:
                    if (request.Prefer.Strict) throw FhirException.BadRequest("not-supported", "History takes _count, _since, _at, _list and _cursor; another parameter is in the request.");
                    break;
            }
        }

        return new HistoryQuery(type, id, since, request.Caller.Subject, before, count) { At = at };
    }

    /// <summary><c>_list</c> (http.html#history): only what a List refers to; of a reference without a version every version.</summary>
    private async Task<HistoryQuery> ListedAsync(FhirRequest request, HistoryQuery query, CancellationToken cancellationToken)
    {
        if (request.Parameter("_list") is not { Length: > 0 } list) return query;
        if (request.Caller.IsOutside) throw FhirException.Forbidden("What a List refers to may be hidden from outside; _since and _at may be used.");
        string id = list.StartsWith("List/", StringComparison.Ordinal) ? list[5..] : list;
        StoredVersion stored = await records.CurrentAsync("List", id, cancellationToken).ConfigureAwait(false) ?? throw FhirException.NotFound("List", id);
        if (!await access.MaySeeAsync(request.Caller, stored, cancellationToken).ConfigureAwait(false)) throw FhirException.NotFound("List", id);
        if (stored.Deleted) throw FhirException.Gone("List", id);
        List<(RecordKey, long?)> only = [];
        foreach (FhirNode entry in FhirDocument.Parse(stored.Body).Root.ChildrenNamed("entry"))
        {
            if (entry.Child("item").Child("reference").Value is not { } reference || !LocalReference.TryParse(reference, options.BaseUrl, out RecordKey key)) continue;
            int version = reference.IndexOf("/_history/", StringComparison.Ordinal);
            only.Add((key, version < 0 ? null : (long?)(VersionTag.Id(reference[(version + 10)..]) ?? 0)));
        }

        return only.Count <= MostListed ? query with { Only = only } : throw FhirException.BadRequest("too-costly", $"_list may name a List of {MostListed} entries at most.");
    }

    private void Entry(BundleWriter bundle, StoredVersion version, byte[]? view)
    {
        Utf8JsonWriter json = bundle.StartEntry($"{options.BaseUrl}/{version.Type}/{version.Id}", view);
        json.WriteStartObject("request");
        // Whether a first version came by POST or by PUT is not kept; PUT says the same and can be repeated.
        json.WriteString("method", version.Deleted ? "DELETE" : "PUT");
        json.WriteString("url", $"{version.Type}/{version.Id}");
        json.WriteEndObject();
        json.WriteStartObject("response");
        json.WriteString("status", version.Erased ? "410" : version.Deleted ? "204" : version.Version == 1 ? "201" : "200");
        json.WriteString("location", $"{options.BaseUrl}/{version.Type}/{version.Id}/_history/{version.Version.ToString(CultureInfo.InvariantCulture)}");
        json.WriteString("etag", FhirResponse.ETag(version.Version));
        json.WriteString("lastModified", ResourceJson.Instant(version.RecordedAt));
        json.WriteEndObject();
        bundle.EndEntry();
    }
}
