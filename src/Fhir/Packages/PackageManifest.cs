using System.Text.Json;

namespace Consortium.Fhir.Packages;

/// <summary>What <c>package/package.json</c> says of a FHIR package (the FHIR NPM package specification).</summary>
internal sealed record PackageManifest(string? Name, string? Version, IReadOnlyList<string> FhirVersions)
{
    /// <summary>Whether its resources are of R4: 4.0 or 4.1, or the package does not say.</summary>
    public bool IsForR4 => FhirVersions.Count == 0 || FhirVersions.Any(v => v.StartsWith("4.0", StringComparison.Ordinal) || v.StartsWith("4.1", StringComparison.Ordinal));

    /// <exception cref="FhirFormatException">It is not a JSON object.</exception>
    public static PackageManifest Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using JsonDocument manifest = JsonDocument.Parse(json, new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            if (manifest.RootElement.ValueKind != JsonValueKind.Object) throw new FhirFormatException("package/package.json is not a JSON object.");
            return new PackageManifest(Text(manifest.RootElement, "name"), Text(manifest.RootElement, "version"), [.. Versions(manifest.RootElement, "fhirVersions"), .. Versions(manifest.RootElement, "fhir-version-list")]);
        }
        // Reading a text that is not UTF-8 is an invalid operation to the JSON reader.
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            throw new FhirFormatException("package/package.json is not JSON.", broken);
        }
    }

    private static string? Text(JsonElement manifest, string name) =>
        manifest.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static IEnumerable<string> Versions(JsonElement manifest, string name) =>
        manifest.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Array
            ? value.EnumerateArray().Where(v => v.ValueKind == JsonValueKind.String).Select(v => v.GetString()!)
            : [];
}
