using Consortium.Fhir.Expressions;

namespace Consortium.Fhir;

/// <summary>One item of a FHIRPath result: an element of the document, or a System value that the expression made.</summary>
public sealed class FhirPathValue
{
    private readonly string? _value;

    internal FhirPathValue(PathValue value)
    {
        if (value.IsNode)
        {
            Node = new FhirNode(value.Document, value.NodeIndex);
            TypeName = Node.TypeName;
            Namespace = "FHIR";
        }
        else
        {
            TypeName = value.Kind.ToString();
            Namespace = "System";
            _value = value.Kind == PathKind.TypeInfo
                ? $"{value.TypeInfo.Namespace}.{value.TypeInfo.Name}"
                : Conversions.ToText(value)?.String;
        }
    }

    /// <summary><c>FHIR</c> for an element, <c>System</c> for a value that the expression made.</summary>
    public string Namespace { get; }

    /// <summary>The type: <c>HumanName</c>, <c>code</c>, <c>Boolean</c> …</summary>
    public string TypeName { get; }

    /// <summary>The value as text: characters as they stand in the input for an element; null for an element without a value of its own.</summary>
    public string? Value => Node.Exists ? Node.Value : _value;

    /// <summary>The element; does not exist for a System value.</summary>
    public FhirNode Node { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Namespace}.{TypeName}";
}
