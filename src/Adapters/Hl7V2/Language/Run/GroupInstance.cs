using System.Text.Json.Nodes;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Language.Conditions;
using Consortium.Adapters.Hl7V2.Language.Identities;
using Consortium.Adapters.Hl7V2.Language.Plans;

namespace Consortium.Adapters.Hl7V2.Language.Run;

/// <summary>A resource on its way.</summary>
internal sealed class NamedResource(string type, string id, JsonObject json, MakePlan entry, Er7Segment segment)
{
    public string Type { get; } = type;

    public string Id { get; } = id;

    public JsonObject Json { get; } = json;

    public MakePlan Entry { get; } = entry;

    public Er7Segment Segment { get; } = segment;

    /// <summary>True as soon as the message said something of it.</summary>
    public bool HasData { get; set; }
}

/// <summary>A group as it stands in a message: its segments, and the resources made of them by name.</summary>
internal sealed class GroupInstance(GroupPlan plan, GroupInstance? parent, Dictionary<string, int> counts) : ISegmentFinder, IResourceNames
{
    private readonly List<(string Name, NamedResource Resource)> _resources = [];

    public GroupPlan Plan { get; } = plan;

    public GroupInstance? Parent { get; } = parent;

    public List<Er7Segment> Segments { get; } = [];

    /// <summary>The last of <see cref="GroupPlan.Starts"/> that is there; -1 before any.</summary>
    public int LastStart { get; set; } = -1;

    /// <inheritdoc/>
    public Er7Segment? Find(string name)
    {
        for (GroupInstance? at = this; at is not null; at = at.Parent)
        {
            foreach (Er7Segment segment in at.Segments)
            {
                if (segment.Name == name) return segment;
            }
        }

        return null;
    }

    /// <summary>Says that a resource was made here; the enclosing groups know it too.</summary>
    public void Add(string name, NamedResource resource)
    {
        for (GroupInstance? at = this; at is not null; at = at.Parent) at._resources.Add((name, resource));
    }

    /// <summary>
    /// The resources of a name in the nearest group that has any; those that came to nothing left out where asked. Where a group makes resources of
    /// that name and this instance made none, there is none: a note under a result that is a document is not one on another result.
    /// </summary>
    public List<NamedResource> All(string name, bool withData)
    {
        var found = new List<NamedResource>();
        for (GroupInstance? at = this; at is not null && found.Count == 0; at = at.Plan.Makes.Contains(name) ? null : at.Parent)
        {
            foreach ((string known, NamedResource resource) in at._resources)
            {
                if (known == name && (!withData || resource.HasData)) found.Add(resource);
            }
        }

        return found;
    }

    /// <inheritdoc/>
    public string? IdOf(string name) => All(name, withData: false) is [{ } only] ? only.Id : null;

    /// <inheritdoc/>
    public int Count(string key) => counts[key] = counts.GetValueOrDefault(key) + 1;
}
