namespace Consortium.FhirFacade.Access;

/// <summary>Why records are asked for (v3-ActReason, PurposeOfUse).</summary>
/// <param name="Code">The code: TREAT, BTG and so on.</param>
/// <param name="Reason">In the user's own words; null for none. Patient data: it goes to the AuditEvent and nowhere else.</param>
internal sealed record PurposeOfUse(string Code, string? Reason)
{
    /// <summary>True where the token states it, and not the request.</summary>
    public bool IsOfToken { get; init; }

    /// <summary>The code system of the codes.</summary>
    public const string System = "http://terminology.hl7.org/CodeSystem/v3-ActReason";

    /// <summary>Break the glass.</summary>
    public const string BreakTheGlass = "BTG";

    /// <summary>A code, alone or after its system; null for anything else.</summary>
    public static string? ReadCode(string text)
    {
        string code = text.StartsWith(System + "|", StringComparison.Ordinal) ? text[(System.Length + 1)..] : text;
        return code.Length is > 0 and <= 20 && code.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c)) ? code : null;
    }
}
