using Consortium.Adapters.Hl7V2.Language.Conditions;
using Consortium.Adapters.Hl7V2.Language.Identities;
using Consortium.Adapters.Hl7V2.Language.Model;
using Consortium.Adapters.Hl7V2.Language.Paths;
using Consortium.Messaging;

namespace Consortium.Adapters.Hl7V2.Language.Plans;

/// <summary>A group of segments. The first group is the message itself.</summary>
/// <param name="number">Its number in the message map.</param>
/// <param name="name">Its name; empty for the message.</param>
/// <param name="parent">The enclosing group, the first of them where it may stand in several; null for the message.</param>
/// <param name="starts">The segments that it may begin with, in their order.</param>
/// <param name="one">Further segments of which it has one.</param>
/// <param name="max">How many of it there may be in what it stands in; 0 for any number.</param>
internal sealed class GroupPlan(int number, string name, GroupPlan? parent, string[] starts, string[] one, int max)
{
    private readonly Dictionary<string, MakePlan[]> _entries = new(StringComparer.Ordinal);

    public int Number { get; } = number;

    public string Name { get; } = name;

    public GroupPlan? Parent { get; } = parent;

    public string[] Starts { get; } = [.. starts.Select(string.Intern)];

    public string[] One { get; } = [.. one.Select(string.Intern)];

    public int Max { get; } = max;

    /// <summary>The segments that belong to it.</summary>
    public HashSet<string> Knows { get; } = new([.. starts, .. one], StringComparer.Ordinal);

    /// <summary>The names of the resources that its segments make, and those of the groups within it.</summary>
    public HashSet<string> Makes { get; } = new(StringComparer.Ordinal);

    /// <summary>The groups within it.</summary>
    public List<GroupPlan> Children { get; } = [];

    /// <summary>Where a segment's name, as the reader of messages gives it, stands in <see cref="Starts"/>; -1 where it does not.</summary>
    public int StartOf(string segment) => IndexOf(Starts, segment);

    /// <summary>True where a segment's name, as the reader of messages gives it, stands in <see cref="One"/>.</summary>
    public bool HasOne(string segment) => IndexOf(One, segment) >= 0;

    private static int IndexOf(string[] names, string name)
    {
        for (int i = 0; i < names.Length; i++)
        {
            if (ReferenceEquals(names[i], name)) return i;
        }

        return -1;
    }

    /// <summary>The entries for a segment of this group, in the order of the map.</summary>
    public MakePlan[] EntriesOf(string segment) => _entries.GetValueOrDefault(segment, []);

    /// <summary>Adds an entry.</summary>
    public void Add(MakePlan entry) => _entries[entry.Segment] = [.. EntriesOf(entry.Segment), entry];
}

/// <summary>A reference between two resources.</summary>
/// <param name="Owner">The name of the resource that refers; null for the entry's own.</param>
/// <param name="Path">The Reference.</param>
/// <param name="Name">The name of the resource that is referred to.</param>
/// <param name="IsOptional">True where it may be missing, or not be just one.</param>
/// <param name="At">Where it stands.</param>
/// <param name="Label">The element of the entry's own map that the reference stands in, by its label; null for none.</param>
internal sealed record ReferencePlan(string? Owner, TargetPath Path, string Name, bool IsOptional, MapText At, PathNode? Label);

/// <summary>A compiled entry of <c>make</c>.</summary>
internal sealed class MakePlan
{
    /// <summary>Its number in the map, from 0.</summary>
    public required int Number { get; init; }

    public required MapText At { get; init; }

    public required GroupPlan Group { get; init; }

    public required string Segment { get; init; }

    /// <summary>The type of the resource that it makes; null where it writes into one.</summary>
    public required string? Resource { get; init; }

    /// <summary>The name of the resource made or written into.</summary>
    public required string Name { get; init; }

    /// <summary>The segment map; null for references only.</summary>
    public required RowMapPlan? Map { get; init; }

    /// <summary>How it is identified; null where every message makes a new one.</summary>
    public required IdentityRule? Identity { get; init; }

    /// <summary>What it is identified by, for words to a person.</summary>
    public required string IdentityText { get; init; }

    public required ApplyMode Apply { get; init; }

    public required bool Required { get; init; }

    public required Condition? When { get; init; }

    /// <summary>The condition as the map has it, for words to a person; null where there is none.</summary>
    public required string? WhenText { get; init; }

    /// <summary>True where it writes into every resource of the name.</summary>
    public required bool Each { get; init; }

    /// <summary>The resource that this one must not be, or without which the message is refused; null for none.</summary>
    public required string? Unless { get; init; }

    /// <summary>The resource that must have been made; null for none.</summary>
    public required string? Needs { get; init; }

    /// <summary>The reason for which the message is rejected where the entry applies; null where it makes or fills something.</summary>
    public required string? Refuse { get; init; }

    public required ReferencePlan[] References
    {
        get;
        init
        {
            field = value;
            KeepsFrame = Array.Exists(value, static reference => reference.Label is not null);
        }
    }

    /// <summary>True where a reference stands among what the map has made.</summary>
    public bool KeepsFrame { get; private init; }
}

/// <summary>A compiled message map.</summary>
internal sealed class MessagePlan
{
    /// <summary>A map of these entries.</summary>
    public MessagePlan(string name, GroupPlan[] groups, MakePlan[] make)
    {
        Name = name;
        Groups = groups;
        Make = make;
        MappedSegments = new HashSet<string>(make.Select(entry => entry.Segment), StringComparer.Ordinal);
        foreach (MakePlan entry in make) entry.Group.Add(entry);
    }

    /// <summary>The message structure: <c>ORU_R01</c>.</summary>
    public string Name { get; }

    /// <summary>Its groups, the message itself first.</summary>
    public GroupPlan[] Groups { get; }

    /// <summary>Its entries.</summary>
    public MakePlan[] Make { get; }

    /// <summary>The segments that it maps.</summary>
    public HashSet<string> MappedSegments { get; }
}
