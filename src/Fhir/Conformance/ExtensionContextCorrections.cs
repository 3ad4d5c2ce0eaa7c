using System.Collections.Frozen;
using System.Text.Json;

namespace Consortium.Fhir.Conformance;

/// <summary>
/// Contexts that some extension definitions of R4 lack, from <c>extension-context-corrections.json</c>, which gives the reason
/// for each.
/// </summary>
internal static class ExtensionContextCorrections
{
    private static readonly Lazy<FrozenDictionary<string, ExtensionContext[]>> s_byUrl = new(Read);

    public static IEnumerable<ExtensionContext> Of(string url) => s_byUrl.Value.GetValueOrDefault(url, []);

    private static FrozenDictionary<string, ExtensionContext[]> Read()
    {
        using Stream file = typeof(ExtensionContextCorrections).Assembly.GetManifestResourceStream("extension-context-corrections.json")
            ?? throw new InvalidDataException("The program was built without its extension corrections.");
        using JsonDocument json = JsonDocument.Parse(file);
        return json.RootElement.GetProperty("corrections").EnumerateArray().ToFrozenDictionary(
            c => c.GetProperty("url").GetString()!,
            c => c.GetProperty("contexts").EnumerateArray().Select(e => new ExtensionContext("element", e.GetString()!)).ToArray(),
            StringComparer.Ordinal);
    }
}
