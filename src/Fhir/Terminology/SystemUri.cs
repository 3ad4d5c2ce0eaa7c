using System.Text;
using Consortium.Fhir.Definitions;

namespace Consortium.Fhir.Terminology;

/// <summary>
/// Judges the URI of a code system that is not known here: a slip that can be told (FHIR R4 terminologies-systems.html), or
/// simply one whose codes are not at hand.
/// </summary>
internal static class SystemUri
{
    private static readonly byte[][] s_exact = ["http://snomed.info/sct"u8.ToArray(), "http://loinc.org"u8.ToArray(), "http://unitsofmeasure.org"u8.ToArray(), "http://www.nlm.nih.gov/research/umls/rxnorm"u8.ToArray()];

    /// <summary>The severity of what is to be said of the URI, and the words.</summary>
    public static (IssueSeverity Severity, string Message) Judge(ReadOnlySpan<byte> system, FhirTerminology terminology)
    {
        string shown = Shown(system);
        if (!IsAbsolute(system)) return (IssueSeverity.Error, $"A code system is named by an absolute URI (FHIR R4 datatypes.html#Coding); {shown} is a local reference.");
        if (terminology.IsValueSet(system)) return (IssueSeverity.Error, $"{shown} is a value set; Coding.system names a code system (FHIR R4 datatypes.html#Coding).");
        if (HasPrefix(system, "http://build.fhir.org"u8) || HasPrefix(system, "https://build.fhir.org"u8))
        {
            return (IssueSeverity.Warning, $"{shown} is a page of the specification's build, and no code system; the code is not checked.");
        }

        foreach (byte[] exact in s_exact)
        {
            if (system.StartsWith(exact) && system.Length > exact.Length) return (IssueSeverity.Error, $"{shown} is not the URI of the code system; that is {Encoding.ASCII.GetString(exact)} (FHIR R4 terminologies-systems.html).");
        }

        if (system.StartsWith("https:"u8) && Known([.. "http:"u8, .. system[6..]])) return (IssueSeverity.Error, $"The URI of that code system starts with http:, not https: ({shown}).");
        if (system.StartsWith("http://hl7.org/fhir/"u8) && !system.StartsWith("http://hl7.org/fhir/sid/"u8))
        {
            ReadOnlySpan<byte> rest = system[20..];
            if (rest.EndsWith(".html"u8)) return (IssueSeverity.Error, $"{shown} is a page of the specification, and no code system.");
            // Guides publish under http://hl7.org/fhir/<guide>/…; what stands right below belongs to the specification.
            if (rest.IndexOf((byte)'/') < 0) return (IssueSeverity.Warning, $"FHIR R4 has no code system {shown}; the code is not checked.");
        }

        return (IssueSeverity.Information, $"The codes of {shown} are not known here, so they are not checked.");
    }

    /// <summary>Whether a URI has a scheme (RFC 3986 3.1).</summary>
    public static bool IsAbsolute(ReadOnlySpan<byte> uri)
    {
        int colon = uri.IndexOf((byte)':');
        if (colon <= 0 || !char.IsAsciiLetter((char)uri[0])) return false;
        foreach (byte b in uri[..colon])
        {
            if (!char.IsAsciiLetterOrDigit((char)b) && b is not ((byte)'+' or (byte)'-' or (byte)'.')) return false;
        }

        return true;
    }

    /// <summary>A URI fit for a message; what is no plausible URI might be data, and is not shown.</summary>
    public static string Shown(ReadOnlySpan<byte> uri) =>
        uri.Length is > 0 and <= 200 && uri.IndexOfAnyExceptInRange((byte)0x21, (byte)0x7E) < 0 && uri.IndexOf((byte)'@') < 0 ? Encoding.ASCII.GetString(uri) : "the URI";

    private static bool HasPrefix(ReadOnlySpan<byte> system, ReadOnlySpan<byte> host) =>
        system.StartsWith(host) && (system.Length == host.Length || system[host.Length] == '/');

    private static bool Known(byte[] system) =>
        CodeSystemTable.Instance.Find(system) != 0 || Array.Exists(s_exact, e => e.AsSpan().SequenceEqual(system));
}
