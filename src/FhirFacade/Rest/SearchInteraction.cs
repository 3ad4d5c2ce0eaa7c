using System.Globalization;
using System.Text.Json;
using Consortium.Fhir;
using Consortium.FhirFacade.Access;
using Consortium.FhirFacade.Search;
using Consortium.FhirFacade.Search.Query;
using Consortium.FhirFacade.Search.Results;

namespace Consortium.FhirFacade.Rest;

/// <summary>search of a type, by GET and by POST (FHIR R4 http.html#search, search.html).</summary>
internal sealed class SearchInteraction(SearchParser parser, SearchQueries search, IncludedResources included, CursorSeal seal, RecordAccess access, FacadeOptions options)
{
    public async Task<FhirResponse> AnswerAsync(FhirRequest request, string type, CancellationToken cancellationToken)
    {
        SearchQuery query = parser.Parse(type, request.Parameters) with { Subject = request.Caller.Subject };
        if (query.Unknown.Count > 0 && request.Prefer.Strict)
        {
            throw new FhirException(400, [.. query.Unknown.Select(name => new OutcomeIssue(IssueSeverity.Error, "not-supported", Ignored(type, name)))]);
        }

        access.RequireSearchable(request.Caller, query);
        SearchPage page = await search.RunAsync(query, cancellationToken).ConfigureAwait(false);
        Included beside = await included.FindAsync(query, page.Matches, cancellationToken).ConfigureAwait(false);
        StoredVersion[] all = [.. page.Matches, .. beside.Versions.Where(version => RecordAccess.MaySee(request.Caller, version))];
        byte[][] views = await access.DiscloseAsync(request.Caller, "search-type", all, cancellationToken).ConfigureAwait(false);

        string self = $"{options.BaseUrl}/{type}";
        using var bundle = new BundleWriter("searchset", page.Total);
        bundle.Link("self", BundleWriter.Url(self, query.Used));
        if (page.Next is { } next) bundle.Link("next", BundleWriter.Url(self, [.. query.Used.Where(used => used.Name != "_cursor"), ("_cursor", seal.Seal(next))]));
        for (int i = 0; i < views.Length; i++)
        {
            bool isMatch = i < page.Matches.Count;
            // _elements is said of the matches (search.html#elements), _summary of every resource of the answer.
            ResourceSubset? subset = ResourceSubset.Of(all[i].Type, query.Summary, isMatch ? query.Elements : null);
            Utf8JsonWriter json = bundle.StartEntry($"{options.BaseUrl}/{all[i].Type}/{all[i].Id}", subset?.Apply(views[i]) ?? views[i]);
            Mode(json, isMatch ? "match" : "include");
            bundle.EndEntry();
        }

        if (query.Unknown.Count > 0 || beside.IsCutShort)
        {
            // search.html#errors: the client can see what was not looked at; it is left out of the self link as well.
            IEnumerable<OutcomeIssue> issues = query.Unknown.Select(name => new OutcomeIssue(IssueSeverity.Warning, "not-supported", Ignored(type, name)));
            if (beside.IsCutShort) issues = issues.Append(new OutcomeIssue(IssueSeverity.Warning, "too-costly", "More was to be included than a page may carry; ask for smaller pages with _count, or for the rest by itself."));
            Mode(bundle.StartEntry(null, OperationOutcomeJson.Write([.. issues])), "outcome");
            bundle.EndEntry();
        }

        return new FhirResponse(200) { Body = bundle.Finish() };
    }

    private static void Mode(Utf8JsonWriter json, string mode)
    {
        json.WriteStartObject("search");
        json.WriteString("mode", mode);
        json.WriteEndObject();
    }

    // The name of a parameter is the client's own text; a long one is no name.
    private static string Ignored(string type, string name) => string.Create(
        CultureInfo.InvariantCulture, $"This server does not know the parameter '{(name.Length <= 64 ? name : name[..64] + "…")}' of {type}; it was not looked at.");
}
