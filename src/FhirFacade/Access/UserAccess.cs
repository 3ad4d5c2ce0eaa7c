using System.Data.Common;
using System.Text.Json;
using Consortium.Fhir;
using Consortium.FhirFacade.Access.Oidc;
using Consortium.FhirFacade.Access.Smart;
using Consortium.FhirFacade.AuditTrail;
using Consortium.FhirFacade.Rest;
using Consortium.FhirFacade.Search.Custom;
using Consortium.FhirFacade.Search.Indexing;
using Consortium.FhirFacade.Search.Query;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.Access;

/// <summary>
/// What a user of the hospital may see and change of the store: what the scopes are about, without what is labelled restricted unless the user may see that.
/// The same for every interaction; in searches as conditions, so that counts and pages tell nothing of the rest.
/// </summary>
internal sealed class UserAccess(SearchCatalogs catalogs, RecordQueries records, RestrictedRecords restricted, PatientIdentity identity, FacadeOptions options)
{
    private ResourceIndexer Indexer => catalogs.Current.Indexer;

    /// <summary>Which of the versions exist for a user.</summary>
    /// <param name="caller">The caller, a user.</param>
    /// <param name="versions">The versions.</param>
    /// <param name="transaction">The write transaction to look in; null outside of one.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<bool[]> MaySeeAsync(Caller caller, IReadOnlyList<StoredVersion> versions, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        UserRights user = caller.User!;
        bool[] may = new bool[versions.Count];
        var looks = new Look?[versions.Count];
        var labels = new HashSet<RecordKey>();
        for (int i = 0; i < may.Length; i++)
        {
            ScopeGrant[] grants = [.. user.For(versions[i].Type, Permissions.Read), .. user.For(versions[i].Type, Permissions.Search)];
            if (grants.Length == 0 || await LookAsync(versions[i], transaction, cancellationToken).ConfigureAwait(false) is not { } look) continue;
            may[i] = IsWithin(grants, look);
            if (!may[i] || caller.SeesRestricted || versions[i].Type == "AuditEvent") continue; // the trail tells of restricted patients too, and nothing of what is theirs
            looks[i] = look;
            labels.UnionWith(look.Labelled);
        }

        if (labels.Count == 0) return may;
        IReadOnlySet<RecordKey> hidden = await restricted.AmongAsync(labels, transaction, cancellationToken).ConfigureAwait(false);
        for (int i = 0; i < may.Length; i++)
        {
            if (looks[i] is { } look) may[i] = !Confidentiality.IsRestricted(look.Rows) && !look.Labelled.Any(hidden.Contains);
        }

