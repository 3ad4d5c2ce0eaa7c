namespace Consortium.Adapters.Hl7V2.Er7;

/// <summary>Text that is no readable ER7. The message names the place and carries no content of the record.</summary>
internal sealed class Er7FormatException(string code, string message, string? place, int? line) : FormatException(message)
{
    /// <summary>FHIR issue-type.</summary>
    public string Code { get; } = code;

    /// <summary>Segment-field-component, or null where only the line is known.</summary>
    public string? Place { get; } = place;

    /// <summary>Line in the record, from 1.</summary>
    public int? Line { get; } = line;
}
