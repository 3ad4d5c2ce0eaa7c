using Consortium.Fhir.Definitions;
using Consortium.Fhir.Validation;

namespace Consortium.Fhir;

/// <summary>
/// Validates FHIR R4 resources: structure, cardinality, types, primitive formats, references, narrative, bindings and
/// invariants. Needs no network; what it cannot decide it says in an information issue. Thread-safe.
/// </summary>
public sealed class FhirValidator
{
    private static readonly Lazy<FhirValidator> s_r4 = new(() => new FhirValidator(R4Tables.Instance));

    private readonly R4Tables _tables;

    private FhirValidator(R4Tables tables) => _tables = tables;

    /// <summary>The core definitions of R4 (4.0.1), decoded at first use.</summary>
    public static FhirValidator R4 => s_r4.Value;

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
        IssueList issues = new(document);
        new ResourceWalk(document, _tables, issues).Validate();
        return new ValidationResult(document.ResourceType.Length == 0 ? null : document.ResourceType, issues.ToList(), issues.Errors, issues.Warnings);
    }
}
