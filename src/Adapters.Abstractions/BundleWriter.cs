using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters;

/// <summary>
/// Writes the Bundle of one converted record. In a transaction each entry is the PUT that gives the resource its deterministic id
/// (with <c>If-None-Match: *</c> where the record only mentions the resource), so posting the Bundle twice changes nothing.
/// </summary>
public static class BundleWriter
{
    /// <summary>The base of <c>fullUrl</c> where a site names none: relative references in the Bundle resolve against it (bundle.html#references).</summary>
    public const string DefaultBase = "https://hospital.example/fhir";

    private const int MostKept = 1024 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    // A tree has no form but that of JSON: nothing need be checked while it is written.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>The Bundle as one line of UTF-8 JSON.</summary>
    /// <param name="result">A result that is not rejected.</param>
    /// <param name="baseUrl">The FHIR endpoint that the resources are for.</param>
    /// <exception cref="ArgumentException">The result is rejected or has no resources.</exception>
    public static byte[] Write(ConversionResult result, string baseUrl = DefaultBase)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentException.ThrowIfNullOrEmpty(baseUrl);
        if (result.IsRejected || result.Resources.Count == 0) throw new ArgumentException("Only a record that was converted has a Bundle.", nameof(result));

        if (baseUrl == DefaultBase && result.ValidatedBundle is { } validated && ReferenceEquals(validated.Resources, result.Resources)) return validated.Bytes;
        string root = baseUrl.TrimEnd('/');
        ArrayBufferWriter<byte> buffer = Buffer();
        using var writer = new Utf8JsonWriter(buffer, Options);
        bool document = result.BundleType == "document";
        writer.WriteStartObject();
        writer.WriteString("resourceType", "Bundle");
        if (document) WriteDocumentIdentity(writer, result);
        writer.WriteString("type", result.BundleType);
        if (document) WriteTimestamp(writer, result);
        writer.WriteStartArray("entry");
        foreach (ResourceDraft draft in result.Resources)
        {
            writer.WriteStartObject();
            string path = $"{draft.ResourceType}/{draft.Id}";
            bool delete = draft.Apply == ApplyMode.Delete;
            if (!delete || document)
            {
                writer.WriteString("fullUrl", $"{root}/{path}");
                writer.WritePropertyName("resource");
                draft.Json.WriteTo(writer);
            }

            if (!document) WriteRequest(writer, path, draft.Apply);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>One resource as UTF-8 JSON, in the form that is published and stored.</summary>
    internal static byte[] WriteResource(DraftObject resource)
    {
        var buffer = new ArrayBufferWriter<byte>(4 * 1024);
        using var writer = new Utf8JsonWriter(buffer, Options);
        resource.WriteTo(writer);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    // A Bundle is tens of kilobytes: what it grows in is kept for the next one of this thread, unless it was a huge one.
    private static ArrayBufferWriter<byte> Buffer()
    {
        if (_buffer is null or { Capacity: > MostKept }) _buffer = new ArrayBufferWriter<byte>(64 * 1024);
        _buffer.ResetWrittenCount();
        return _buffer;
    }

    private static void WriteRequest(Utf8JsonWriter writer, string path, ApplyMode apply)
    {
        writer.WriteStartObject("request");
        writer.WriteString("method", apply == ApplyMode.Delete ? "DELETE" : "PUT");
        writer.WriteString("url", path);
        if (apply == ApplyMode.CreateIfAbsent) writer.WriteString("ifNoneMatch", "*");
        writer.WriteEndObject();
    }

    // bdl-9 and bdl-10: a document has an identifier with a system and a value, and a timestamp. The Composition is the document's identity here.
    private static void WriteDocumentIdentity(Utf8JsonWriter writer, ConversionResult result)
    {
        writer.WriteStartObject("identifier");
        writer.WriteString("system", "urn:ietf:rfc:3986");
        writer.WriteString("value", Guid.TryParseExact(result.Resources[0].Id, "N", out Guid id) ? $"urn:uuid:{id:D}" : $"urn:consortium:document:{result.Resources[0].Id}");
        writer.WriteEndObject();
    }

    private static void WriteTimestamp(Utf8JsonWriter writer, ConversionResult result)
    {
        if (result.Resources.LastOrDefault(draft => draft.ResourceType == "Provenance")?.Json["recorded"] is DraftValue recorded)
        {
            writer.WriteString("timestamp", recorded.GetValue<string>());
        }
    }
}
