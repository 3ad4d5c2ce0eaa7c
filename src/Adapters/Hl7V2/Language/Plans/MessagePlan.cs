using Consortium.Adapters.Hl7V2.Language.Conditions;
using Consortium.Adapters.Hl7V2.Language.Identities;
using Consortium.Adapters.Hl7V2.Language.Model;
using Consortium.Adapters.Hl7V2.Language.Paths;
using Consortium.Messaging;

namespace Consortium.Adapters.Hl7V2.Language.Plans;

/// <summary>A group of segments. The first group is the message itself.</summary>
/// <param name="Number">Its number in the message map.</param>
/// <param name="Name">Its name; empty for the message.</param>
/// <param name="Parent">The enclosing group, the first of them where it may stand in several; null for the message.</param>
/// <param name="Starts">The segments that it may begin with, in their order.</param>
/// <param name="One">Further segments of which it has one.</param>
internal sealed record GroupPlan(int Number, string Name, GroupPlan? Parent, string[] Starts, string[] One)
{
    /// <summary>The segments that belong to it.</summary>
    public HashSet<string> Knows { get; } = new([.. Starts, .. One], StringComparer.Ordinal);

    /// <summary>The names of the resources that its segments make.</summary>
    public HashSet<string> Makes { get; } = new(StringComparer.Ordinal);

    /// <summary>The groups within it.</summary>
    public List<GroupPlan> Children { get; } = [];
}

/// <summary>A reference between two resources.</summary>
/// <param name="Owner">The name of the resource that refers; null for the entry's own.</param>
/// <param name="Path">The Reference.</param>
/// <param name="Slots">Nodes of the path.</param>
/// <param name="Name">The name of the resource that is referred to.</param>
/// <param name="IsOptional">True where it may be missing, or not be just one.</param>
/// <param name="At">Where it stands.</param>
internal sealed record ReferencePlan(string? Owner, TargetPath Path, int Slots, string Name, bool IsOptional, MapText At);

/// <summary>A compiled entry of <c>make</c>.</summary>
internal sealed record MakePlan
{
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

    public required ApplyMode Apply { get; init; }

    public required bool Required { get; init; }

    public required Condition? When { get; init; }

    public required ReferencePlan[] References { get; init; }
}

/// <summary>A compiled message map.</summary>
/// <param name="Name">The message structure: <c>ORU_R01</c>.</param>
/// <param name="Groups">Its groups, the message itself first.</param>
/// <param name="Make">Its entries.</param>
internal sealed record MessagePlan(string Name, GroupPlan[] Groups, MakePlan[] Make)
{
    /// <summary>The segments that it maps.</summary>
    public HashSet<string> MappedSegments { get; } = new(Make.Select(make => make.Segment), StringComparer.Ordinal);
}
