namespace Consortium.FhirFacade.Redaction;

/// <summary>Whose eyes a view is for. What each may see stands in <c>view-policy.json</c>.</summary>
public enum ViewRole
{
    /// <summary>A hospital of the consortium: the record as stored.</summary>
    Hospital,

    /// <summary>A telemedicine enterprise: de-identified; names, ID numbers, contacts, narrative and free text hidden.</summary>
    Telemedicine,

    /// <summary>A resident: their own records without medication details.</summary>
    Resident,

    /// <summary>A regulator: metadata and structure, no names and no clinical content.</summary>
    Regulator,
}
