using System.Collections.Concurrent;
using Consortium.Fhir;
using Consortium.Fhir.Terminology;

namespace Consortium.Adapters.Cda.Types;

/// <summary>Whether a code can be of the code system that a document names for it, as far as R4's definitions tell.</summary>
internal static class KnownCodes
{
    private const int Kept = 20_000;

    private static readonly ConcurrentDictionary<(string System, string Code), bool> Judged = new();

    /// <summary>False where the code system is known and has not got the code, or the code breaks its grammar.</summary>
    public static bool MayBe(string system, string code)
    {
        if (Judged.TryGetValue((system, code), out bool known)) return known;
        bool may = FhirDefinitions.R4.Terminology.ValidateCode(null, system, code).Verdict != CodeVerdict.Invalid;
        if (Judged.Count < Kept) Judged.TryAdd((system, code), may);
        return may;
    }

    /// <summary>A media type as FHIR writes it; what is none stands for bytes of an unknown kind.</summary>
    public static string MediaType(string? written) => written is not null && MayBe("urn:ietf:bcp:13", written) ? written : "application/octet-stream";

    /// <summary>A language tag (BCP 47), or null for what is none.</summary>
    public static string? Language(string? written)
    {
        string? tag = written?.Replace('_', '-');
        return tag is not null && MayBe("urn:ietf:bcp:47", tag) ? tag : null;
    }
}
