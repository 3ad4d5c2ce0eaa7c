using Consortium.Fhir;
using Consortium.FhirFacade.Rest;
using Consortium.FhirFacade.Search;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.Export;

/// <summary>
/// Whose records an export gives: the patients of a group as it is at the kick-off, of the groups that are members of it too. A member that is inactive, or whose
/// period is over, is none any more.
/// </summary>
internal sealed class ExportMembers(RecordQueries records, FacadeOptions options, TimeProvider time)
{
    /// <summary>More groups within groups are told of and left out.</summary>
    private const int MostGroups = 100;

    /// <summary>The patients of a group, those of them that are asked for, and what cannot be given.</summary>
    /// <exception cref="FhirException">404, 410: there is no such group. 422: it describes its members instead of listing them.</exception>
    public async Task<(IReadOnlyCollection<string> Patients, IReadOnlyList<string> Problems)> OfGroupAsync(string group, string[]? asked, CancellationToken cancellationToken)
    {
        StoredVersion stored = await records.CurrentAsync("Group", group, cancellationToken).ConfigureAwait(false) ?? throw FhirException.NotFound("Group", group);
        if (stored.Deleted) throw FhirException.Gone("Group", group);
        if (FhirDocument.Parse(stored.Body).Root.Child("actual").Value == "false")
        {
            throw new FhirException(422, "not-supported", "The group describes its members (actual is false) and does not list them; an export needs a list.", "Group.actual");
        }

        var found = new HashSet<string>(StringComparer.Ordinal);
        List<string> problems = [];
        await AddAsync(stored, found, [group], problems, cancellationToken).ConfigureAwait(false);
        if (asked is not null)
        {
            foreach (string id in asked.Where(id => !found.Contains(id))) problems.Add($"Patient/{id} is no member of the group and is left out.");
            found.IntersectWith(asked);
        }

        return (await StoredAsync(found, problems, cancellationToken).ConfigureAwait(false), problems);
    }

    /// <summary>Those of the patients that are asked for that the store has, and what cannot be given.</summary>
    public async Task<(IReadOnlyCollection<string> Patients, IReadOnlyList<string> Problems)> OfPatientsAsync(string[] asked, CancellationToken cancellationToken)
    {
        List<string> problems = [];
        return (await StoredAsync(asked, problems, cancellationToken).ConfigureAwait(false), problems);
    }

    private async Task<IReadOnlyCollection<string>> StoredAsync(IReadOnlyCollection<string> ids, List<string> problems, CancellationToken cancellationToken)
    {
        IReadOnlySet<string> stored = await records.LiveAsync("Patient", ids, cancellationToken).ConfigureAwait(false);
        problems.AddRange(ids.Where(id => !stored.Contains(id)).Order(StringComparer.Ordinal).Select(id => $"Patient/{id} is not stored here; there is nothing of it in the export."));
        return [.. ids.Where(stored.Contains)];
    }

    private async Task AddAsync(StoredVersion group, HashSet<string> found, HashSet<string> seen, List<string> problems, CancellationToken cancellationToken)
    {
        foreach (FhirNode member in FhirDocument.Parse(group.Body).Root.ChildrenNamed("member"))
        {
            if (member.Child("inactive").Value == "true" || IsOver(member.Child("period").Child("end").Value)) continue;
            string? reference = member.Child("entity").Child("reference").Value;
            if (reference is null || !LocalReference.TryParse(reference, options.BaseUrl, out RecordKey key))
            {
                problems.Add($"Group/{group.Id} has a member that does not refer to a resource of this server; it is left out.");
            }
            else if (key.Type == "Patient")
            {
                found.Add(key.Id);
            }
            else if (key.Type == "Group" && seen.Add(key.Id))
            {
                StoredVersion? inner = seen.Count <= MostGroups ? await records.CurrentAsync("Group", key.Id, cancellationToken).ConfigureAwait(false) : null;
                if (inner is { Deleted: false }) await AddAsync(inner, found, seen, problems, cancellationToken).ConfigureAwait(false);
                else problems.Add($"Group/{key.Id}, a member of Group/{group.Id}, is not stored here, or is one group too many; its members are left out.");
            }
        }
    }

    private bool IsOver(string? end) => end is not null && Search.Indexing.DateInterval.TryRead(end, out _, out long over) && over <= time.GetUtcNow().ToUnixTimeMilliseconds();
}
