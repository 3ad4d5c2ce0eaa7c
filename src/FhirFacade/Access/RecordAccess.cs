using Consortium.FhirFacade.Redaction;
using Consortium.Integrity;

namespace Consortium.FhirFacade.Access;

/// <summary>
/// Decides what a caller sees of a record, the same for every interaction, and has each disclosure to somebody outside recorded before it happens.
/// </summary>
internal sealed class RecordAccess(IMembership membership, DisclosureAudit audit, PatientIdentity identity, TimeProvider time)
{
    /// <summary>True where the record exists for the caller: a resident sees records about itself only.</summary>
    public static bool MaySee(Caller caller, StoredVersion version) => caller.Subject is not { } subject || version.SubjectTag == subject;

    /// <summary>The caller's view of each version, in order, after the disclosure has been recorded.</summary>
    public async Task<byte[][]> DiscloseAsync(Caller caller, string interaction, IReadOnlyList<StoredVersion> versions, CancellationToken cancellationToken)
    {
        if (!caller.IsOutside) return [.. versions.Select(version => version.Body)];
        byte[][] views = new byte[versions.Count][];
        var given = new Disclosed[versions.Count];
        var identities = new Dictionary<string, IReadOnlyCollection<string>>(StringComparer.Ordinal);
        for (int i = 0; i < views.Length; i++)
        {
            ViewRole role = await RoleForAsync(caller, versions[i], cancellationToken).ConfigureAwait(false);
            string patient = identity.PatientOf(versions[i]) ?? "";
            if (!identities.TryGetValue(patient, out IReadOnlyCollection<string>? known))
            {
                identities[patient] = known = await identity.OfAsync(versions[i], cancellationToken).ConfigureAwait(false);
            }

            views[i] = RecordView.Redact(versions[i].Body, role, known).View;
            given[i] = new Disclosed(versions[i], role);
        }

        await audit.RecordAsync(caller, interaction, given, cancellationToken).ConfigureAwait(false);
        return views;
    }

    /// <summary>One version redacted for a role, with what was hidden.</summary>
    /// <exception cref="FormatException">The stored bytes are no FHIR JSON any more.</exception>
    public async Task<RedactedRecord> RedactAsync(StoredVersion version, ViewRole role, CancellationToken cancellationToken) =>
        RecordView.Redact(version.Body, role, await identity.OfAsync(version, cancellationToken).ConfigureAwait(false));

    /// <summary>The view of one version: the caller's own, or the full one where a grant gives that.</summary>
    public async Task<ViewRole> RoleForAsync(Caller caller, StoredVersion version, CancellationToken cancellationToken)
    {
        if (caller is not { Kind: CallerKind.Member, Address: { } address } || caller.View == ViewRole.Hospital || version.SubjectTag == Tag128.Zero) return caller.View;
        ViewRole? granted = await membership.GrantedViewAsync(
            address, version.SubjectTag, IndexIdentifiers.Kind(version.Type), time.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        // Views other than the full one hide different things: none of them is wider than the role's own.
        return granted == ViewRole.Hospital ? ViewRole.Hospital : caller.View;
    }
}

/// <summary>A version that was given out, in the view it was given in.</summary>
internal sealed record Disclosed(StoredVersion Version, ViewRole View);
