using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Language.Plans;

namespace Consortium.Adapters.Hl7V2.Language.Run;

/// <summary>
/// Sorts the segments of a message into the groups of its map. The order of segments says what belongs to what; brackets of the standard that a
/// sender left out are not missed.
/// </summary>
internal static class Grouping
{
    /// <summary>The group instances in the order in which they begin; the first is the message itself.</summary>
    /// <param name="message">The message.</param>
    /// <param name="plan">Its map.</param>
    /// <param name="stray">Gets the segments that begin a group whose enclosing group is not open: what they belong to is not known.</param>
    public static List<GroupInstance> Sort(Er7Message message, MessagePlan plan, List<Er7Segment> stray)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        var open = new GroupInstance(plan.Groups[0], null, counts);
        var all = new List<GroupInstance> { open };
        foreach (Er7Segment segment in message.Segments)
        {
            open = Place(segment, open, all, counts, out bool found);
            if (!found && Begins(plan, segment.Name)) stray.Add(segment);
            open.Segments.Add(segment);
        }

        return all;
    }

    private static bool Begins(MessagePlan plan, string segment) => Array.Exists(plan.Groups, group => group.Starts.Contains(segment));

    private static GroupInstance Place(Er7Segment segment, GroupInstance innermost, List<GroupInstance> all, Dictionary<string, int> counts, out bool found)
    {
        found = true;
        for (GroupInstance? at = innermost; at is not null; at = at.Parent)
        {
            int start = at.Plan.StartOf(segment.Name);
            if (start > at.LastStart)
            {
                at.LastStart = start;
                return at;
            }

            // What began this group begins the next one, a sibling.
            bool another = start >= 0 || (at.Plan.HasOne(segment.Name) && Has(at, segment.Name));
            if (another)
            {
                if (HasRoom(at.Plan, at.Parent!, all)) return Open(at.Plan, at.Parent!, segment.Name, all, counts);
                continue;
            }

            foreach (GroupPlan child in at.Plan.Children)
            {
                if (child.StartOf(segment.Name) >= 0 && HasRoom(child, at, all)) return Open(child, at, segment.Name, all, counts);
            }

            if (at.Plan.Knows.Contains(segment.Name)) return at;
        }

        found = false;
        return innermost;
    }

    private static bool Has(GroupInstance group, string segment) => group.Segments.Exists(other => other.Name == segment);

    // Two groups that begin with the same segment are told apart by how many there may be of the first: A24 has one person and then the other.
    private static bool HasRoom(GroupPlan plan, GroupInstance parent, List<GroupInstance> all)
    {
        if (plan.Max == 0) return true;
        int count = 0;
        foreach (GroupInstance group in all)
        {
            if (ReferenceEquals(group.Plan, plan) && ReferenceEquals(group.Parent, parent)) count++;
        }

        return count < plan.Max;
    }

    private static GroupInstance Open(GroupPlan plan, GroupInstance parent, string segment, List<GroupInstance> all, Dictionary<string, int> counts)
    {
        var group = new GroupInstance(plan, parent, counts) { LastStart = plan.StartOf(segment) };
        all.Add(group);
        return group;
    }
}
