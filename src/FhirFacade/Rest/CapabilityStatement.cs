using System.Buffers;
using System.Text.Json;
using Consortium.Fhir;
using Consortium.FhirFacade.Access.Smart;
using Consortium.FhirFacade.Search.Custom;
using Consortium.FhirFacade.Search.Parameters;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.Rest;

/// <summary>capabilities (FHIR R4 http.html#capabilities): written from the table of routes, the resource types and the table of search parameters that the server works from.</summary>
internal sealed class CapabilityStatement(Lazy<FhirRouter> router, SearchCatalogs catalogs, SmartConfiguration smart, FacadeOptions options, TimeProvider time)
{
    private volatile Written? _statement;

    /// <summary>The statement; <c>mode</c> changes nothing, as http.html#capabilities allows.</summary>
    public async Task<FhirResponse> AnswerAsync(FhirRequest request, CancellationToken cancellationToken)
    {
        SearchCatalog catalog = (await catalogs.RefreshAsync(cancellationToken).ConfigureAwait(false)).Catalog;
        var security = new CapabilitySecurity(smart.IsOn, await smart.TryReadAsync(cancellationToken).ConfigureAwait(false), options);
        Written? known = _statement;
        // It changes with the search parameters of the site's own and the endpoints of its identity provider, and with nothing else while the server runs.
        if (known is null || !ReferenceEquals(known.Catalog, catalog) || known.Security != security.Key)
        {
            _statement = known = new Written(catalog, security.Key, Write(router.Value.Routes, catalog, security, options, time));
        }

        return new FhirResponse(200) { Body = known.Json };
    }

    private sealed record Written(SearchCatalog Catalog, string Security, byte[] Json);

    private static byte[] Write(IReadOnlyList<Route> routes, SearchCatalog catalog, CapabilitySecurity security, FacadeOptions options, TimeProvider time)
    {
        var output = new ArrayBufferWriter<byte>(256 * 1024);
        using (var json = new Utf8JsonWriter(output, Negotiation.Compact))
        {
            json.WriteStartObject();
            json.WriteString("resourceType", "CapabilityStatement");
            json.WriteString("url", $"{options.BaseUrl}/metadata");
            json.WriteString("version", Version);
            json.WriteString("name", "ConsortiumFacade");
            json.WriteString("title", "Consortium FHIR facade");
            json.WriteString("status", "active");
            json.WriteString("date", ResourceJson.Instant(time.GetUtcNow().ToUnixTimeMilliseconds()));
            json.WriteString("kind", "instance");
            json.WriteStartObject("software");
            json.WriteString("name", "Consortium FHIR facade");
            json.WriteString("version", Version);
            json.WriteEndObject();
            json.WriteStartObject("implementation");
            json.WriteString("description", "The record store of a member of a medical consortium");
            json.WriteString("url", options.BaseUrl);
            json.WriteEndObject();
            json.WriteString("fhirVersion", FhirR4.Version);
            Strings(json, "format", ["application/fhir+json", "application/fhir+xml", "json", "xml"]);
            if (routes.Any(route => route.Method == "PATCH")) Strings(json, "patchFormat", PatchInteraction.Taken.Split(", "));
            json.WriteStartArray("rest");
            json.WriteStartObject();
            json.WriteString("mode", "server");
            security.Write(json);
            Route[] ofSystem = [.. routes.Where(route => !route.IsOfType && route.OnlyType is null)];
            json.WriteStartArray("resource");
            foreach (string type in FhirR4.ResourceTypes) Resource(json, type, [.. routes.Where(route => route.IsOfType || route.OnlyType == type)], catalog, options);
            json.WriteEndArray();
            Interactions(json, ofSystem);
            Operations(json, null, ofSystem, options);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    private static string Version => typeof(CapabilityStatement).Assembly.GetName().Version!.ToString(3);

    private static void Resource(Utf8JsonWriter json, string type, Route[] routes, SearchCatalog catalog, FacadeOptions options)
    {
        json.WriteStartObject();
        json.WriteString("type", type);
        json.WriteString("profile", $"http://hl7.org/fhir/StructureDefinition/{type}");
        Interactions(json, routes);
        foreach ((string name, string value) in routes.SelectMany(route => route.Features).OrderBy(feature => Array.IndexOf(FeatureOrder, feature.Name)))
        {
            json.WritePropertyName(name);
            json.WriteRawValue(value);
        }

        Strings(json, "referencePolicy", ["literal", "local"]);
        Strings(json, "searchInclude", ["*", .. References(catalog, type).Select(code => $"{type}:{code}")]);
        Strings(json, "searchRevInclude", ["*", .. catalog.ReferringTo(type).Select(by => $"{by.ResourceType}:{by.Code}")]);
        json.WriteStartArray("searchParam");
        Parameter(json, "_id", "token");
        Parameter(json, "_lastUpdated", "date");
        Parameter(json, "_text", "string", "http://hl7.org/fhir/SearchParameter/DomainResource-text");
        Parameter(json, "_content", "string", "http://hl7.org/fhir/SearchParameter/Resource-content");
        Parameter(json, "_filter", "special", "http://hl7.org/fhir/SearchParameter/filter");
        Parameter(json, "_list", "string");
        if (type == "Location") Parameter(json, "near", "special", "http://hl7.org/fhir/SearchParameter/Location-near");
        foreach (SearchParameter parameter in catalog.Of(type).Where(parameter => parameter.IsReady).OrderBy(parameter => parameter.Code, StringComparer.Ordinal))
        {
            Parameter(json, parameter.Code, parameter.Kind.ToString().ToLowerInvariant(), parameter.Url);
        }

        json.WriteEndArray();
        Operations(json, type, routes, options);
        json.WriteEndObject();
    }

    // The order of the definition, which XML needs.
    private static readonly string[] FeatureOrder =
        ["versioning", "readHistory", "updateCreate", "conditionalCreate", "conditionalRead", "conditionalUpdate", "conditionalDelete"];

    private static IEnumerable<string> References(SearchCatalog catalog, string type) =>
        catalog.Of(type).Where(parameter => parameter.IsReady && parameter.Kind == SearchParameterKind.Reference).Select(parameter => parameter.Code).Order(StringComparer.Ordinal);

    private static void Interactions(Utf8JsonWriter json, IEnumerable<Route> routes)
    {
        json.WriteStartArray("interaction");
        foreach (string code in routes.SelectMany(route => route.Interactions).Distinct())
        {
            json.WriteStartObject();
            json.WriteString("code", code);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Operations(Utf8JsonWriter json, string? type, IEnumerable<Route> routes, FacadeOptions options)
    {
        string[] names = [.. routes.Select(route => route.Operation).OfType<string>().Distinct()];
        if (names.Length == 0) return;
        json.WriteStartArray("operation");
        foreach (string name in names)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("definition", OperationDefinitions.Url(name, type, options));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Parameter(Utf8JsonWriter json, string name, string type, string? definition = null)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        if (definition is not null) json.WriteString("definition", definition);
        json.WriteString("type", type);
        json.WriteEndObject();
    }

    private static void Strings(Utf8JsonWriter json, string name, ReadOnlySpan<string> values)
    {
        if (values.IsEmpty) return;
        json.WriteStartArray(name);
        foreach (string value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
