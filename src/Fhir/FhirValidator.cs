using Consortium.Fhir.Validation;

namespace Consortium.Fhir;

/// <summary>
/// Validates FHIR R4 resources: structure, cardinality, types, primitive formats, references, narrative, bindings, invariants,
/// extensions and profiles. Needs no network; what it cannot decide it says in an information issue. Thread-safe.
/// </summary>
/// <param name="definitions">The definitions to validate with: <see cref="FhirDefinitions.R4"/>, or those with packages added.</param>
/// <param name="options">What is checked beyond R4 itself; null for the defaults.</param>
public sealed class FhirValidator(FhirDefinitions definitions, ValidationOptions? options = null)
{
    private static readonly Lazy<FhirValidator> s_r4 = new(() => new FhirValidator(FhirDefinitions.R4));

    private readonly ValidationOptions _options = options ?? new ValidationOptions();

    // Warnings would have to be said again of each; what has no error is silent.
    private readonly KnownConcepts? _known = options is { ErrorsOnly: true } ? new KnownConcepts() : null;

    /// <summary>The core definitions of R4 (4.0.1), decoded at first use.</summary>
    public static FhirValidator R4 => s_r4.Value;

    /// <summary>The definitions it validates with.</summary>
    public FhirDefinitions Definitions { get; } = definitions ?? throw new ArgumentNullException(nameof(definitions));

    /// <summary>Parses and validates one resource. What cannot be parsed gives one fatal issue; nothing is thrown for bad input.</summary>
    public ValidationResult Validate(ReadOnlyMemory<byte> utf8Json)
    {
        FhirDocument document;
        try
        {
            document = FhirDocument.ParsePooled(utf8Json);
        }
        catch (FhirFormatException broken)
        {
            return new ValidationResult(null, [broken.ToIssue()], 1, 0);
        }

        try
        {
            return Validate(document);
        }
        finally
        {
            document.Release();
        }
    }

    /// <summary>Validates the resource that was written, in the bytes that were written.</summary>
    /// <exception cref="InvalidOperationException">The resource has not been ended.</exception>
    public ValidationResult Validate(FhirDocumentWriter written)
    {
        ArgumentNullException.ThrowIfNull(written);
        return Validate(written.Document());
    }

    /// <summary>Reads and validates one resource in XML, as <see cref="Validate(ReadOnlyMemory{byte})"/> does JSON.</summary>
    public ValidationResult ValidateXml(ReadOnlyMemory<byte> utf8Xml)
    {
        try
        {
            return Validate(FhirDocument.ParseXml(utf8Xml));
        }
        catch (FhirFormatException broken)
        {
            return new ValidationResult(null, [broken.ToIssue()], 1, 0);
        }
    }

    /// <summary>Validates a parsed resource.</summary>
    public ValidationResult Validate(FhirDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        ValidationContext context = new(document, Definitions, _options, _known);
        new ResourceWalk(context).Validate();
        ElementIdRules.Check(context);
        XmlOrderRules.Check(context);
        return context.Result();
    }
}
