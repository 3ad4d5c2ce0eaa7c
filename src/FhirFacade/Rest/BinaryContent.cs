using System.Buffers;
using System.Text.Json;
using Microsoft.Net.Http.Headers;

namespace Consortium.FhirFacade.Rest;

/// <summary>A Binary as its content and not as a resource (FHIR R4 binary.html#rest).</summary>
internal static class BinaryContent
{
    /// <summary>True where a write to Binary brings the content itself.</summary>
    public static bool IsIn(FhirRequest request, string type) => type == "Binary" && request.Kind is not (BodyKind.Json or BodyKind.Xml) && request.Body.Length > 0;

    /// <summary>The resource around the content of a request.</summary>
    /// <exception cref="FhirException">400: the content type, or the security context, is none.</exception>
    public static byte[] Resource(FhirRequest request, string? id)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out _)) throw FhirException.BadRequest("value", "Content-Type is no media type.");
        var output = new ArrayBufferWriter<byte>((request.Body.Length * 4 / 3) + 256);
        using (var json = new Utf8JsonWriter(output, Negotiation.Compact))
        {
            json.WriteStartObject();
            json.WriteString("resourceType", "Binary");
            if (id is not null) json.WriteString("id", id);
            json.WriteString("contentType", request.ContentType);
            if (!string.IsNullOrWhiteSpace(request.SecurityContext))
            {
                json.WriteStartObject("securityContext");
                json.WriteString("reference", request.SecurityContext.Trim());
                json.WriteEndObject();
            }

            json.WriteBase64String("data", request.Body.Span);
            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    /// <summary>The answer with the content alone; the resource itself where the caller's view has no content.</summary>
    public static FhirResponse Answer(FhirResponse resource)
    {
        using JsonDocument json = JsonDocument.Parse(resource.Body);
        if (!json.RootElement.TryGetProperty("contentType", out JsonElement type) || !MediaTypeHeaderValue.TryParse(type.GetString(), out _)
            || !json.RootElement.TryGetProperty("data", out JsonElement data) || !data.TryGetBytesFromBase64(out byte[]? content))
        {
            return resource;
        }

        return resource with { Body = content, RawContentType = type.GetString() };
    }
}
