using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.FhirFacade;

/// <summary>What a member configures for its facade.</summary>
public sealed record FacadeOptions
{
    /// <summary>The Chinese resident ID card number (公民身份号码) as an identifier system.</summary>
    public const string ChineseIdCard = "urn:oid:2.16.156.10011.1.3";

    /// <summary>The limit of <see cref="ProjectionLimit"/> where nothing else is said.</summary>
    public static readonly TimeSpan DefaultProjectionLimit = TimeSpan.FromSeconds(60);

    /// <summary>The base URL that clients use, without a slash at the end: <c>http://127.0.0.1:8080/fhir</c>.</summary>
    public required string BaseUrl { get; init; }

    /// <summary>The store: <c>sqlite:FILE</c> or <c>postgres://…</c>; used where no <c>Database</c> is registered.</summary>
    public required string Store { get; init; }

    /// <summary>This member's address on the chain.</summary>
    public required Address Custodian { get; init; }

    /// <summary>The custodian's own key for record ids: at least 32 random bytes, never shared.</summary>
    public required byte[] CustodianKey { get; init; }

    /// <summary>The consortium's key for subject tags: at least 32 random bytes, shared by the members.</summary>
    public required byte[] IndexKey { get; init; }

    /// <summary>The epoch of <see cref="IndexKey"/>.</summary>
    public int IndexEpoch { get; init; } = 1;

    /// <summary>EIP-155 id of the consortium's chain.</summary>
    public required ulong ChainId { get; init; }

    /// <summary>Address of the ledger contract.</summary>
    public required Address Contract { get; init; }

    /// <summary>The member's chain key, under which it asks other members; null where it never does.</summary>
    public ISigner? Signer { get; init; }

    /// <summary>The hash suite of new commitments.</summary>
    public CommitmentSuite Suite { get; init; } = CommitmentSuite.Sha256;

    /// <summary>Identifier systems from the strongest: the subject tag is made from the first that a patient has.</summary>
    public IReadOnlyList<string> SubjectIdentifierSystems { get; init; } = [ChineseIdCard];

    /// <summary>How old the projection of the contract may be before rights are no longer decided on it.</summary>
    public TimeSpan ProjectionLimit { get; init; } = DefaultProjectionLimit;

    /// <summary>How long a search by a member or a resident waits for the rows of its view where many records were written just before; 503 with <c>Retry-After</c> beyond.</summary>
    public TimeSpan ViewIndexWait { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// True where whoever reaches the port without a token is the hospital's own user: full view and writes. For the demo on loopback only.
    /// </summary>
    public bool OpenAccess { get; init; }

    /// <summary>
    /// False where writes over REST are taken without the check against R4's rules (shape, cardinality, terminology, invariants): for loading what was validated before it came.
    /// What is no FHIR JSON is refused all the same.
    /// </summary>
    public bool ValidateWrites { get; init; } = true;

    /// <summary>True where the accesses of callers whom nobody knows (<see cref="OpenAccess"/>) are AuditEvents too.</summary>
    public bool AuditOpenAccess { get; init; }

    /// <summary>The site's OpenID Connect provider; null where it has none.</summary>
    public OidcOptions? Oidc { get; init; }

    /// <summary>Largest request body in bytes; 413 above.</summary>
    public int MaxBodyBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>Most entries in a batch or transaction; 413 above.</summary>
    public int MaxBundleEntries { get; init; } = 5000;

    /// <summary>Records that are erased when they are old; empty to keep everything.</summary>
    public IReadOnlyList<RetentionRule> Retention { get; init; } = [];

    /// <summary>What a request may cost and how many a caller may send.</summary>
    public RequestLimits Limits { get; init; } = new();

    /// <summary>Origins whose pages may use the endpoint from a browser (CORS), as <c>https://app.hospital.cn</c>; <c>*</c> for all; empty for none.</summary>
    public IReadOnlyList<string> CorsOrigins { get; init; } = [];

    /// <summary>Subscriptions: where notifications may go, and how they are tried.</summary>
    public SubscriptionOptions Subscriptions { get; init; } = new();

    /// <summary>What of each change is published on the topic of changes.</summary>
    public ChangeContent Changes { get; init; }

    /// <summary>Checks what can be checked at start.</summary>
    /// <exception cref="ArgumentException">A value cannot work; the message names it.</exception>
    public void Validate()
    {
        if (!Uri.TryCreate(BaseUrl, UriKind.Absolute, out Uri? url) || url.Scheme is not ("http" or "https") || BaseUrl.EndsWith('/'))
        {
            throw new ArgumentException($"{nameof(BaseUrl)} must be an absolute http or https URL without a slash at the end, not '{BaseUrl}'.");
        }

        if (CustodianKey.Length < 32) throw new ArgumentException($"{nameof(CustodianKey)} has {CustodianKey.Length} bytes; it needs at least 32.");
        if (IndexKey.Length < 32) throw new ArgumentException($"{nameof(IndexKey)} has {IndexKey.Length} bytes; it needs at least 32.");
        if (IndexEpoch < 0) throw new ArgumentException($"{nameof(IndexEpoch)} must not be negative.");
        if (ViewIndexWait < TimeSpan.Zero) throw new ArgumentException($"{nameof(ViewIndexWait)} must not be negative.");
        foreach (string origin in CorsOrigins)
        {
            bool good = origin == "*" || (Uri.TryCreate(origin, UriKind.Absolute, out Uri? from) && from.GetLeftPart(UriPartial.Authority).Equals(origin, StringComparison.OrdinalIgnoreCase));
            if (!good) throw new ArgumentException($"{nameof(CorsOrigins)} lists origins, scheme, host and port alone, or '*'; '{origin}' is none.");
        }

        Limits.Validate();
        Subscriptions.Validate();
        Oidc?.Validate();
        foreach (RetentionRule rule in Retention)
        {
            if (!Fhir.FhirR4.IsResourceType(rule.Type) || rule.Type is "AuditEvent" or "SearchParameter") throw new ArgumentException($"{nameof(Retention)}: '{rule.Type}' is no R4 resource type, or AuditEvent or SearchParameter, which are kept.");
            if (rule.Age < TimeSpan.FromDays(1)) throw new ArgumentException($"{nameof(Retention)}: records of {rule.Type} must be kept for a day at least.");
        }

        if (MaxBodyBytes < 1024) throw new ArgumentException($"{nameof(MaxBodyBytes)} must be at least 1024.");
        if (MaxBundleEntries < 1) throw new ArgumentException($"{nameof(MaxBundleEntries)} must be at least 1.");
    }
}

/// <summary>What is published of a change.</summary>
public enum ChangeContent
{
    /// <summary>Nothing: there is no topic.</summary>
    None,

    /// <summary>Type, id, version, interaction, time and commitment: no patient data.</summary>
    Identifiers,

    /// <summary>The resource as well: for a broker within the hospital's walls.</summary>
    Resource,
}
