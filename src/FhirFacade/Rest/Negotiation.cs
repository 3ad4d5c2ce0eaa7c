using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Consortium.FhirFacade.Rest;

/// <summary>Formats: what the server takes and gives (FHIR R4 http.html#mime-type, #parameters).</summary>
internal static class Negotiation
{
    /// <summary>The content type of an answer where the client asks for nothing else.</summary>
    public const string FhirJson = "application/fhir+json; charset=utf-8";

    /// <summary>The content type of an answer in XML.</summary>
    public const string FhirXml = "application/fhir+xml; charset=utf-8";

    /// <summary>The content type of a JSON Patch (RFC 6902 6).</summary>
    public const string JsonPatch = "application/json-patch+json";

    /// <summary>JSON that keeps Chinese text readable.</summary>
    public static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    // In the order of preference where the client has none.
    private static readonly string[] Offered = ["application/fhir+json", "application/json", "text/json", "application/fhir+xml", "application/xml", "text/xml"];

    /// <summary>The form of the answer. <c>_format</c> overrides <c>Accept</c> (http.html#parameters).</summary>
    /// <exception cref="FhirException">406: the client takes neither JSON nor XML of R4.</exception>
    public static ResponseForm Answer(HttpRequest request, IReadOnlyList<KeyValuePair<string, string>> parameters)
    {
        string? format = null;
        bool pretty = false;
        foreach ((string name, string value) in parameters)
        {
            if (name == "_format") format = value;
            else if (name == "_pretty") pretty = value is "true" or "";
        }

        // A '+' that was not escaped in the URL arrives as a space.
        if (!string.IsNullOrEmpty(format)) return (Named(format.Replace(' ', '+')) ?? throw NotAcceptable("_format")) with { Pretty = pretty };
        // Most clients ask for the one thing, or for nothing.
        if (request.Headers.Accept.Count == 0 || request.Headers.Accept is ["application/fhir+json" or "*/*"]) return pretty ? ResponseForm.Json with { Pretty = true } : ResponseForm.Json;
        if (!MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out IList<MediaTypeHeaderValue>? accepted)) throw NotAcceptable("the Accept header");
        return (accepted.Count == 0 ? ResponseForm.Json : Preferred(accepted) ?? throw NotAcceptable("the Accept header")) with { Pretty = pretty };
    }

    /// <summary>True where the client takes a Binary only as the FHIR resource (FHIR R4 binary.html#rest).</summary>
    public static bool AsksForFhir(HttpRequest request, IReadOnlyList<KeyValuePair<string, string>> parameters) =>
        parameters.Any(parameter => parameter.Key == "_format" && parameter.Value.Length > 0)
        || (MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out IList<MediaTypeHeaderValue>? accepted)
            && accepted.Any(type => type.MediaType.Value?.ToLowerInvariant() is "application/fhir+json" or "application/fhir+xml"));

    /// <summary>What a body is, by its content type; an absent one is taken for FHIR JSON.</summary>
    public static BodyKind Body(string? contentType)
    {
        if (string.IsNullOrEmpty(contentType)) return BodyKind.Json;
        if (!MediaTypeHeaderValue.TryParse(contentType, out MediaTypeHeaderValue? type)) return BodyKind.Other;
        BodyKind kind = type.MediaType.Value?.ToLowerInvariant() switch
        {
            "application/fhir+json" or "application/json" or "text/json" or "application/json+fhir" => BodyKind.Json,
            "application/fhir+xml" or "application/xml" or "text/xml" or "application/xml+fhir" => BodyKind.Xml,
            JsonPatch => BodyKind.JsonPatch,
            "application/x-www-form-urlencoded" => BodyKind.Form,
            _ => BodyKind.Other,
        };
        bool utf8 = !type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase);
        return utf8 && IsR4(type) ? kind : BodyKind.Other;
    }

    /// <summary>The same JSON, indented; numbers keep their characters.</summary>
    public static byte[] Indent(byte[] json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        var output = new ArrayBufferWriter<byte>(json.Length * 2);
        using (var writer = new Utf8JsonWriter(output, Compact with { Indented = true })) document.WriteTo(writer);
        return output.WrittenSpan.ToArray();
    }

    private static ResponseForm? Named(string format)
    {
        if (format == "json") return ResponseForm.Json;
        if (format == "xml") return ResponseForm.Xml;
        return !MediaTypeHeaderValue.TryParse(format, out MediaTypeHeaderValue? type) || !IsR4(type) ? null : Body(type.MediaType.Value) switch
        {
            BodyKind.Json => ResponseForm.Json,
            BodyKind.Xml => ResponseForm.Xml,
            _ => null,
        };
    }

    // RFC 9110 12.5.1: of the ranges that fit a type the most specific tells its quality.
    private static ResponseForm? Preferred(IList<MediaTypeHeaderValue> accepted)
    {
        (string? Type, double Quality, int Specificity, int Place) best = (null, 0, 0, 0);
        foreach (string offered in Offered)
        {
            (double Quality, int Specificity, int Place)? match = null;
            for (int i = 0; i < accepted.Count; i++)
            {
                int specificity = Specificity(accepted[i], offered);
                if (specificity > 0 && (match is null || specificity > match.Value.Specificity)) match = (accepted[i].Quality ?? 1, specificity, i);
            }

            if (match is not { Quality: > 0 } found) continue;
            bool better = best.Type is null || found.Quality > best.Quality
                || (found.Quality == best.Quality && (found.Specificity > best.Specificity || (found.Specificity == best.Specificity && found.Specificity == 3 && found.Place < best.Place)));
            if (better) best = (offered, found.Quality, found.Specificity, found.Place);
        }

        if (best.Type is null) return null;
        ResponseForm form = best.Type.Contains("json", StringComparison.Ordinal) ? ResponseForm.Json : ResponseForm.Xml;
        // http.html#mime-type: who asks for a generic type by name gets the same content under that name.
        return best.Specificity == 3 && !best.Type.Contains("fhir", StringComparison.Ordinal) ? form with { ContentType = best.Type + "; charset=utf-8" } : form;
    }

    private static int Specificity(MediaTypeHeaderValue range, string offered)
    {
        if (!IsR4(range)) return 0;
        if (range.MatchesAllTypes) return 1;
        if (range.MatchesAllSubTypes) return offered.AsSpan(0, offered.IndexOf('/', StringComparison.Ordinal)).Equals(range.Type.AsSpan(), StringComparison.OrdinalIgnoreCase) ? 2 : 0;
        string? asked = range.MediaType.Value?.ToLowerInvariant() switch
        {
            "application/json+fhir" => "application/fhir+json", // the names of DSTU2
            "application/xml+fhir" => "application/fhir+xml",
            string other => other,
            null => null,
        };
        return asked == offered ? 3 : 0;
    }

    // http.html#version-parameter: a client that names another version is not served with this one.
    private static bool IsR4(MediaTypeHeaderValue type)
    {
        NameValueHeaderValue? version = type.Parameters.FirstOrDefault(parameter => parameter.Name.Equals("fhirVersion", StringComparison.OrdinalIgnoreCase));
        return version is null || version.GetUnescapedValue().Value is "4.0" or "4.0.0" or "4.0.1";
    }

    private static FhirException NotAcceptable(string what) =>
        new(406, "not-supported", $"This server answers in FHIR R4 JSON (application/fhir+json) and XML (application/fhir+xml), and {what} asks for something else.");
}

/// <summary>What a request's body is.</summary>
internal enum BodyKind
{
    /// <summary>A FHIR resource in JSON.</summary>
    Json,

    /// <summary>A FHIR resource in XML.</summary>
    Xml,

    /// <summary>A JSON Patch.</summary>
    JsonPatch,

    /// <summary>The form of a search.</summary>
    Form,

    /// <summary>Anything else: the content of a Binary.</summary>
    Other,
}
