using Consortium.Fhir.Definitions;

namespace Consortium.Fhir.Validation;

/// <summary>What the rules of one validation share.</summary>
internal sealed class ValidationContext(FhirDocument document, FhirDefinitions definitions, ValidationOptions options, KnownConcepts? known = null)
{
    private EmbeddedDefinitions? _embedded;

    public FhirDocument Document { get; } = document;

    public R4Tables Tables { get; } = R4Tables.Instance;

    public FhirDefinitions Definitions { get; } = definitions;

    public ValidationOptions Options { get; } = options;

    /// <summary>Concepts that need not be checked again; null where each is.</summary>
    public KnownConcepts? Known { get; } = known;

    /// <summary>
    /// Counts what was found with an eye on more than the value itself: on the resource around, or on what was said before. A value
    /// during whose check it grew is not known to be right elsewhere.
    /// </summary>
    public int Contextual { get; set; }

    public IssueList Issues { get; } = new(document, options.ErrorsOnly);

    /// <summary>Definitions inside the document itself.</summary>
    public EmbeddedDefinitions Embedded => _embedded ??= new EmbeddedDefinitions(Document);

    public ValidationResult Result() =>
        new(Document.ResourceType.Length == 0 ? null : Document.ResourceType, Issues.ToList(), Issues.Errors, Issues.Warnings);
}
