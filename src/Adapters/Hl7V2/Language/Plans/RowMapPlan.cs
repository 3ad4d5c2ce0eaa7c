using Consortium.Adapters.Hl7V2.Language.Paths;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Language.Conditions;
using Consortium.Adapters.Hl7V2.Language.Conversions;
using Consortium.Adapters.Hl7V2.Language.Identities;
using Consortium.Adapters.Hl7V2.Language.Model;
using Consortium.Adapters.Hl7V2.Language.Run;
using Consortium.Fhir;
using Consortium.Messaging;

namespace Consortium.Adapters.Hl7V2.Language.Plans;

/// <summary>A compiled segment or type map.</summary>
internal sealed class RowMapPlan(MapName name, FhirElementType target)
{
    private RowPlan[] _mapped = [];
    private FixedRows[] _fixed = [];
    private Place[] _unused = [];
    private Dictionary<string, PathNode> _labels = [];

    /// <summary>The element that a label of this map names; null where the map has no such label.</summary>
    public PathNode? Label(string path) => _labels.GetValueOrDefault(path);

    /// <summary>Its name.</summary>
    public MapName Name { get; } = name;

    /// <summary>What it fills.</summary>
    public FhirElementType Target { get; } = target;

    /// <summary>Sets the rows, once they are compiled: maps may use each other.</summary>
    public void Complete(IEnumerable<RowPlan> rows, IEnumerable<Place> unused)
    {
        RowPlan[] all = [.. rows];
        _mapped = [.. all.Where(row => row.From is not null)];
        _fixed = FixedRows.Of(all);
        _unused = [.. unused];
        _labels = all.SelectMany(row => row.To.Labelled).DistinctBy(node => node.Text).ToDictionary(node => node.Text, StringComparer.Ordinal);
    }

    /// <summary>Writes what the map says into a target.</summary>
    /// <returns>True where something of the message was written; fixed values alone do not count.</returns>
    public bool Fill(DraftObject target, Scope scope, MapRun run)
    {
        Frame frame = run.RentFrame(target);
        Fill(frame, scope);
        bool hasData = frame.HasData;
        run.ReturnFrame(frame);
        return hasData;
    }

    /// <summary>As <see cref="Fill(DraftObject, Scope, MapRun)"/>, for who keeps the frame: what became of which nodes.</summary>
    public void Fill(Frame frame, Scope scope)
    {
        ulong present = scope.Segment.FieldsWithData;
        foreach (RowPlan row in _mapped)
        {
            if ((row.Fields & present) != 0 || row.Required) row.Run(frame, scope);
        }

        foreach (FixedRows rows in _fixed) rows.Run(frame, scope);
        foreach (Place place in _unused) MarkUnused(place, scope);
    }

    private static void MarkUnused(Place place, Scope scope)
    {
        if (place.Base == PlaceBase.Segment) scope.Segment.MarkRead(place.Field, place.Component);
        else if (place.TryFind(scope, out Er7Value value) && value.Field > 0 && value.HasData) value.Segment.MarkRead(value.Field, value.Component);
    }
}

/// <summary>A type map as a conversion.</summary>
internal sealed class TypeMapConverter(RowMapPlan plan) : ValueConverter
{
    public override DraftNode? Convert(in Er7Value value, Scope scope, MapRun run)
    {
        var target = new DraftObject();
        if (!Fill(target, value, scope, run)) return null;
        if (!plan.Target.IsPrimitive) return target.Count == 0 ? null : target;
        DraftNode? single = target[TargetPath.TypeValue];
        target.Remove(TargetPath.TypeValue);
        return single;
    }

    public override bool Fill(DraftObject target, in Er7Value value, Scope scope, MapRun run)
    {
        Scope within = run.RentScope(scope.Segment, scope.Surroundings, value);
        bool hasData = plan.Fill(target, within, run);
        run.ReturnScope(within);
        return hasData;
    }
}

/// <summary>A type map whose target is a resource: makes it, and gives the reference to it.</summary>
internal sealed class ResourceMapConverter(RowMapPlan plan, IdentityRule? identity, ApplyMode apply) : ValueConverter
{
    public override DraftNode? Convert(in Er7Value value, Scope scope, MapRun run)
    {
        Scope within = run.RentScope(scope.Segment, scope.Surroundings, value);
        string type = plan.Target.Name;
        string id = identity?.Find(new IdentityRequest(type, scope.Segment, within, run, null)) ?? run.Conversion.Id(type, run.Conversion.Source, $"{run.Owner}|{plan.Name}|{value.Place}");
        (string owner, ApplyMode ownerApply) = (run.Owner, run.OwnerApply);
        DraftObject resource = JsonBuilding.Resource(type, id);
        (run.Owner, run.OwnerApply) = (id, apply);
        bool hasData = plan.Fill(resource, within, run);
        (run.Owner, run.OwnerApply) = (owner, ownerApply);
        run.ReturnScope(within);
        return hasData ? Element.Reference(run.Conversion.Add(resource, apply)) : null;
    }
}
