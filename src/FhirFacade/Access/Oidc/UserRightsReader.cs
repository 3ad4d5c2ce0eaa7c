using System.Text.Json;
using Consortium.FhirFacade.Access.Smart;
using Consortium.FhirFacade.Rest;
using Consortium.FhirFacade.Search;
using Consortium.FhirFacade.Search.Parameters;
using Consortium.FhirFacade.Search.Query;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.Access.Oidc;

/// <summary>Reads what the claims of a token mean here. A scope or claim that is not understood gives no right.</summary>
internal sealed class UserRightsReader(OidcOptions options, SearchParser parser, FacadeOptions facade)
{
    /// <exception cref="FhirException">401: the token does not say whose it is.</exception>
    public UserRights Read(TokenClaims claims)
    {
        string subject = claims.Text("sub") ?? claims.Text("client_id") ?? throw Challenge.Invalid("The token has neither 'sub' nor 'client_id': it does not say whose it is.");
        string[] roles = claims.Texts(options.RoleClaim), words = claims.Words(options.ScopeClaim);
        string? fhirUser = Local(claims.Text("fhirUser")) is { } user ? $"{user.Type}/{user.Id}" : null;
        return new UserRights
        {
            Issuer = options.Issuer,
            Subject = subject,
            Client = claims.Text("client_id") ?? claims.Text("azp") ?? claims.Text("appid"),
            TokenId = claims.Text("jti"),
            IssuedAt = claims.Time("iat"),
            FhirUser = fhirUser,
            Roles = roles,
            Grants = Grants(words, roles, fhirUser, Patient(claims.Text(options.PatientClaim))),
            SeesRestricted = Has(roles, options.RestrictedRoles) || Has(words, options.RestrictedScopes),
            MayBreakGlass = options.BreakGlassRoles.Contains("*", StringComparer.Ordinal) || Has(roles, options.BreakGlassRoles),
            ReadsAudit = Has(roles, options.AuditRoles),
            Purpose = Purpose(claims),
        };
    }

    private ScopeGrant[] Grants(string[] words, string[] roles, string? fhirUser, string? patient)
    {
        SmartScope[] scopes = [.. words.Select(word => SmartScope.TryParse(word, out SmartScope? scope) ? scope : null).OfType<SmartScope>()];
        SmartScope[] ofRoles = [.. roles.SelectMany(role => options.RoleScopes.TryGetValue(role, out string? given) ? given.Split(' ', StringSplitOptions.RemoveEmptyEntries) : [])
            .Select(word => SmartScope.TryParse(word, out SmartScope? scope) ? scope : null).OfType<SmartScope>()];
        List<ScopeGrant?> grants = [];
        // Who asked for SMART scopes has what they give and not what the roles give, also where none is understood.
        bool isSmart = words.Any(word => word is "launch" || word.StartsWith("launch/", StringComparison.Ordinal) || word.StartsWith("patient/", StringComparison.Ordinal)
            || word.StartsWith("user/", StringComparison.Ordinal) || word.StartsWith("system/", StringComparison.Ordinal));
        if (!isSmart) grants.AddRange(ofRoles.Select(scope => Grant(OfUser(scope, fhirUser, patient))));
        foreach (SmartScope scope in scopes)
        {
            if (scope.Context != ScopeContext.User) grants.Add(Grant((scope, scope.Context == ScopeContext.Patient ? patient : null)));
            else if (options.RoleScopes.Count == 0) grants.Add(Grant(OfUser(scope, fhirUser, patient)));
            else grants.AddRange(ofRoles.Select(role => Both(Grant(OfUser(scope, fhirUser, patient)), Grant((role, null)))));
        }

        return [.. grants.OfType<ScopeGrant>()];
    }

    /// <summary>A user who is a patient has the rights of a user over its own records.</summary>
    private static (SmartScope Scope, string? Patient)? OfUser(SmartScope scope, string? fhirUser, string? patient) => fhirUser?.Split('/') switch
    {
        ["Patient", var self] => patient is null || patient == self ? (scope with { Context = ScopeContext.Patient }, self) : null,
        ["RelatedPerson", _] => patient is null ? null : (scope with { Context = ScopeContext.Patient }, patient),
        _ => (scope, null),
    };

    private ScopeGrant? Grant((SmartScope Scope, string? Patient)? of)
    {
        if (of is not (var scope, var patient)) return null;
        if (scope.Context == ScopeContext.Patient && patient is null) return null; // no patient in context
        return Restrictions(scope) is { } holds ? new ScopeGrant(scope.Type, scope.Permissions, patient, holds, scope.Context == ScopeContext.System) : null;
    }

    private static ScopeGrant? Both(ScopeGrant? one, ScopeGrant? other)
    {
        if (one is null || other is null) return null;
        if (one.Type != other.Type && one.Type != SmartScope.AnyType && other.Type != SmartScope.AnyType) return null;
        Permissions permissions = one.Permissions & other.Permissions;
        string type = one.Type == SmartScope.AnyType ? other.Type : one.Type;
        return permissions == Permissions.None ? null : new ScopeGrant(type, permissions, one.Patient, [.. one.Holds, .. other.Holds], IsOfSystem: false);
    }

    /// <summary>The conditions of a scope's query; null where they are not all understood, so that the scope must give nothing.</summary>
    private IReadOnlyList<SearchCondition>? Restrictions(SmartScope scope)
    {
        if (scope.Query.Length == 0) return [];
        try
        {
            List<KeyValuePair<string, string>> parameters = FhirEndpoint.Form(scope.Query);
            SearchQuery query = parser.Parse(scope.Type == SmartScope.AnyType ? SearchCatalog.AnyType : scope.Type, parameters);
            return query.Conditions.Count == parameters.Count && query.Conditions.All(ConditionOnRows.CanDecide) ? query.Conditions : null;
        }
        catch (FhirException)
        {
            return null;
        }
    }

    private RecordKey? Local(string? reference) => reference is not null && LocalReference.TryParse(reference, facade.BaseUrl, out RecordKey key) ? key : null;

    private string? Patient(string? claim) => claim switch
    {
        null => null,
        _ when LogicalId.IsValid(claim) => claim,
        _ => Local(claim) is { Type: "Patient" } patient ? patient.Id : null,
    };

    // IHE IUA 3.71.4.1.2.2: extensions.ihe_iua.purpose_of_use, a list of codings; or a claim of that name of the token itself.
    private static PurposeOfUse? Purpose(TokenClaims claims)
    {
        JsonElement? stated = claims.Find("extensions.ihe_iua.purpose_of_use") ?? claims.Find("purpose_of_use");
        string? text = stated switch
        {
            { ValueKind: JsonValueKind.String } one => one.GetString(),
            { ValueKind: JsonValueKind.Array } list when list.GetArrayLength() > 0 => Code(list[0]),
            { ValueKind: JsonValueKind.Object } coding => Code(coding),
            _ => null,
        };
        return text is not null && PurposeOfUse.ReadCode(text) is { } code ? new PurposeOfUse(code, claims.Text("purpose_of_use_reason")) { IsOfToken = true } : null;
    }

    private static string? Code(JsonElement coding) => coding.ValueKind switch
    {
        JsonValueKind.String => coding.GetString(),
        JsonValueKind.Object when coding.TryGetProperty("code", out JsonElement code) && code.ValueKind == JsonValueKind.String => code.GetString(),
        _ => null,
    };

    private static bool Has(IEnumerable<string> has, IReadOnlyList<string> named) => has.Any(one => named.Contains(one, StringComparer.Ordinal));
}
