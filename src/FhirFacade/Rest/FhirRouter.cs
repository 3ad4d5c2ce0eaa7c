using Consortium.Fhir;
using Consortium.FhirFacade.Access;

namespace Consortium.FhirFacade.Rest;

/// <summary>Which interaction answers which path and verb: the table of contents of the server (FHIR R4 http.html#summary).</summary>
internal sealed class FhirRouter(
    ReadInteractions read, HistoryInteractions history, WriteInteractions write, SearchInteraction search,
    BundleInteraction bundle, CapabilityStatement capabilities, DisclosureOperations disclosure, ExchangeOperations exchange)
{
    private delegate Task<FhirResponse> Interaction(FhirRequest request, CancellationToken cancellationToken);

    /// <summary>Runs the interaction.</summary>
    /// <exception cref="FhirException">No such path (404), verb (405), or right (401, 403).</exception>
    public Task<FhirResponse> RouteAsync(FhirRequest request, CancellationToken cancellationToken)
    {
        Route route = Find(request.Segments) ?? throw new FhirException(404, "not-found", Unknown(request.Segments));
        Interaction interaction = (request.Method switch
        {
            "GET" or "HEAD" => route.Get,
            "POST" => route.Post,
            "PUT" => route.Put,
            "DELETE" => route.Delete,
            _ => null,
        }) ?? throw new FhirException(405, "not-supported", $"{request.Method} is not supported here; {route.Allow} is.") { Allow = route.Allow };
        if (!route.Public) request.Caller.RequireKnown();
        if (route.Writes(request.Method)) request.Caller.RequireWriter();
        return interaction(request, cancellationToken);
    }

    private Route? Find(string[] segments) => segments switch
    {
        [] => new Route { Post = bundle.ExecuteAsync },
        ["metadata"] => new Route { Get = capabilities.AnswerAsync, Public = true },
        ["_history"] => new Route { Get = (request, ct) => history.AnswerAsync(request, null, null, ct) },
        ["$disclose"] => new Route { Get = disclosure.DiscloseByRecordIdAsync, Post = disclosure.DiscloseByRecordIdAsync, PostReads = true },
        ["$locate"] => new Route { Get = exchange.LocateAsync },
        ["$fetch"] => new Route { Post = exchange.FetchAsync, PostReads = true },
        [var type, ..] when !FhirR4.IsResourceType(type) => null,
        [var type] => new Route { Get = (request, ct) => search.AnswerAsync(request, type, ct), Post = (request, ct) => write.CreateAsync(request, type, ct) },
        [var type, "_search"] => new Route
        {
            Get = (request, ct) => search.AnswerAsync(request, type, ct),
            Post = (request, ct) => search.AnswerAsync(request, type, ct),
            PostReads = true,
        },
        [var type, "_history"] => new Route { Get = (request, ct) => history.AnswerAsync(request, type, null, ct) },
        [var type, var id] when id[0] is not ('$' or '_') => new Route
        {
            Get = (request, ct) => read.ReadAsync(request, type, id, ct),
            Put = (request, ct) => write.UpdateAsync(request, type, id, ct),
            Delete = (request, ct) => write.DeleteAsync(request, type, id, ct),
        },
        [var type, var id, "_history"] => new Route { Get = (request, ct) => history.AnswerAsync(request, type, id, ct) },
        [var type, var id, "_history", var version] => new Route { Get = (request, ct) => read.VersionAsync(request, type, id, version, ct) },
        [var type, var id, "$disclose"] => new Route { Get = (request, ct) => disclosure.DiscloseAsync(request, type, id, null, ct) },
        [var type, var id, "_history", var version, "$disclose"] => new Route { Get = (request, ct) => disclosure.DiscloseAsync(request, type, id, version, ct) },
        [var type, var id, "$receipt"] => new Route { Get = (request, ct) => disclosure.ReceiptAsync(request, type, id, null, ct) },
        [var type, var id, "_history", var version, "$receipt"] => new Route { Get = (request, ct) => disclosure.ReceiptAsync(request, type, id, version, ct) },
        _ => null,
    };

    private static string Unknown(string[] segments)
    {
        // What stands in the path may be a patient's name typed by mistake: only the resource type is repeated, and only a known one.
        string hint = segments is [var type, ..] && FhirR4.IsResourceType(type) ? $" below {type}" : "";
        return $"This server has nothing at that path{hint}. The CapabilityStatement at metadata lists what it has.";
    }

    private sealed class Route
    {
        public Interaction? Get { get; init; }

        public Interaction? Post { get; init; }

        public Interaction? Put { get; init; }

        public Interaction? Delete { get; init; }

        /// <summary>True where POST changes nothing.</summary>
        public bool PostReads { get; init; }

        /// <summary>True where anybody may ask.</summary>
        public bool Public { get; init; }

        public string Allow => string.Join(", ", Verbs());

        public bool Writes(string method) => method switch
        {
            "POST" => !PostReads,
            "PUT" or "DELETE" => true,
            _ => false,
        };

        private IEnumerable<string> Verbs()
        {
            if (Get is not null) yield return "GET";
            if (Get is not null) yield return "HEAD";
            if (Post is not null) yield return "POST";
            if (Put is not null) yield return "PUT";
            if (Delete is not null) yield return "DELETE";
        }
    }
}
