namespace Consortium.Adapters.Site;

/// <summary>
/// Which URI names the system of an identifier. A system must be the same whatever adapter reads the record:
/// a patient's record number gives the same logical id from an ADT message, a laboratory table and a discharge note.
/// </summary>
public sealed class IdentifierSystems
{
    /// <summary>Citizen identity number of GB 11643 (居民身份证号), as registered under the health ministry's OID arc (WS/T 500).</summary>
    public const string ChineseResidentId = "urn:oid:2.16.156.10011.1.3";

    private const string MedicalRecord = "medical-record";

    private readonly Dictionary<string, string> _authorities;

    /// <summary>Systems by the site's own names.</summary>
    /// <param name="authorities">Assigning authority as records write it (HL7 v2 CX.4.1, or any name that a table mapping uses) to absolute URI.</param>
    /// <param name="medicalRecord">The system of the hospital's own record numbers, where a record names no authority; null for one by source.</param>
    public IdentifierSystems(IReadOnlyDictionary<string, string> authorities, string? medicalRecord = null)
    {
        ArgumentNullException.ThrowIfNull(authorities);
        _authorities = new Dictionary<string, string>(authorities, StringComparer.Ordinal);
        MedicalRecordSystem = medicalRecord;
    }

    /// <summary>No authority configured.</summary>
    public static IdentifierSystems Default { get; } = new(new Dictionary<string, string>());

    /// <summary>What the site configured, for a plug-in's process.</summary>
    internal IReadOnlyDictionary<string, string> Authorities => _authorities;

    /// <summary>The system of the hospital's own record numbers, null where the site names none.</summary>
    public string? MedicalRecordSystem { get; }

    /// <summary>The system of the hospital's own patient record numbers (病案号, 病历号, HL7 type MR) that come from this source without an authority.</summary>
    public string MedicalRecordOf(string source) => MedicalRecordSystem ?? OfSource(source, MedicalRecord);

    /// <summary>The system that the site configured for an assigning authority; null where it configured none.</summary>
    public string? Configured(string authority) => _authorities.GetValueOrDefault(authority);

    /// <summary>The system of an assigning authority: as configured, or a URN made of its name.</summary>
    public string OfAuthority(string authority) =>
        Configured(authority) ?? $"urn:consortium:authority:{Uri.EscapeDataString(authority.Trim())}";

    /// <summary>The system of things that a source numbers itself (visits, orders, reports, specimens …).</summary>
    /// <param name="source">The source system.</param>
    /// <param name="kind">What is numbered, lower-case with hyphens: <c>visit</c>, <c>filler-order</c> …</param>
    public static string OfSource(string source, string kind) => $"urn:consortium:source:{Uri.EscapeDataString(source.Trim())}:{kind}";
}
