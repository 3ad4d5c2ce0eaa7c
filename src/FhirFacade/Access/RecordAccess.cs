using System.Data.Common;
using Consortium.FhirFacade.AuditTrail;
using Consortium.FhirFacade.Redaction;
using Consortium.Integrity;

namespace Consortium.FhirFacade.Access;

/// <summary>
/// Decides what a caller sees of a record, the same for every interaction, and notes what is given out.
/// </summary>
internal sealed class RecordAccess(IMembership membership, PatientIdentity identity, UserAccess users, TimeProvider time)
{
    /// <summary>True where the record exists for the caller: a resident sees records about itself only, a user what its scopes are about.</summary>
    public async Task<bool> MaySeeAsync(Caller caller, StoredVersion version, CancellationToken cancellationToken, DbTransaction? transaction = null) =>
        caller.User is null ? IsOf(caller.Subject, version) : (await users.MaySeeAsync(caller, [version], transaction, cancellationToken).ConfigureAwait(false))[0];

    /// <summary>Those of the versions that exist for the caller, in their order.</summary>
    public async Task<IReadOnlyList<StoredVersion>> VisibleAsync(Caller caller, IReadOnlyList<StoredVersion> versions, CancellationToken cancellationToken)
    {
        if (caller.User is null) return caller.Subject is null ? versions : [.. versions.Where(version => IsOf(caller.Subject, version))];
        bool[] may = await users.MaySeeAsync(caller, versions, null, cancellationToken).ConfigureAwait(false);
        return [.. versions.Where((_, i) => may[i])];
    }

    private static bool IsOf(Tag128? subject, StoredVersion version) => subject is not { } own || version.SubjectTag == own;

    /// <summary>Notes for the audit that a version is given out.</summary>
    public void Note(Caller caller, StoredVersion version, ViewRole? view) => caller.Log?.Give(new Touched(version.Type, version.Id, version.Version, identity.PatientOf(version), view));

    /// <summary>The caller's view of each version, in order; each is noted for the audit.</summary>
    public async Task<byte[][]> DiscloseAsync(Caller caller, IReadOnlyList<StoredVersion> versions, CancellationToken cancellationToken)
    {
        if (!caller.IsOutside)
        {
            foreach (StoredVersion version in caller.Log is null ? [] : versions) Note(caller, version, null);
            return [.. versions.Select(version => version.Body)];
        }

        byte[][] views = new byte[versions.Count][];
        var identities = new Dictionary<string, IReadOnlyCollection<string>>(StringComparer.Ordinal);
        for (int i = 0; i < views.Length; i++)
        {
            ViewRole role = await RoleForAsync(caller, versions[i], cancellationToken).ConfigureAwait(false);
            views[i] = (await RedactAsync(versions[i], role, identities, cancellationToken).ConfigureAwait(false)).View;
            Note(caller, versions[i], role);
        }

        return views;
    }

    /// <summary>One version redacted for a role, with what was hidden.</summary>
    /// <param name="version">The version.</param>
    /// <param name="role">The role.</param>
    /// <param name="identities">What is known of patients already, where several versions are redacted; null for one alone.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FormatException">The stored bytes are no FHIR JSON any more.</exception>
    public async Task<RedactedRecord> RedactAsync(StoredVersion version, ViewRole role, Dictionary<string, IReadOnlyCollection<string>>? identities, CancellationToken cancellationToken) =>
        RecordView.Redact(version.Body, role, await IdentityAsync(version, identities, cancellationToken).ConfigureAwait(false));

    // Of several records about one patient it is read once.
    private async Task<IReadOnlyCollection<string>> IdentityAsync(StoredVersion version, Dictionary<string, IReadOnlyCollection<string>>? identities, CancellationToken cancellationToken)
    {
        if (identities is null) return await identity.OfAsync(version, cancellationToken).ConfigureAwait(false);
        string patient = identity.PatientOf(version) ?? "";
        if (!identities.TryGetValue(patient, out IReadOnlyCollection<string>? known)) identities[patient] = known = await identity.OfAsync(version, cancellationToken).ConfigureAwait(false);
        return known;
    }

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
