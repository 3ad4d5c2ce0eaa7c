namespace Consortium.FhirFacade.Rest;

/// <summary>Answers one interaction.</summary>
internal delegate Task<FhirResponse> Interaction(FhirRequest request, CancellationToken cancellationToken);

/// <summary>A row of the table of routes: which interaction answers a verb at a path, and what the CapabilityStatement says of it.</summary>
/// <param name="Method">The verb; <c>GET</c> answers HEAD too.</param>
/// <param name="Path">The path below the base: <c>{type}</c> a resource type, <c>{id}</c> a logical id, <c>{vid}</c> a version, <c>{member}</c> a type in a compartment or <c>*</c> for all, all else as written.</param>
/// <param name="Answer">The interaction.</param>
internal sealed record Route(string Method, string Path, Interaction Answer)
{
    /// <summary>Who may.</summary>
    public Right Right { get; init; } = Right.Read;

    /// <summary>True where the interaction asks by itself for the scopes that it needs, or shows and changes nothing of the store.</summary>
    public bool AsksForScopes { get; init; }

    /// <summary>Codes of the interactions that it is (FHIR R4 type-restful-interaction, system-restful-interaction).</summary>
    public string[] Interactions { get; init; } = [];

    /// <summary>The element of <c>CapabilityStatement.rest.resource</c> that it makes true, and its value.</summary>
    public (string Name, string Value)[] Features { get; init; } = [];

    /// <summary>The operation that it is; null for an interaction.</summary>
    public string? Operation { get; init; }

    /// <summary>True where the path is below a resource type, and so said of each type.</summary>
    public bool IsOfType => Path.StartsWith("{type}", StringComparison.Ordinal);

    /// <summary>The one resource type that the path is below; null for all or none.</summary>
    public string? OnlyType => Path.Split('/')[0] is var first && Fhir.FhirR4.IsResourceType(first) ? first : null;
}

/// <summary>Who may ask for an interaction.</summary>
internal enum Right
{
    /// <summary>Anybody.</summary>
    Public,

    /// <summary>Whoever is known; sees its own view.</summary>
    Read,

    /// <summary>The hospital itself.</summary>
    Write,
}
