using Consortium.FhirFacade.Search;
using Consortium.Integrity;

namespace Consortium.FhirFacade.Store;

/// <summary>
/// The subject tag of a patient: the keyed name of the strongest identifier (<c>record-commitment.md</c>, "Fields").
/// Strongest is the first configured identifier system that the patient has; then an identifier of type MR; then the first with a system and a value.
/// </summary>
internal sealed class SubjectTags(byte[] indexKey, int epoch, IReadOnlyList<string> strongestSystems)
{
    /// <summary>The tag of a patient resource; zero where it has no identifier with a system.</summary>
    public Tag128 Of(RecordSubject patient)
    {
        PatientIdentifier? strongest = Strongest(patient.Identifiers);
        return strongest is { } identifier ? Of(identifier.System, identifier.Value) : Tag128.Zero;
    }

    /// <summary>The tag of an identifier.</summary>
    public Tag128 Of(string system, string value) => IndexIdentifiers.SubjectTag(indexKey, epoch, system, value);

    private PatientIdentifier? Strongest(IReadOnlyList<PatientIdentifier> identifiers)
    {
        foreach (string system in strongestSystems)
        {
            foreach (PatientIdentifier identifier in identifiers)
            {
                if (identifier.System == system) return identifier;
            }
        }

        PatientIdentifier? first = null;
        foreach (PatientIdentifier identifier in identifiers)
        {
            if (identifier.System.Length == 0) continue; // without a namespace a value says nothing to another member
            if (identifier.IsMedicalRecordNumber) return identifier;
            first ??= identifier;
        }

        return first;
    }
}
