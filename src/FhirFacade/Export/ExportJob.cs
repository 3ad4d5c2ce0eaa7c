namespace Consortium.FhirFacade.Export;

/// <summary>What is exported.</summary>
internal enum ExportScope
{
    /// <summary>Everything.</summary>
    System,

    /// <summary>What is in the compartment of any patient.</summary>
    Patients,

    /// <summary>What is in the compartments of a group's members.</summary>
    Group,
}

/// <summary>
/// One bulk export. Its files are not made beforehand: each is read from the store when it is fetched, as the store stood when the export was asked for, which the
/// history of versions allows. So an export costs nothing until it is fetched, survives a restart, and any server of the custodian gives its files.
/// </summary>
/// <param name="Id">Its name in URLs: 128 random bits.</param>
/// <param name="Owner">Who asked; to anybody else it does not exist.</param>
/// <param name="Request">The URL of the request.</param>
/// <param name="Scope">What is exported.</param>
/// <param name="Types">The types; empty for all.</param>
/// <param name="Since">Only what was stored at or after this time, in milliseconds; null for all.</param>
/// <param name="Sequence">The last version that is part of it, by its place in the log.</param>
/// <param name="CreatedAt">When it was asked for, in milliseconds.</param>
internal sealed record ExportJob(
    string Id, string Owner, string Request, ExportScope Scope, IReadOnlyList<string> Types, long? Since, long Sequence, long CreatedAt)
{
    /// <summary><c>_elements</c>, with commas between; null for whole resources.</summary>
    public string? Elements { get; init; }

    /// <summary>Types of which the export gives only what a search found at the kick-off (<c>_typeFilter</c>).</summary>
    public IReadOnlyList<string> Filtered { get; init; } = [];

    /// <summary>True where it gives the records of listed patients: those of a group, or of <c>patient</c>.</summary>
    public bool IsListed { get; init; }

    /// <summary>What cannot be given, in words.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];
}
