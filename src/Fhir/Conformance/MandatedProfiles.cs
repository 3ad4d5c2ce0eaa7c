using System.Collections.Frozen;
using System.Text.Json;

namespace Consortium.Fhir.Conformance;

/// <summary>Profiles that R4 itself asks of an Observation by its code, from <c>mandated-profiles.json</c>.</summary>
internal static class MandatedProfiles
{
    private static readonly Lazy<(string System, FrozenDictionary<string, string> ByCode)> s_table = new(Read);

    /// <summary>The profile for a code; null where R4 asks for none.</summary>
    public static string? Of(string? system, string code) =>
        system == s_table.Value.System ? s_table.Value.ByCode.GetValueOrDefault(code) : null;

    private static (string, FrozenDictionary<string, string>) Read()
    {
        using Stream file = typeof(MandatedProfiles).Assembly.GetManifestResourceStream("mandated-profiles.json")
            ?? throw new InvalidDataException("The program was built without its list of mandated profiles.");
        using JsonDocument json = JsonDocument.Parse(file);
        return (json.RootElement.GetProperty("system").GetString()!,
            json.RootElement.GetProperty("profiles").EnumerateObject().ToFrozenDictionary(p => p.Name, p => p.Value.GetString()!, StringComparer.Ordinal));
    }
}
