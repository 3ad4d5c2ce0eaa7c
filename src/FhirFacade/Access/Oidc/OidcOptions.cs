namespace Consortium.FhirFacade;

/// <summary>The site's OpenID Connect provider and what its tokens mean here (<c>docs/access.md</c>).</summary>
public sealed record OidcOptions
{
    /// <summary>The provider's issuer as its tokens have it in <c>iss</c>: <c>https://login.hospital.cn/realms/his</c>.</summary>
    public required string Issuer { get; init; }

    /// <summary>What tokens for this server have in <c>aud</c>; one of several is enough.</summary>
    public required IReadOnlyList<string> Audiences { get; init; }

    /// <summary>Where the provider's discovery document is; null: <see cref="Issuer"/> + <c>/.well-known/openid-configuration</c>.</summary>
    public string? MetadataAddress { get; init; }

    /// <summary>How far the clocks of provider and server may differ.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The claim with the SMART scopes: <c>scope</c>, or <c>scp</c>. A text with blanks between, or a list.</summary>
    public string ScopeClaim { get; init; } = "scope";

    /// <summary>The claim with the user's roles; a dot leads into an object: <c>realm_access.roles</c>. A text or a list.</summary>
    public string RoleClaim { get; init; } = "roles";

    /// <summary>The claim with the logical id of the patient in context.</summary>
    public string PatientClaim { get; init; } = "patient";

    /// <summary>
    /// What each role may at most, as SMART scopes: a token's <c>user/</c> scopes count as far as these go, and a token without SMART scopes has these.
    /// Empty: the scopes of the token alone decide.
    /// </summary>
    public IReadOnlyDictionary<string, string> RoleScopes { get; init; } = new Dictionary<string, string>();

    /// <summary>Roles that see records labelled restricted (v3-Confidentiality R and V) without breaking the glass.</summary>
    public IReadOnlyList<string> RestrictedRoles { get; init; } = [];

    /// <summary>Scopes that do the same for clients.</summary>
    public IReadOnlyList<string> RestrictedScopes { get; init; } = [];

    /// <summary>Roles that may break the glass; <c>*</c> for every user. Empty: nobody.</summary>
    public IReadOnlyList<string> BreakGlassRoles { get; init; } = [];

    /// <summary>How long after its issue a token with the purpose of use BTG breaks the glass.</summary>
    public TimeSpan BreakGlassLife { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Roles that read AuditEvents.</summary>
    public IReadOnlyList<string> AuditRoles { get; init; } = [];

    /// <summary>The address of the discovery document.</summary>
    internal string Metadata => MetadataAddress ?? Issuer.TrimEnd('/') + "/.well-known/openid-configuration";

    /// <summary>Checks what can be checked at start.</summary>
    /// <exception cref="ArgumentException">A value cannot work; the message names its configuration key.</exception>
    public void Validate()
    {
        if (!Uri.TryCreate(Issuer, UriKind.Absolute, out Uri? issuer) || issuer.Scheme is not ("http" or "https"))
        {
            throw new ArgumentException("Oidc:Issuer wants the provider's https URL, exactly as its tokens have it in 'iss'.");
        }

        if (!Uri.TryCreate(Metadata, UriKind.Absolute, out Uri? metadata) || (metadata.Scheme != "https" && !(metadata.Scheme == "http" && metadata.IsLoopback)))
        {
            throw new ArgumentException($"{(MetadataAddress is null ? "Oidc:Issuer" : "Oidc:MetadataAddress")} wants an https URL: whoever can change the provider's keys on their way can log in as anybody. http is for loopback only.");
        }

        if (Audiences.Count == 0 || Audiences.Any(string.IsNullOrWhiteSpace)) throw new ArgumentException("Oidc:Audience wants what tokens for this server have in 'aud': most often its FHIR base URL.");
        if (ClockSkew < TimeSpan.Zero || ClockSkew > TimeSpan.FromMinutes(10)) throw new ArgumentException("Oidc:ClockSkewSeconds wants 0 to 600.");
        if (BreakGlassLife <= TimeSpan.Zero || BreakGlassLife > TimeSpan.FromHours(24)) throw new ArgumentException("Oidc:BreakGlassMinutes wants 1 to 1440.");
        if (string.IsNullOrWhiteSpace(ScopeClaim)) throw new ArgumentException("Oidc:ScopeClaim wants the name of a claim.");
        if (string.IsNullOrWhiteSpace(RoleClaim)) throw new ArgumentException("Oidc:RoleClaim wants the name of a claim.");
        if (string.IsNullOrWhiteSpace(PatientClaim)) throw new ArgumentException("Oidc:PatientClaim wants the name of a claim.");
        foreach ((string role, string scopes) in RoleScopes)
        {
            string[] parts = scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length == 0 || !parts.All(part => Access.Smart.SmartScope.TryParse(part, out Access.Smart.SmartScope? scope) && scope.Context == Access.Smart.ScopeContext.User))
            {
                throw new ArgumentException($"Oidc:RoleScopes:{role} wants SMART scopes of users with blanks between, such as 'user/*.rs user/Observation.cruds'.");
            }
        }
    }
}
