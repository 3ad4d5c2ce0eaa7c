using Consortium.FhirFacade.Search.Query;

namespace Consortium.FhirFacade.Access.Smart;

/// <summary>A right that a user or client has: what may be done with resources of a type, of one patient or of all, for which conditions hold.</summary>
/// <param name="Type">The resource type; <c>*</c> for all.</param>
/// <param name="Permissions">What may be done.</param>
/// <param name="Patient">The logical id of the only patient whose records it is about; null for all.</param>
/// <param name="Holds">What must hold of the resource; empty for nothing.</param>
/// <param name="IsOfSystem">True where a client has it by itself.</param>
internal sealed record ScopeGrant(string Type, Permissions Permissions, string? Patient, IReadOnlyList<SearchCondition> Holds, bool IsOfSystem)
{
    /// <summary>True where it is about all resources of its type.</summary>
    public bool IsWhole => Patient is null && Holds.Count == 0;

    /// <summary>True where it is about a type and gives all of these permissions.</summary>
    public bool Gives(string type, Permissions permissions) => (Type == SmartScope.AnyType || Type == type) && (Permissions & permissions) == permissions;
}
