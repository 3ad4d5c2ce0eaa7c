namespace Consortium.FhirFacade.Search;

/// <summary>The FHIR data type <c>id</c>: 1 to 64 of A-Z, a-z, 0-9, '-' and '.' (FHIR R4 datatypes.html#id).</summary>
internal static class LogicalId
{
    public static bool IsValid(ReadOnlySpan<char> id)
    {
        if (id.Length is 0 or > 64) return false;
        foreach (char c in id)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '-' && c != '.') return false;
        }

        return true;
    }
}
