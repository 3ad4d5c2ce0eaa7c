using Consortium.FhirFacade.Search.Indexing;
using Consortium.FhirFacade.Search.Parameters;

namespace Consortium.FhirFacade.Access;

/// <summary>The labels that keep a record from users who have not been given it (<c>meta.security</c>; FHIR R4 security-labels.html).</summary>
internal static class Confidentiality
{
    /// <summary>The code system of the labels.</summary>
    public const string System = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";

    /// <summary>R restricted, V very restricted.</summary>
    public static readonly string[] Restricted = ["R", "V"];

    /// <summary>The number of <c>_security</c> in the index, the same for each type.</summary>
    public static int Parameter { get; } = SearchCatalog.R4.Find(SearchCatalog.AnyType, "_security")!.Number;

    /// <summary>True where a resource with these index rows is labelled restricted itself.</summary>
    public static bool IsRestricted(IndexRows rows) => rows.Tokens.Any(row => row.Parameter == Parameter && row.System == System && Restricted.Contains(row.Code, StringComparer.Ordinal));
}
