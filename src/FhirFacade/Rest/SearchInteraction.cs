using System.Globalization;
using System.Text.Json;
using Consortium.Fhir;
using Consortium.FhirFacade.Access;
using Consortium.FhirFacade.Search;
using Consortium.FhirFacade.Search.Parameters;
using Consortium.FhirFacade.Search.Query;
using Consortium.FhirFacade.Search.Results;
using Consortium.FhirFacade.Search.Views;

namespace Consortium.FhirFacade.Rest;

/// <summary>search of a type, of a compartment and of the whole system, by GET and by POST (FHIR R4 http.html#search, #vsearch, search.html).</summary>
internal sealed class SearchInteraction(
    SearchParser parser, SearchQueries search, IncludedResources included, SearchableParameters searchable, ViewReadiness readiness, CursorSeal seal, RecordAccess access,
    FacadeOptions options)
{
    /// <summary>Resources of one type.</summary>
    public async Task<FhirResponse> OfTypeAsync(FhirRequest request, string type, CancellationToken cancellationToken) => await AnswerAsync(
        request, Affordable(await parser.ReadAsync(type, request.Parameters, cancellationToken).ConfigureAwait(false)), type, cancellationToken).ConfigureAwait(false);

    /// <summary>Resources of the types that <c>_type</c> names, or of all.</summary>
    public async Task<FhirResponse> OfSystemAsync(FhirRequest request, CancellationToken cancellationToken) => await AnswerAsync(
        request, Affordable(await parser.ReadAsync(SearchCatalog.AnyType, request.Parameters, cancellationToken).ConfigureAwait(false)), "", cancellationToken).ConfigureAwait(false);

    /// <summary>Resources of one type, or of all (<c>*</c>), in the compartment of a patient, an encounter and so on.</summary>
    public async Task<FhirResponse> OfCompartmentAsync(FhirRequest request, string of, string id, string type, CancellationToken cancellationToken)
    {
        if (Compartment.Of(of) is not { } compartment) throw new FhirException(404, "not-found", $"{of} has no compartment; {string.Join(", ", Compartment.Codes)} have.");
        bool all = type == "*";
        if (!all && !compartment.By.ContainsKey(type)) throw new FhirException(404, "not-found", $"{type} is not in the compartment of {of} (FHIR R4 compartmentdefinition.html).");
        SearchQuery query = Affordable(await parser.ReadAsync(all ? SearchCatalog.AnyType : type, request.Parameters, cancellationToken).ConfigureAwait(false));
        IReadOnlyList<SearchParameter> by = all ? [.. compartment.By.Values.SelectMany(one => one)] : compartment.By[type];
        var within = new CompartmentCondition(by, of, id, WithSubject: false);
        return await AnswerAsync(request, query with { Conditions = [.. query.Conditions, within] }, $"{of}/{id}/{type}", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The page that a query asks for, as a Bundle in the caller's view.</summary>
    /// <param name="request">The request: who asks, and how strictly.</param>
    /// <param name="asked">The query.</param>
    /// <param name="path">The path below the base, for the links.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<FhirResponse> AnswerAsync(FhirRequest request, SearchQuery asked, string path, CancellationToken cancellationToken)
    {
        SearchQuery query = UserSearch.Confine(request.Caller, asked with { Subject = request.Caller.Subject ?? asked.Subject, Scope = request.Caller.SearchScope });
        if (query.Unknown.Count > 0 && request.Prefer.Strict)
        {
            throw new FhirException(400, [.. query.Unknown.Select(name => new OutcomeIssue(IssueSeverity.Error, "not-supported", Ignored(query.Type, name)))]);
        }

        searchable.Require(query.Scope.View, query);
        await readiness.PrepareAsync(query, cancellationToken).ConfigureAwait(false);
        SearchPage page = await search.RunAsync(query, cancellationToken).ConfigureAwait(false);
        Included beside = await included.FindAsync(query, page.Matches, found => access.VisibleAsync(request.Caller, found, cancellationToken), cancellationToken).ConfigureAwait(false);
        StoredVersion[] all = [.. page.Matches, .. beside.Versions];
        byte[][] views = await access.DiscloseAsync(request.Caller, all, cancellationToken).ConfigureAwait(false);

        string self = path.Length == 0 ? options.BaseUrl : $"{options.BaseUrl}/{path}";
        using var bundle = new BundleWriter("searchset", page.Total);
        bundle.Link("self", BundleWriter.Url(self, query.Used));
        (string Name, string Value)[] same = [.. query.Used.Where(used => used.Name != "_cursor")];
        if (query.After is not null) bundle.Link("first", BundleWriter.Url(self, same));
        if (page.Previous is { } previous) bundle.Link("previous", BundleWriter.Url(self, [.. same, ("_cursor", seal.Seal(previous))]));
        if (page.Next is { } next) bundle.Link("next", BundleWriter.Url(self, [.. same, ("_cursor", seal.Seal(next))]));
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
            IEnumerable<OutcomeIssue> issues = query.Unknown.Select(name => new OutcomeIssue(IssueSeverity.Warning, "not-supported", Ignored(query.Type, name)));
            if (beside.IsCutShort) issues = issues.Append(new OutcomeIssue(IssueSeverity.Warning, "too-costly", "More was to be included than a page may carry; ask for smaller pages with _count, or for the rest by itself."));
            Mode(bundle.StartEntry(null, OperationOutcomeJson.Write([.. issues])), "outcome");
            bundle.EndEntry();
        }

        return new FhirResponse(200) { Body = bundle.Finish() };
    }

    // What the server puts together itself ($everything) is not the caller's cost.
    private SearchQuery Affordable(SearchQuery query)
    {
        SearchCost.Require(query, options.Limits.SearchCost);
        return query;
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
