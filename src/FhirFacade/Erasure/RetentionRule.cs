namespace Consortium.FhirFacade;

/// <summary>A rule of the site: records of a type that have not changed for so long are erased.</summary>
/// <param name="Type">The FHIR resource type.</param>
/// <param name="Age">How long after a record's last change, by the store's clock.</param>
/// <param name="Basis">The legal basis, as a code: lower-case letters, digits, dots, hyphens.</param>
public sealed record RetentionRule(string Type, TimeSpan Age, string Basis)
{
    /// <summary>Only records whose <c>status</c> is one of these codes; empty for all.</summary>
    public IReadOnlyList<string> Statuses { get; init; } = [];
}
