using System.Text;
using Consortium.Fhir.Definitions;

namespace Consortium.Fhir;

/// <summary>Facts of FHIR R4 (4.0.1).</summary>
public static class FhirR4
{
    private static readonly Lazy<string[]> s_types = new(() =>
    {
        R4Tables tables = R4Tables.Instance;
        string[] names = [.. tables.Types.Where(t => t.Kind == TypeKind.Resource).Select(t => tables.Text(t.Name))];
        Array.Sort(names, StringComparer.Ordinal);
        return names;
    });

    /// <summary>The version of the specification.</summary>
    public const string Version = "4.0.1";

    /// <summary>The concrete resource types, in ordinal order of their names.</summary>
    public static IReadOnlyList<string> ResourceTypes => s_types.Value;

    /// <summary>Whether a name is one of <see cref="ResourceTypes"/>. Names are case-sensitive.</summary>
    public static bool IsResourceType(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Array.BinarySearch(s_types.Value, name, StringComparer.Ordinal) >= 0;
    }

    /// <summary>
    /// The profile that R4 itself asks of an Observation with this code (observation-vitalsigns.html), by canonical URL; null for
    /// a code without one.
    /// </summary>
    public static string? MandatedProfile(string system, string code)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(code);
        return Conformance.MandatedProfiles.Of(Encoding.UTF8.GetBytes(system), Encoding.UTF8.GetBytes(code));
    }

    internal static int FindType(string name) => R4Tables.Instance.FindType(Encoding.UTF8.GetBytes(name));
}
