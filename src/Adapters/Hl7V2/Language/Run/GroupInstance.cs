using System.Collections;
using System.Runtime.InteropServices;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Language.Conditions;
using Consortium.Adapters.Hl7V2.Language.Identities;
using Consortium.Adapters.Hl7V2.Language.Plans;

namespace Consortium.Adapters.Hl7V2.Language.Run;

/// <summary>A resource on its way.</summary>
internal sealed class NamedResource(string type, string id, DraftObject json, MakePlan entry, Er7Segment segment)
{
    public string Type { get; } = type;

    public string Id { get; } = id;

    /// <summary>How others refer to it.</summary>
    public string Reference => field ??= $"{Type}/{Id}";

    /// <summary>The Reference to it, one part for all who refer to it.</summary>
    public DraftObject SharedReference => field ??= DraftNode.Shared(Element.ReferenceTo(Reference));

    public DraftObject Json { get; } = json;

    public MakePlan Entry { get; } = entry;

    public Er7Segment Segment { get; } = segment;

    /// <summary>True as soon as the message said something of it.</summary>
    public bool HasData { get; set; }

    /// <summary>True where the message was refused for it: there is nothing more to say of it.</summary>
    public bool IsRefused { get; set; }
}

/// <summary>A group as it stands in a message: its segments, and the resources made of them by name.</summary>
internal sealed class GroupInstance(GroupPlan plan, GroupInstance? parent, Dictionary<string, int> counts) : ISegmentFinder, IResourceNames
{
    // A map has few names; of one name there may be thousands, and is mostly one.
    private readonly List<Named> _byName = [];

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
            foreach (Er7Segment segment in CollectionsMarshal.AsSpan(at.Segments))
            {
                if (ReferenceEquals(segment.Name, name)) return segment;
            }
        }

        return null;
    }

    /// <summary>Says that a resource was made here; the enclosing groups know it too.</summary>
    public void Add(string name, NamedResource resource)
    {
        for (GroupInstance? at = this; at is not null; at = at.Parent)
        {
            if (at.Of(name) is { } known) known.Add(resource);
            else at._byName.Add(new Named(name, resource));
        }
    }

    /// <summary>
    /// The one resource of a name in the nearest group that has any; those that came to nothing left out where asked. Where a group makes resources of
    /// that name, itself or within it, and this instance made none, there is none: a note under a result that is a document is not one on another result,
    /// and what stands under an order without its administration is not about the administration of another order.
    /// </summary>
    /// <param name="name">The name.</param>
    /// <param name="withData">True for those only of which the message said something.</param>
    /// <param name="several">True where there are several, none of which is given.</param>
    public NamedResource? Only(string name, bool withData, out bool several)
    {
        several = false;
        for (GroupInstance? at = this; at is not null; at = at.Plan.Makes.Contains(name) ? null : at.Parent)
        {
            NamedResource? found = null;
            Named? named = at.Of(name);
            for (int i = 0; i < (named?.Count ?? 0); i++)
            {
                NamedResource resource = named![i];
                if (withData && !resource.HasData) continue;
                if (found is not null)
                {
                    several = true;
                    return null;
                }

                found = resource;
            }

            if (found is not null) return found;
        }

        return null;
    }

    /// <summary>Every resource of a name, in the nearest group that has any; where <see cref="Only"/> would stop, none.</summary>
    public IReadOnlyList<NamedResource> All(string name)
    {
        for (GroupInstance? at = this; at is not null; at = at.Plan.Makes.Contains(name) ? null : at.Parent)
        {
            if (at.Of(name) is { } found) return found;
        }

        return [];
    }

    /// <inheritdoc/>
    public string? IdOf(string name) => Only(name, withData: false, out _)?.Id;

    /// <inheritdoc/>
    public int Count(string key) => counts[key] = counts.GetValueOrDefault(key) + 1;

    private Named? Of(string name)
    {
        foreach (Named named in _byName)
        {
            if (named.Name == name) return named;
        }

        return null;
    }

    /// <summary>The resources of a name; at least one.</summary>
    private sealed class Named(string name, NamedResource first) : IReadOnlyList<NamedResource>
    {
        private List<NamedResource>? _others;

        public string Name { get; } = name;

        public int Count => 1 + (_others?.Count ?? 0);

        public NamedResource this[int index] => index == 0 ? first : _others![index - 1];

        public void Add(NamedResource resource) => (_others ??= []).Add(resource);

        public IEnumerator<NamedResource> GetEnumerator()
        {
            for (int i = 0; i < Count; i++) yield return this[i];
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
