using Consortium.FhirFacade.Rest;

namespace Consortium.FhirFacade.Access;

/// <summary>Refusals for want of a login or of rights, with the header that tells a client what to do (RFC 6750 3). What they say is the server's own words.</summary>
internal static class Challenge
{
    /// <summary>401: there is no token.</summary>
    public static FhirException Missing(string diagnostics) => new(401, "login", diagnostics) { Challenge = "Bearer" };

    /// <summary>401: there is a token, and it is not good.</summary>
    public static FhirException Invalid(string reason) => new(401, "login", reason) { Challenge = $"Bearer error=\"invalid_token\", error_description=\"{Quoted(reason)}\"" };

    /// <summary>403: the token is good and its scopes do not reach as far.</summary>
    /// <param name="needed">Scopes of which one would do.</param>
    public static FhirException Scope(params ReadOnlySpan<string> needed)
    {
        string first = needed[0], all = string.Join(" or ", needed!);
        return new FhirException(403, "forbidden", $"The token's scopes, or the user's roles, do not allow this. It needs the scope {all}.") { Challenge = $"Bearer error=\"insufficient_scope\", scope=\"{Quoted(first)}\"" };
    }

    // RFC 6750 3: printable ASCII without the quotation mark and the backslash.
    private static string Quoted(string text) => string.Concat(text.Select(c => c is >= ' ' and <= '~' and not ('"' or '\\') ? c : '\''));
}