        return may;
    }

    /// <summary>What stands beside the writes of a caller: asks whether it may, and notes what it wrote. Null where there is nothing to do.</summary>
    public WriteWatch? WatchOf(Caller caller, CancellationToken cancellationToken) => caller is { User: null, Log: null } ? null : new WriteWatch(
        caller.User is null ? null : (write, head, transaction) => RequireWriteAsync(caller, write, head, transaction, cancellationToken),
        caller.Log is null ? null : (write, before, result) => Note(caller.Log, write, before, result));

    private void Note(AccessLog log, ResourceWrite write, byte[]? before, WriteResult result)
    {
        if (result.Outcome == WriteOutcome.NothingToDelete) return;
        byte[]? content = write.Mode == WriteMode.Delete ? before : result.Body;
        log.Write(new Touched(result.Type, result.Id, result.Version, content is null ? null : identity.PatientOf(result.Type, result.Id, content), null));
    }

    /// <summary>Refuses a write that the scopes do not allow, or to a record that the user may not see.</summary>
    /// <exception cref="FhirException">403, the same whether the record is there or not allowed.</exception>
    private async Task RequireWriteAsync(Caller caller, ResourceWrite write, Head head, DbTransaction transaction, CancellationToken cancellationToken)
    {
        Permissions needed = write.Mode switch
        {
            WriteMode.Delete => Permissions.Delete,
            WriteMode.Update => Permissions.Update, // what an update creates, the update scope allows
            _ => Permissions.Create,
        };
        ScopeGrant[] grants = [.. caller.User!.For(write.Type, needed)];
        if (grants.Length == 0) throw RouteScopes.Missing(write.Type, needed);
        if (write is { Type: "Subscription", Content: { } subscription }) RequireCriteria(caller.User, subscription.Bytes);
        if (head is { IsLive: true, Body: { } body }) await RequireChangeAsync(caller, grants, needed, new RecordKey(write.Type, write.Id), body, transaction, cancellationToken).ConfigureAwait(false);
        if (write.Content is { } content && !IsWithin(grants, Look.At(Indexer, write.Type, write.Id, content.Bytes))) throw RouteScopes.Missing(write.Type, needed);
    }

    /// <summary>A Subscription tells of all resources that match, whosever they are: it takes a user whose scopes are about all of the type.</summary>
    private static void RequireCriteria(UserRights user, ReadOnlyMemory<byte> subscription)
    {
        const Permissions needed = Permissions.Read | Permissions.Search;
        using JsonDocument json = JsonDocument.Parse(subscription);
        string criteria = json.RootElement.TryGetProperty("criteria", out JsonElement text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "";
        string type = criteria.Split('?')[0];
        if (!user.For(type, needed).Any(grant => grant.IsWhole)) throw Challenge.Scope($"system/{(FhirR4.IsResourceType(type) ? type : "*")}.rs", $"user/{(FhirR4.IsResourceType(type) ? type : "*")}.rs");
    }

    /// <summary>Refuses a change of what stands there now, before anything of it is looked at.</summary>
    public Task RequireChangeAsync(Caller caller, StoredVersion current, DbTransaction transaction, CancellationToken cancellationToken) => caller.User is not { } user
        ? Task.CompletedTask
        : RequireChangeAsync(caller, [.. user.For(current.Type, Permissions.Update)], Permissions.Update, new RecordKey(current.Type, current.Id), current.Body, transaction, cancellationToken);

    private async Task RequireChangeAsync(Caller caller, ScopeGrant[] grants, Permissions needed, RecordKey key, byte[] body, DbTransaction transaction, CancellationToken cancellationToken)
    {
        Look look = Look.At(Indexer, key.Type, key.Id, body);
        if (!IsWithin(grants, look)) throw RouteScopes.Missing(key.Type, needed);
        if (caller.SeesRestricted) return;
        if (Confidentiality.IsRestricted(look.Rows) || (await restricted.AmongAsync(look.Labelled, transaction, cancellationToken).ConfigureAwait(false)).Count > 0)
        {
            throw FhirException.Forbidden($"This user may not change {key.Type}/{key.Id}.");
        }
    }

    private bool IsWithin(IEnumerable<ScopeGrant> grants, Look look) => grants.Any(grant =>
        (grant.Patient is not { } patient
            || (PatientRecords.IsAboutNobody(look.Key.Type) && (grant.Permissions & (Permissions.Read | Permissions.Search)) != 0 && !look.IsWrite)
            || PatientRecords.Has(look.Key.Type, look.Key.Id, look.Rows, look.Body, patient, options.BaseUrl))
        && grant.Holds.All(condition => ConditionOnRows.Holds(condition, look.Key.Id, look.Rows)));

    // A deletion tells nothing of what was deleted: the version before it does.
    private async Task<Look?> LookAsync(StoredVersion version, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        StoredVersion? content = version;
        while (content is { Deleted: true }) content = await records.VersionAsync(content.Type, content.Id, content.Version - 1, cancellationToken, transaction).ConfigureAwait(false);
        return content is null ? null : Look.At(Indexer, content.Type, content.Id, content.Body) with { IsWrite = false };
    }

    /// <summary>A resource as its rights are decided.</summary>
    private sealed record Look(RecordKey Key, ReadOnlyMemory<byte> Body, IndexRows Rows)
    {
        public bool IsWrite { get; init; } = true;

        /// <summary>Whose labels count: its own and those of the patients whom it refers to.</summary>
        public IReadOnlyCollection<RecordKey> Labelled { get; } =
            [Key, .. Rows.References.Where(row => row.TargetType == "Patient").Select(row => new RecordKey(row.TargetType, row.TargetId)).Distinct()];

        public static Look At(ResourceIndexer indexer, string type, string id, ReadOnlyMemory<byte> body) => new(new RecordKey(type, id), body, indexer.Index(type, body, alsoShared: true));
    }
}
