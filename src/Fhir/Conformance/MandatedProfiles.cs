using System.Collections.Frozen;
using System.Text;
using System.Text.Json;

namespace Consortium.Fhir.Conformance;

/// <summary>Profiles that R4 itself asks of an Observation by its code, from <c>mandated-profiles.json</c>.</summary>
internal static class MandatedProfiles
{
    private static readonly Lazy<(byte[] System, FrozenDictionary<string, string> ByCode)> s_table = new(Read);

    /// <summary>The profile for a code; null where R4 asks for none.</summary>
    public static string? Of(ReadOnlySpan<byte> system, ReadOnlySpan<byte> code)
    {
        // Few codes and all short: what is longer needs no look-up.
        const int Longest = 10;
        if (code.Length > Longest || !system.SequenceEqual(s_table.Value.System)) return null;
        Span<char> text = stackalloc char[Longest];
        return s_table.Value.ByCode.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text[..Encoding.UTF8.GetChars(code, text)], out string? profile) ? profile : null;
    }

    private static (byte[], FrozenDictionary<string, string>) Read()
    {
        using Stream file = typeof(MandatedProfiles).Assembly.GetManifestResourceStream("mandated-profiles.json")
            ?? throw new InvalidDataException("The program was built without its list of mandated profiles.");
        using JsonDocument json = JsonDocument.Parse(file);
        return (Encoding.UTF8.GetBytes(json.RootElement.GetProperty("system").GetString()!),
            json.RootElement.GetProperty("profiles").EnumerateObject().ToFrozenDictionary(p => p.Name, p => p.Value.GetString()!, StringComparer.Ordinal));
    }
}
