using Consortium.FhirFacade.Rest;

namespace Consortium.FhirFacade.Access;

/// <summary>
/// Records labelled restricted are seen by a user who breaks the glass: the purpose of use BTG with a reason, in the headers of one request, or in a token that was issued
/// for it a short while ago. Each such request is an AuditEvent with the purpose and the reason (decision 0208).
/// </summary>
internal sealed class BreakGlass(FacadeOptions options, TimeProvider time)
{
    /// <summary>Header with the purpose of use: a code of v3-ActReason.</summary>
    public const string PurposeHeader = "X-Purpose-Of-Use";

    /// <summary>Header with the reason, percent-encoded UTF-8 where it is not plain ASCII.</summary>
    public const string ReasonHeader = "X-Purpose-Of-Use-Reason";

    private const int MostReason = 500;

    /// <summary>The caller with the purpose that the headers state, or else its token.</summary>
    /// <exception cref="FhirException">400: the header has no code.</exception>
    public static Caller WithPurpose(Caller caller, string? purpose, string? reason)
    {
        if (string.IsNullOrWhiteSpace(purpose)) return caller.User?.Purpose is { } claimed ? caller with { Purpose = claimed } : caller;
        string code = PurposeOfUse.ReadCode(purpose.Trim()) ?? throw FhirException.BadRequest("value", $"{PurposeHeader} takes a code of v3-ActReason, such as TREAT or BTG.");
        return caller with { Purpose = new PurposeOfUse(code, Reason(reason)) };
    }

    /// <summary>The caller as the interaction gets it: with restricted records in sight where the glass is broken.</summary>
    /// <exception cref="FhirException">400: without a reason. 403: this user may not, or its token is too old for it.</exception>
    public Caller Apply(Caller caller)
    {
        if (caller is not { User: { } user, Purpose: { Code: PurposeOfUse.BreakTheGlass } purpose }) return caller;
        OidcOptions site = options.Oidc!;
        if (!user.MayBreakGlass) throw FhirException.Forbidden("This user may not break the glass (purpose of use BTG). The site names who may: Oidc:BreakGlassRoles.");
        if (string.IsNullOrWhiteSpace(purpose.Reason)) throw FhirException.BadRequest("required", $"Breaking the glass needs a reason: {ReasonHeader}, or the claim purpose_of_use_reason.");
        if (purpose.IsOfToken && (user.IssuedAt is not { } issued || time.GetUtcNow() - issued > site.BreakGlassLife))
        {
            throw FhirException.Forbidden("The token broke the glass for a time that is over (Oidc:BreakGlassMinutes). Log in again, for another purpose or anew for this one.");
        }

        return caller with { SeesRestricted = true };
    }

    private static string? Reason(string? header)
    {
        if (string.IsNullOrWhiteSpace(header)) return null;
        // FHIR's string has no control characters but tab and line breaks (FHIR R4 datatypes.html#string).
        string text = new([.. Uri.UnescapeDataString(header).Select(c => char.IsControl(c) ? ' ' : c)]);
        return text.Trim() is { Length: > 0 } reason ? reason[..Math.Min(reason.Length, MostReason)] : null;
    }
}
