using Consortium.FhirFacade.Access;

namespace Consortium.FhirFacade.AuditTrail;

/// <summary>One access, as an AuditEvent says it.</summary>
internal sealed record AccessEvent
{
    /// <summary>Who asked.</summary>
    public required Caller Caller { get; init; }

    /// <summary>The code of FHIR's restful-interaction: read, search-type, operation …</summary>
    public required string Interaction { get; init; }

    /// <summary>The operation with its <c>$</c>; null for an interaction.</summary>
    public string? Operation { get; init; }

    /// <summary>When, as a FHIR instant.</summary>
    public required string Recorded { get; init; }

    /// <summary>The HTTP status of the answer.</summary>
    public required int Status { get; init; }

    /// <summary>The code of the first issue of a refusal; null where it was done.</summary>
    public string? Issue { get; init; }

    /// <summary>The request as it was asked: verb, path and parameters. Patient data.</summary>
    public required string Query { get; init; }

    /// <summary><c>X-Request-Id</c>.</summary>
    public string? RequestId { get; init; }

    /// <summary>Where the request came from; null where that is not known.</summary>
    public string? Address { get; init; }

    /// <summary>The patient whom the records are about; null for none.</summary>
    public string? Patient { get; init; }

    /// <summary>The records, or what was asked for where nothing was given.</summary>
    public IReadOnlyList<Touched> Records { get; init; } = [];

    /// <summary>C, R, U, D, or E for what is executed: searches, operations, transactions.</summary>
    public string Action => Interaction switch
    {
        "create" => "C",
        "update" or "patch" => "U",
        "delete" => "D",
        "read" or "vread" => "R",
        _ => "E",
    };
}
