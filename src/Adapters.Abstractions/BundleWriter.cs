using Consortium.Adapters.Elements;
using Consortium.Fhir;

namespace Consortium.Adapters;

/// <summary>
/// Writes the Bundle of one converted record. In a transaction each entry is the PUT that gives the resource its deterministic id
/// (with <c>If-None-Match: *</c> where the record only mentions the resource), so posting the Bundle twice changes nothing.
/// </summary>
public static class BundleWriter
{
    /// <summary>The base of <c>fullUrl</c> where a site names none: relative references in the Bundle resolve against it (bundle.html#references).</summary>
    public const string DefaultBase = "https://hospital.example/fhir";

    // A record is published or rejected: what the validator would merely remark on decides nothing here.
    private static readonly Lazy<FhirValidator> s_validator = new(() => new FhirValidator(FhirDefinitions.R4, new ValidationOptions { ErrorsOnly = true }));

    // A Bundle is tens of kilobytes: what it grows in is kept for the next one of this thread.
    [ThreadStatic]
    private static FhirDocumentWriter? _spare;

    /// <summary>The Bundle as one line of UTF-8 JSON.</summary>
    /// <param name="result">A result that is not rejected.</param>
    /// <param name="baseUrl">The FHIR endpoint that the resources are for.</param>
    /// <exception cref="ArgumentException">The result is rejected or has no resources.</exception>
    /// <exception cref="FhirFormatException">A resource has a property twice, or is nested deeper than 256 levels. None that was validated does.</exception>
    public static byte[] Write(ConversionResult result, string baseUrl = DefaultBase)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentException.ThrowIfNullOrEmpty(baseUrl);
        if (result.IsRejected || result.Resources.Count == 0) throw new ArgumentException("Only a record that was converted has a Bundle.", nameof(result));

        if (baseUrl == DefaultBase && result.ValidatedBundle is { } validated && ReferenceEquals(validated.Resources, result.Resources)) return validated.Bytes;
        FhirDocumentWriter writer = Take();
        WriteBundle(writer, result, baseUrl.TrimEnd('/'));
        byte[] bytes = writer.ToArray();
        Return(writer);
        return bytes;
    }

    /// <summary>The Bundle, and the errors that the validator finds in its very bytes.</summary>
    /// <exception cref="FhirFormatException">See <see cref="Write"/>.</exception>
    internal static (byte[] Bundle, ValidationResult Validation) WriteValidated(ConversionResult result)
    {
        FhirDocumentWriter writer = Take();
        WriteBundle(writer, result, DefaultBase);
        ValidationResult validation = s_validator.Value.Validate(writer);
        byte[] bytes = writer.ToArray();
        Return(writer);
        return (bytes, validation);
    }

    /// <summary>One resource as UTF-8 JSON, in the form that is published and stored.</summary>
    internal static byte[] WriteResource(DraftObject resource)
    {
        FhirDocumentWriter writer = Take();
        resource.WriteTo(writer);
        byte[] bytes = writer.ToArray();
        Return(writer);
        return bytes;
    }

    /// <summary>A writer of this thread; one that an exception left behind is not given back.</summary>
    private static FhirDocumentWriter Take()
    {
        FhirDocumentWriter writer = _spare ?? new FhirDocumentWriter();
        _spare = null;
        return writer;
    }

    private static void Return(FhirDocumentWriter writer)
    {
        writer.Reset();
        _spare = writer;
    }

    private static void WriteBundle(FhirDocumentWriter writer, ConversionResult result, string root)
    {
        bool document = result.BundleType == "document";
        writer.StartObject();
        writer.Property("resourceType", "Bundle");
        if (document) WriteDocumentIdentity(writer, result);
        writer.Property("type", result.BundleType);
        if (document) WriteTimestamp(writer, result);
        writer.Name("entry");
        writer.StartArray();
        foreach (ResourceDraft draft in result.Resources)
        {
            writer.StartObject();
            string path = $"{draft.ResourceType}/{draft.Id}";
            bool delete = draft.Apply == ApplyMode.Delete;
            if (!delete || document)
            {
                writer.Property("fullUrl", $"{root}/{path}");
                writer.Name("resource");
                draft.Json.WriteTo(writer);
            }

            if (!document) WriteRequest(writer, path, draft.Apply);
            writer.End();
        }

        writer.End();
        writer.End();
    }

    private static void WriteRequest(FhirDocumentWriter writer, string path, ApplyMode apply)
    {
        writer.Name("request");
        writer.StartObject();
        writer.Property("method", apply == ApplyMode.Delete ? "DELETE" : "PUT");
        writer.Property("url", path);
        if (apply == ApplyMode.CreateIfAbsent) writer.Property("ifNoneMatch", "*");
        writer.End();
    }

    // bdl-9 and bdl-10: a document has an identifier with a system and a value, and a timestamp. The Composition is the document's identity here.
    private static void WriteDocumentIdentity(FhirDocumentWriter writer, ConversionResult result)
    {
        writer.Name("identifier");
        writer.StartObject();
        writer.Property("system", "urn:ietf:rfc:3986");
        writer.Property("value", Guid.TryParseExact(result.Resources[0].Id, "N", out Guid id) ? $"urn:uuid:{id:D}" : $"urn:consortium:document:{result.Resources[0].Id}");
        writer.End();
    }

    private static void WriteTimestamp(FhirDocumentWriter writer, ConversionResult result)
    {
        if (result.Resources.LastOrDefault(draft => draft.ResourceType == "Provenance")?.Json["recorded"] is DraftValue recorded)
        {
            writer.Property("timestamp", recorded.GetValue<string>());
        }
    }
}
