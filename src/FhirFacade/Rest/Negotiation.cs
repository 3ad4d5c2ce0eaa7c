using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Consortium.FhirFacade.Rest;

/// <summary>Formats and sizes: what the server takes and gives (FHIR R4 http.html#mime-type, #parameters).</summary>
internal static class Negotiation
{
    /// <summary>The content type of every answer.</summary>
    public const string FhirJson = "application/fhir+json; charset=utf-8";

    /// <summary>JSON that keeps Chinese text readable.</summary>
    public static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private static readonly JsonWriterOptions Indented = Compact with { Indented = true };

    /// <summary>406 unless the client takes JSON. <c>_format</c> overrides <c>Accept</c>.</summary>
    public static void RequireJson(HttpRequest request, IReadOnlyList<KeyValuePair<string, string>> parameters)
    {
        string? format = parameters.LastOrDefault(parameter => parameter.Key == "_format").Value;
        if (!string.IsNullOrEmpty(format))
        {
            // A '+' that was not escaped in the URL arrives as a space.
            if (format is not "json" && !IsJson(format.Replace(' ', '+'))) throw NotAcceptable($"_format={format}");
            return;
        }

        if (request.Headers.Accept.Count == 0) return;
        if (!MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out IList<MediaTypeHeaderValue>? accepted)) throw NotAcceptable("the Accept header");
        if (accepted.Count > 0 && !accepted.Any(type => type.Quality != 0 && (type.MatchesAllTypes || type.MediaType == "application/*" || IsJson(type)))) throw NotAcceptable("the Accept header");
    }

    /// <summary>415 unless the body is JSON, or for <c>_search</c> a form.</summary>
    public static void RequireContent(string? contentType, bool search)
    {
        if (string.IsNullOrEmpty(contentType) && !search) return;
        if (MediaTypeHeaderValue.TryParse(contentType, out MediaTypeHeaderValue? type)
            && (search ? type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) : IsJson(type))
            && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || type.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase)))
        {
            return;
        }

        throw new FhirException(415, "not-supported", search
            ? "_search takes application/x-www-form-urlencoded in UTF-8."
            : "This server takes application/fhir+json in UTF-8.");
    }

    /// <summary>413 with the limit.</summary>
    public static FhirException TooLarge(int limit) => new(413, "too-long", $"The request is larger than the {limit} bytes that this server takes. Send it in parts.");

    /// <summary>The same JSON, indented; numbers keep their characters.</summary>
    public static byte[] Indent(byte[] json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        var output = new ArrayBufferWriter<byte>(json.Length * 2);
        using (var writer = new Utf8JsonWriter(output, Indented)) document.WriteTo(writer);
        return output.WrittenSpan.ToArray();
    }

    private static bool IsJson(string mediaType) => MediaTypeHeaderValue.TryParse(mediaType, out MediaTypeHeaderValue? type) && IsJson(type);

    private static bool IsJson(MediaTypeHeaderValue type)
    {
        bool json = type.MediaType.Value?.ToLowerInvariant() is "application/fhir+json" or "application/json" or "text/json" or "application/json+fhir";
        NameValueHeaderValue? version = type.Parameters.FirstOrDefault(parameter => parameter.Name.Equals("fhirVersion", StringComparison.OrdinalIgnoreCase));
        return json && (version is null || version.GetUnescapedValue().Value is "4.0" or "4.0.1");
    }

    private static FhirException NotAcceptable(string what) =>
        new(406, "not-supported", $"This server answers in FHIR R4 JSON (application/fhir+json), and {what} asks for something else.");
}
