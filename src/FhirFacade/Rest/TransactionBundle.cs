using Consortium.Fhir;
using Consortium.FhirFacade.Access;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.Rest;

/// <summary>
/// A transaction (FHIR R4 http.html#transaction): all of it or nothing. Deletions come first; then conditions are decided, ids assigned and references
/// rewritten, and all is written; entries that refer to what the others have become (conditional and version-specific references) come after those; reads see the result.
/// </summary>
internal sealed class TransactionBundle(
    ConditionMatch match, ConditionalInteractions conditional, PatchInteraction patch, ReadInteractions read, RecordQueries records, WriteAnswers answers, RecordAccess access, FacadeOptions options)
{
    /// <summary>Runs the plan in one transaction of the store.</summary>
    /// <returns>The answers by entry; null for those that are answered later.</returns>
    /// <exception cref="FhirException">With the place of the entry; nothing was changed.</exception>
    public async Task<FhirResponse?[]> RunAsync(TransactionPlan plan, StoreTransaction transaction, FhirRequest request, CancellationToken cancellationToken)
    {
        var run = new Run(plan, transaction, request, answers);
        await LockAsync(plan, transaction).ConfigureAwait(false);
        await DeleteAsync(run, cancellationToken).ConfigureAwait(false);
        var writes = new List<PendingWrite>();
        foreach (PlannedEntry one in plan.Entries.Where(one => one.Entry.Order is 1 or 2).OrderBy(one => one.Entry.Order))
        {
            if (await AtAsync(one, () => DecideAsync(run, one, cancellationToken)).ConfigureAwait(false) is { } write) writes.Add(write);
        }

        RequireDistinct(run.Changed);
        var references = new TransactionReferences(plan, run.Ids, options.BaseUrl);
        await WriteAsync(run, writes, references, cancellationToken).ConfigureAwait(false);
        foreach (PlannedEntry one in plan.Entries.Where(one => one is { Entry.Order: 3, IsLater: false }))
        {
            run.Responses[one.Entry.Index] = await AtAsync(one, async () =>
            {
                FhirResponse found = await read.CurrentWithinAsync(request.Caller, one.Type, one.Id!, transaction, cancellationToken).ConfigureAwait(false);
                return one.Entry.Method == "HEAD" ? found with { Body = null } : found;
            }).ConfigureAwait(false);
        }

        return run.Responses;
    }

    /// <summary>http.html#trules: no two entries change one resource.</summary>
    /// <exception cref="FhirException">400.</exception>
    public static void RequireDistinct(IEnumerable<(RecordKey Key, BundleEntry Entry)> changes)
    {
        var seen = new HashSet<RecordKey>();
        foreach ((RecordKey key, BundleEntry entry) in changes)
        {
            if (!seen.Add(key)) throw FhirException.BadRequest("duplicate", "The transaction changes one resource twice.", entry.At);
        }
    }

    // Conditions and resources are held from the start and in order, so that two transactions never wait for each other.
    private static async Task LockAsync(TransactionPlan plan, StoreTransaction transaction)
    {
        foreach (string name in plan.Entries.Select(one => one.Condition?.Name).OfType<string>().Distinct().Order(StringComparer.Ordinal)) await transaction.LockNameAsync(name).ConfigureAwait(false);
        bool inSteps = plan.Entries.Any(one => one.Patch is not null || one.Condition is not null) || plan.Entries.Select(one => one.Entry.Order).Where(order => order < 3).Distinct().Count() > 1;
        if (inSteps) await transaction.LockAsync(plan.Entries.Where(one => one.Entry.Order < 3 && one.Id is not null).Select(one => new RecordKey(one.Type, one.Id!)).Distinct()).ConfigureAwait(false);
    }

    private async Task DeleteAsync(Run run, CancellationToken cancellationToken)
    {
        List<PendingWrite> deletes = [];
        foreach (PlannedEntry one in run.Plan.Entries.Where(one => one.Entry.Order == 0))
        {
            string? id = one.Id ?? await AtAsync(one, () => match.FindAsync(one.Condition!, run.Transaction, cancellationToken)).ConfigureAwait(false);
            if (id is null)
            {
                run.Responses[one.Entry.Index] = answers.Of(new WriteResult(one.Type, "", 0, 0, WriteOutcome.NothingToDelete), run.Prefer(one.Type));
                continue;
            }

            run.Changed.Add((new RecordKey(one.Type, id), one.Entry));
            deletes.Add(new PendingWrite(one, new ResourceWrite(one.Type, id, WriteMode.Delete) { IfMatch = Tag(one), IfExists = VersionTag.IsAny(one.Entry.IfMatch) }, []));
        }

        RequireDistinct(run.Changed);
        await run.ApplyAsync(deletes).ConfigureAwait(false);
    }

    /// <summary>What an entry writes, and under which id; null where it writes nothing.</summary>
    private async Task<PendingWrite?> DecideAsync(Run run, PlannedEntry one, CancellationToken cancellationToken)
    {
        string? found = one.Condition is { } condition ? await match.FindAsync(condition, run.Transaction, cancellationToken).ConfigureAwait(false) : null;
        ResourceWrite write;
        FhirDocument? document = one.Document;
        if (one.Patch is { } change)
        {
            string id = one.Id ?? found ?? throw new FhirException(404, "not-found", $"The condition matches no {one.Type}; there is nothing to patch.");
            write = await patch.WriteAsync(run.Caller, one.Type, id, change, one.Entry.IfMatch, run.Transaction, cancellationToken).ConfigureAwait(false);
            document = write.Content!.Document;
        }
        else if (one.Entry.Method == "PUT")
        {
            write = one.Id is { } id
                ? new ResourceWrite(one.Type, id, WriteMode.Update) { Content = one.Content }
                : await conditional.WriteAsync(one.Type, one.Content!, found, run.Transaction, cancellationToken).ConfigureAwait(false);
            write = write with
            {
                IfMatch = Tag(one), IfExists = VersionTag.IsAny(one.Entry.IfMatch), IfNoneExists = write.IfNoneExists || VersionTag.IsAny(one.Entry.IfNoneMatch),
                IfNoneMatch = VersionTag.IfNoneMatch(one.Entry.IfNoneMatch),
            };
        }
        else if (found is not null)
        {
            StoredVersion existing = (await records.CurrentAsync(one.Type, found, cancellationToken, run.Transaction.Transaction).ConfigureAwait(false))!;
            access.Note(run.Caller, existing, null);
            run.Responses[one.Entry.Index] = answers.Existing(existing, run.Prefer(one.Type));
            run.Ids[one.Entry.Index] = found;
            run.Versions[one.Entry.Index] = existing.Version;
            return null;
        }
        else
        {
            // Two conditional creates of one Bundle on the same condition make one resource, as they would one after the other.
            if (one.Condition is { } own && !run.Conditions.TryAdd(own.Name, one.Entry.Index)) throw FhirException.BadRequest("duplicate", "Two entries create under the same condition.");
            write = new ResourceWrite(one.Type, ResourceContent.NewId(), WriteMode.Create) { Content = one.Content };
        }

        run.Ids[one.Entry.Index] = write.Id;
        run.Changed.Add((new RecordKey(one.Type, write.Id), one.Entry));
        return new PendingWrite(one, write, TransactionReferences.Links(document!));
    }

    /// <summary>Writes what refers to nothing that is still to come, until all is written.</summary>
    private async Task WriteAsync(Run run, List<PendingWrite> pending, TransactionReferences references, CancellationToken cancellationToken)
    {
        var conditions = new Dictionary<string, string>(StringComparer.Ordinal);
        bool last = false;
        while (pending.Count > 0)
        {
            List<PendingWrite> ready = [], waiting = [];
            foreach (PendingWrite one in pending)
            {
                bool isReady = await AtAsync(one.Planned, async () =>
                {
                    ReferenceNeeds needs = references.Needs(one.Planned, one.Links, run.Versions);
                    bool first = run.IsFirst && (needs.Conditions.Count > 0 || needs.IsWaiting);
                    if (first || (needs.IsWaiting && !last)) return false;
                    if (needs.IsWaiting) throw FhirException.BadRequest("processing", "Version-specific references of the transaction go round in a circle, so that no version can be given first.");
                    foreach (string reference in needs.Conditions)
                    {
                        if (conditions.ContainsKey(reference)) continue;
                        if (await ResolveAsync(run.Caller, reference, last, run.Transaction, cancellationToken).ConfigureAwait(false) is not { } target) return false;
                        conditions[reference] = target;
                    }

                    return true;
                }).ConfigureAwait(false);
                (isReady ? ready : waiting).Add(one);
            }

            // Where nothing moves any more, what is left is told why: a condition that matches nothing.
            last = ready.Count == 0 && !run.IsFirst;
            await run.ApplyAsync([.. ready.Select(one => one with { Write = one.Write with { Content = references.Rewrite(one.Planned, one.Write.Content!, one.Links, conditions, run.Versions) } })]).ConfigureAwait(false);
            run.IsFirst = false;
            pending = waiting;
        }
    }

    /// <summary>The one resource that a conditional reference means; null where it means none yet.</summary>
    private async Task<string?> ResolveAsync(Caller caller, string reference, bool last, StoreTransaction transaction, CancellationToken cancellationToken)
    {
        int mark = reference.IndexOf('?', StringComparison.Ordinal);
        string type = reference[..mark];
        if (!FhirR4.IsResourceType(type)) throw FhirException.BadRequest("value", "A conditional reference begins with a resource type.");
        string? id = await match.SeeAsync(match.Read(caller, type, reference[mark..]), transaction, cancellationToken).ConfigureAwait(false);
        if (id is not null) return $"{type}/{id}";
        return last ? throw new FhirException(412, "not-found", $"A conditional reference to {type} matches nothing; it must match one.") : null;
    }

    private static IReadOnlyList<long>? Tag(PlannedEntry one) => VersionTag.IfMatch(one.Entry.IfMatch);

    private static async Task<T> AtAsync<T>(PlannedEntry one, Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (FhirException e)
        {
            throw e.At(one.Entry.At);
        }
        catch (PreconditionException e)
        {
            throw new FhirException(412, "conflict", e.Message, one.Entry.At);
        }
    }

    private sealed record PendingWrite(PlannedEntry Planned, ResourceWrite Write, IReadOnlyList<Link> Links);

    /// <summary>What is known while the transaction runs; a transaction that is run again starts with a new one.</summary>
    private sealed class Run(TransactionPlan plan, StoreTransaction transaction, FhirRequest request, WriteAnswers answers)
    {
        public TransactionPlan Plan => plan;

        public StoreTransaction Transaction => transaction;

        public Caller Caller => request.Caller;

        /// <summary>What a write of a type answers with: who may not read the type gets no content.</summary>
        public ReturnPreference Prefer(string type) => request.Caller.Answered(type, request.Prefer.Return);

        public FhirResponse?[] Responses { get; } = new FhirResponse?[plan.Entries.Count];

        /// <summary>The id of each entry's resource.</summary>
        public Dictionary<int, string> Ids { get; } = [];

        /// <summary>The version of each entry's resource, once it is written.</summary>
        public Dictionary<int, long> Versions { get; } = [];

        public List<(RecordKey Key, BundleEntry Entry)> Changed { get; } = [];

        public Dictionary<string, int> Conditions { get; } = new(StringComparer.Ordinal);

        public bool IsFirst { get; set; } = true;

        public async Task ApplyAsync(IReadOnlyList<PendingWrite> writes)
        {
            if (writes.Count == 0) return;
            IReadOnlyList<WriteResult> results;
            try
            {
                results = await transaction.ApplyAsync([.. writes.Select(one => one.Write)]).ConfigureAwait(false);
            }
            catch (PreconditionException e)
            {
                BundleEntry entry = writes.First(one => one.Write.Type == e.Key.Type && one.Write.Id == e.Key.Id).Planned.Entry;
                throw new FhirException(412, "conflict", e.Message, entry.At);
            }

            for (int i = 0; i < writes.Count; i++)
            {
                int index = writes[i].Planned.Entry.Index;
                Responses[index] = answers.Of(results[i], Prefer(results[i].Type));
                Versions[index] = results[i].Version;
            }
        }
    }
}
