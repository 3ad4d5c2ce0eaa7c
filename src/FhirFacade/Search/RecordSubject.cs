using Consortium.Fhir;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.Search;

/// <summary>An Identifier by which a patient is known.</summary>
/// <param name="System">The namespace; empty where the identifier has none.</param>
/// <param name="Value">The value.</param>
/// <param name="IsMedicalRecordNumber">True where <c>type</c> says <c>MR</c> (HL7 table 0203).</param>
internal readonly record struct PatientIdentifier(string System, string Value, bool IsMedicalRecordNumber);

/// <summary>Whom a resource is about, as it says itself.</summary>
internal sealed record RecordSubject
{
    /// <summary>That of a deleted resource.</summary>
    public static RecordSubject None { get; } = new();

    /// <summary>Of a Patient its identifiers with a value, in order; empty for other types.</summary>
    public IReadOnlyList<PatientIdentifier> Identifiers { get; private init; } = [];

    /// <summary>The logical id of the first patient of this server that the resource refers to; null where there is none.</summary>
    public string? PatientId { get; private init; }

    /// <summary>Of the references that may name a patient, the first that does so by a business identifier alone (<c>subject.identifier</c>).</summary>
    public PatientIdentifier? Identifier { get; private init; }

    /// <summary>Reads it from a resource.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="resource">The resource.</param>
    /// <param name="serverBase">The server's own base URL: absolute references below it are local.</param>
    public static RecordSubject Of(string type, FhirNode resource, string serverBase)
    {
        PatientIdentifier[] identifiers = type == "Patient" ? [.. resource.ChildrenNamed("identifier").Select(Read).OfType<PatientIdentifier>()] : [];
        var reader = new Reader(serverBase);
        if (SubjectElements.Of(type) is { } elements) reader.Walk(resource, elements);
        return identifiers.Length == 0 && reader is { PatientId: null, Identifier: null }
            ? None
            : new RecordSubject { Identifiers = identifiers, PatientId = reader.PatientId, Identifier = reader.Identifier };
    }

    private static PatientIdentifier? Read(FhirNode identifier)
    {
        if (identifier.Child("value").Value is not { Length: > 0 } value) return null;
        bool isRecordNumber = identifier.Child("type").ChildrenNamed("coding").Any(coding => coding.Child("code").Value == "MR");
        return new PatientIdentifier(identifier.Child("system").Value ?? "", value, isRecordNumber);
    }

    private sealed class Reader(string serverBase)
    {
        public string? PatientId { get; private set; }

        public PatientIdentifier? Identifier { get; private set; }

        public void Walk(FhirNode node, SubjectElements elements)
        {
            foreach (FhirNode child in node.Children)
            {
                if (elements.Below(child.Name) is not { } below) continue;
                if (below.IsReference) Reference(child);
                else Walk(child, below);
            }
        }

        private void Reference(FhirNode reference)
        {
            if (reference.Child("reference").Value is { } written)
            {
                if (PatientId is null && LocalReference.TryParse(written, serverBase, out RecordKey key) && key.Type == "Patient") PatientId = key.Id;
            }
            else if (reference.Child("identifier") is { Exists: true } identifier)
            {
                Identifier ??= Read(identifier);
            }
        }
    }
}
