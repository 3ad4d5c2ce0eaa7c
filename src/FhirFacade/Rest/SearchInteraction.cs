using System.Globalization;
using System.Text.Json;
using Consortium.Fhir;
using Consortium.FhirFacade.Access;
using Consortium.FhirFacade.Search;

namespace Consortium.FhirFacade.Rest;

/// <summary>search of a type, by GET and by POST (FHIR R4 http.html#search, search.html).</summary>
internal sealed class SearchInteraction(SearchQueries search, RecordAccess access, FacadeOptions options)
{
    public async Task<FhirResponse> AnswerAsync(FhirRequest request, string type, CancellationToken cancellationToken)
    {
        SearchQuery query = SearchQuery.Parse(type, request.Parameters, options.BaseUrl) with { Subject = request.Caller.Subject };
        if (query.Unknown.Count > 0 && request.Prefer.Strict)
        {
            throw new FhirException(400, [.. query.Unknown.Select(name => new OutcomeIssue(IssueSeverity.Error, "not-supported", Ignored(type, name)))]);
        }

        access.RequireSearchable(request.Caller, query);
        SearchPage page = await search.RunAsync(query, cancellationToken).ConfigureAwait(false);
        byte[][] views = await access.DiscloseAsync(request.Caller, "search-type", page.Matches, cancellationToken).ConfigureAwait(false);

        string self = $"{options.BaseUrl}/{type}";
        using var bundle = new BundleWriter("searchset", page.Total);
        bundle.Link("self", BundleWriter.Url(self, query.Used));
        if (page.NextCursor is { } cursor) bundle.Link("next", BundleWriter.Url(self, [.. query.Used.Where(used => used.Name != "_cursor"), ("_cursor", cursor)]));
        for (int i = 0; i < views.Length; i++)
        {
            Utf8JsonWriter json = bundle.StartEntry($"{options.BaseUrl}/{type}/{page.Matches[i].Id}", views[i]);
            Mode(json, "match");
            bundle.EndEntry();
        }

        if (query.Unknown.Count > 0)
        {
            // search.html#errors: the client can see what was not looked at; it is left out of the self link as well.
            byte[] outcome = OperationOutcomeJson.Write([.. query.Unknown.Select(name => new OutcomeIssue(IssueSeverity.Warning, "not-supported", Ignored(type, name)))]);
            Mode(bundle.StartEntry(null, outcome), "outcome");
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
