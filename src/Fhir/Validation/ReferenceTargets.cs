using Consortium.Fhir.Definitions;
using Consortium.Fhir.Json;

namespace Consortium.Fhir.Validation;

/// <summary>
/// Where a reference leads: a contained resource, an entry of the Bundle (FHIR R4 bundle.html#references), or what the caller's
/// resolver gives. A reference that names no type by itself is checked by what it leads to.
/// </summary>
internal sealed class ReferenceTargets(ValidationContext context)
{
    private static readonly string[] s_selfContained = ["transaction", "document", "message"];

    private readonly FhirDocument _document = context.Document;
    private readonly R4Tables _tables = context.Tables;
    private readonly bool _isBundle = context.Document.ResourceType == "Bundle";
    private readonly bool _isRequired = context.Options.RequireTargets && context.Document.ResourceType is ("Bundle" or "Parameters");
    private bool? _carriesAll;

    /// <summary>The type that the reference leads to, or 0 where that is not known. Reports what cannot be.</summary>
    /// <param name="at">The Reference.</param>
    /// <param name="literal">Its <c>reference</c>.</param>
    /// <param name="named">The type that the reference itself names; 0 where it names none.</param>
    public int TypeOf(int at, int literal, int named)
    {
        ReadOnlySpan<byte> value = _document.Value(literal);
        if (value[0] == '#') return TypeOfContained(at, value);
        if (_isBundle && (named == 0 || HasUuid(value)))
        {
            if (_document.References.Resolve(at) is { } entry)
            {
                if (_document.References.IsAmbiguous(value)) context.Issues.Warning(literal, "business-rule", "Several entries have the fullUrl that is referred to; which of them is meant is left open (FHIR R4 bundle.html#references).");
                return _document.Nodes[entry].Type;
            }

            if (value.StartsWith("urn:"u8)) ReportUnresolved(literal);
            else if (named != 0 && _document.References.Find([.. "urn:uuid:"u8, .. value[^36..]]) is { } same) return _document.Nodes[same].Type;
        }

        if (context.Options.ResolveReference?.Invoke(_document.Text(literal)) is { } supplied) return supplied.Nodes[0].Type;
        if (_isRequired && named != 0 && !value.Contains((byte)':')) return TypeOfRequired(at, literal);
        return 0;
    }

    /// <summary>What a relative reference leads to within a Bundle or Parameters that has to bring its target; reports that it does not.</summary>
    private int TypeOfRequired(int at, int literal)
    {
        if (_document.References.Resolve(at) is { } found) return _document.Nodes[found].Type;
        context.Issues.Error(literal, "not-found", $"Neither this {_document.ResourceType} nor what was given with it has the resource that is referred to, and targets are required.");
        return 0;
    }

    /// <summary>ref-1: a local reference is to a contained resource, or from one to its container (<c>#</c> alone, references.html#contained).</summary>
    private int TypeOfContained(int at, ReadOnlySpan<byte> value)
    {
        (int resource, int root) = _document.EnclosingResources(at);
        int? target = value.Length > 1 ? _document.References.Resolve(at) : resource != root ? root : null;
        if (target is { } found) return _document.Nodes[found].Type;
        context.Issues.Error(at, "invariant", "ref-1: SHALL have a contained resource if a local reference is provided");
        return 0;
    }

    /// <summary>Whether the id referred to is a UUID, which an entry may have as its <c>urn:uuid:</c>; such ids do not meet by chance.</summary>
    private static bool HasUuid(ReadOnlySpan<byte> reference) =>
        reference.Length > 37 && reference[^37] == '/' && PrimitiveFormats.IsUuidDigits(reference[^36..]);

    /// <summary>A URN has a meaning only within the Bundle; what is sent to be worked on or read as a whole has to bring its target along.</summary>
    private void ReportUnresolved(int literal)
    {
        _carriesAll ??= s_selfContained.Contains(new FhirNode(_document, 0).Text("type"));
        const string Message = "No entry of the Bundle has this URN as its fullUrl, so the reference leads nowhere (FHIR R4 bundle.html#references).";
        if (_carriesAll == true) context.Issues.Error(literal, "not-found", Message);
        else context.Issues.Warning(literal, "not-found", Message);
    }
}
