using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Language.Conditions;
using Consortium.Adapters.Hl7V2.Language.Paths;
using Consortium.Adapters.Hl7V2.Language.Run;

namespace Consortium.Adapters.Hl7V2.Language.Plans;

/// <summary>
/// Rows without <c>from</c> that stand together in a map and make one element: <c>category.coding.code</c> with its system and its display. Where nothing else
/// of the map writes to that element and no condition is asked, it is the same in every resource, and is one part for all of them
/// (<see cref="DraftNode.Shared{T}"/>); else, and where somebody asks who made what, the rows run one by one.
/// </summary>
internal sealed class FixedRows
{
    private readonly RowPlan[] _rows;
    private readonly PathNode? _awaited;
    private readonly string _name = "";
    private readonly DraftNode? _part;

    private FixedRows(RowPlan[] rows, PathNode? top)
    {
        _rows = rows;
        if (top is null) return;
        _awaited = rows[0].Awaited;
        _name = top.Name;
        _part = DraftNode.Shared(Build(rows, top));
    }

    /// <summary>The rows of a map, those that make one element together.</summary>
    /// <param name="rows">All rows of the map.</param>
    public static FixedRows[] Of(IReadOnlyList<RowPlan> rows)
    {
        var groups = new List<FixedRows>();
        RowPlan[] left = [.. rows.Where(row => row.From is null)];
        for (int at = 0, count; at < left.Length; at += count)
        {
            PathNode? top = Top(left[at]);
            count = 1;
            while (top is not null && at + count < left.Length && left[at + count].Awaited == left[at].Awaited && Top(left[at + count]) == top) count++;
            RowPlan[] together = left[at..(at + count)];
            groups.Add(new FixedRows(together, top is not null && IsTheirs(top, together, rows) ? top : null));
        }

        return [.. groups];
    }

    /// <summary>Runs the rows.</summary>
    public void Run(Frame frame, Scope scope)
    {
        if (_part is null || frame.Run.Trace is not null)
        {
            OneByOne(frame, scope);
        }
        else if (_awaited is null)
        {
            if (frame.Root.ContainsKey(_name)) OneByOne(frame, scope);
            else frame.Root.With(_name, _part);
        }
        else if (frame.Has(_awaited))
        {
            List<Made> found = frame.Run.RentList();
            frame.Each(_awaited, default, null, found);
            bool isFree = true;
            foreach (Made made in found) isFree &= !made.Object.ContainsKey(_name);
            if (isFree)
            {
                foreach (Made made in found) made.Object.With(_name, _part);
            }
            else
            {
                OneByOne(frame, scope);
            }

            frame.Run.ReturnList(found);
        }
    }

    private void OneByOne(Frame frame, Scope scope)
    {
        foreach (RowPlan row in _rows) row.RunFixed(frame, scope);
    }

    // The step below the target, or below the element that the row waits for, through which the row writes; null where the row may not be run ahead.
    private static PathNode? Top(RowPlan row)
    {
        if (row.When is not null || row.Fixed is null || (row.Broadcasts && row.Awaited is null)) return null;
        PathNode? anchor = row.Broadcasts ? row.Awaited : null;
        PathNode? top = null;
        for (PathNode node = row.To.Container; !(anchor is null ? node.Parent is null : ReferenceEquals(node, anchor)); node = node.Parent)
        {
            if (node.Label is not null || node.Url is not null || node.IsResource || node.Parent is null) return null;
            top = node;
        }

        return top;
    }

    private static bool IsTheirs(PathNode top, RowPlan[] own, IReadOnlyList<RowPlan> all)
    {
        foreach (RowPlan row in all)
        {
            if (own.Contains(row)) continue;
            if (ReferenceEquals(row.To.Container, top.Parent) && row.To.Name == top.Name) return false;
            for (PathNode? node = row.To.LeafNode ?? row.To.Container; node is not null; node = node.Parent)
            {
                if (ReferenceEquals(node.Parent, top.Parent) && node.Name == top.Name) return false;
            }
        }

        return true;
    }

    // As the rows would write it into an object that has nothing of it.
    private static DraftNode Build(RowPlan[] rows, PathNode top)
    {
        var anchor = new DraftObject();
        foreach (RowPlan row in rows)
        {
            DraftObject container = Within(anchor, row.To.Container, top);
            if (row.To.Repeats)
            {
                if (container[row.To.Name] is not DraftArray array || !array.Has(row.Fixed)) container.Append(row.To.Name, row.Fixed);
            }
            else if (!container.ContainsKey(row.To.Name))
            {
                container[row.To.Name] = row.Fixed;
            }
        }

        DraftNode part = anchor[top.Name]!;
        anchor.Remove(top.Name);
        return part;
    }

    private static DraftObject Within(DraftObject anchor, PathNode node, PathNode top)
    {
        DraftObject parent = ReferenceEquals(node, top) ? anchor : Within(anchor, node.Parent!, top);
        DraftNode? there = parent[node.Name];
        if (there is not null) return (node.IsArray ? there[0]! : there).AsObject();
        var made = new DraftObject();
        parent[node.Name] = node.IsArray ? new DraftArray(made) : made;
        return (node.IsArray ? parent[node.Name]![0]! : parent[node.Name]!).AsObject();
    }
}
