using Consortium.Fhir.Definitions;

namespace Consortium.Fhir.Validation;

/// <summary>What the rules of one validation share.</summary>
internal sealed class ValidationContext(FhirDocument document, FhirDefinitions definitions, ValidationOptions options)
{
    private EmbeddedDefinitions? _embedded;

    public FhirDocument Document { get; } = document;

    public R4Tables Tables { get; } = R4Tables.Instance;

    public FhirDefinitions Definitions { get; } = definitions;

    public ValidationOptions Options { get; } = options;

    public IssueList Issues { get; } = new(document, options.ErrorsOnly);

    /// <summary>Definitions inside the document itself.</summary>
    public EmbeddedDefinitions Embedded => _embedded ??= new EmbeddedDefinitions(Document);

    public ValidationResult Result() =>
        new(Document.ResourceType.Length == 0 ? null : Document.ResourceType, Issues.ToList(), Issues.Errors, Issues.Warnings);
}
