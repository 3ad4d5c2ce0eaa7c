namespace Consortium.FhirFacade.Redaction;

/// <summary>A role's view of a record.</summary>
/// <param name="View">The view, FHIR JSON in UTF-8. What is shown stands in it byte for byte as stored.</param>
/// <param name="HiddenPointers">
/// RFC 6901 pointers of what is hidden, outermost only, for <see cref="Integrity.RecordCommitment.Disclose"/>.
/// </param>
public sealed record RedactedRecord(byte[] View, IReadOnlyList<string> HiddenPointers);

/// <summary>
/// Makes the view of a record that a role may see. Elements are hidden whole and never altered, so that the view verifies
/// against the record's commitment (<c>record-commitment.md</c>).
/// </summary>
public static class RecordView
{
    /// <summary>Redacts one FHIR resource.</summary>
    /// <param name="resourceJson">The resource exactly as stored.</param>
    /// <param name="role">Whose view.</param>
    /// <param name="knownIdentity">
    /// Further strings that must not surface, such as the names and ID numbers of the patient whose record this is; used
    /// where the role's policy searches for identity (telemedicine, regulator).
    /// </param>
    /// <exception cref="FormatException">The bytes are no FHIR resource in JSON.</exception>
    public static RedactedRecord Redact(ReadOnlyMemory<byte> resourceJson, ViewRole role, IReadOnlyCollection<string>? knownIdentity = null)
    {
        if (role == ViewRole.Hospital) return new RedactedRecord(resourceJson.ToArray(), []);
        RolePolicy policy = ViewPolicy.Current.Of(role);
        JsonSpan root = JsonSpan.Parse(resourceJson);
        if (root.Kind != JsonSpanKind.Object || root.Member("resourceType") is null) throw new FormatException("A view is made of a FHIR resource; this has no resourceType.");
        new Redactor(policy).Mark(root);
        SurfacingText.Hide(root, policy, knownIdentity ?? []);
        Closure.Complete(root);
        return new ViewWriter(resourceJson.Span, policy.Labels).Write(root);
    }
}
