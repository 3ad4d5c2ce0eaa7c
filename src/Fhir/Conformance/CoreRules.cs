using System.Collections.Frozen;
using System.Text;
using Consortium.Fhir.Definitions;
using Consortium.Fhir.Snapshots;

namespace Consortium.Fhir.Conformance;

/// <summary>What the core definitions say at a place, which the walk over them has checked already.</summary>
internal sealed class CoreRules
{
    private const string CoreUrl = "http://hl7.org/fhir/StructureDefinition/";

    private static readonly FrozenSet<string> s_everywhere = new[] { "ele-1", "ext-1", "dom-2", "dom-3", "dom-4", "dom-5", "dom-6" }.ToFrozenSet(StringComparer.Ordinal);

    private readonly HashSet<string> _constraints = new(StringComparer.Ordinal);

    private CoreRules(int element, int type)
    {
        R4Tables tables = R4Tables.Instance;
        Element = element;
        for (int t = type; t != 0; t = tables.Types[t].Base) Take(tables.Types[t].InvariantStart, tables.Types[t].InvariantCount);
        if (element == 0) return;
        ref readonly ElementRow row = ref tables.Elements[element];
        (Min, Max) = (row.Min, row.Max);
        Take(row.InvariantStart, row.InvariantCount);
        foreach (ElementTypeRow allowed in tables.ElementTypes.AsSpan(row.TypeStart, row.TypeCount))
        {
            Take(tables.Types[allowed.Type].InvariantStart, tables.Types[allowed.Type].InvariantCount);
        }
    }

    /// <summary>Row of the core element; 0 for a root or where there is none.</summary>
    public int Element { get; }

    public int Min { get; }

    /// <summary>-1 is unbounded.</summary>
    public int Max { get; } = -1;

    public static CoreRules OfType(int type) => new(0, type);

    public static CoreRules OfElement(int element) => new(element, 0);

    /// <summary>The row of a type's element by name; 0 where the type has none.</summary>
    public static int FindElement(int type, int name)
    {
        R4Tables tables = R4Tables.Instance;
        if (type == 0 || name < 0) return 0;
        ref readonly TypeRow row = ref tables.Types[type];
        for (int i = row.ElementStart; i < row.ElementStart + row.ElementCount; i++)
        {
            if (tables.Elements[i].Name == name) return i;
        }

        return 0;
    }

    /// <summary>Whether a constraint is one of the core definitions: by its source, or by its key at this place.</summary>
    public bool HasConstraint(SnapshotConstraint constraint)
    {
        if (s_everywhere.Contains(constraint.Key) || _constraints.Contains(constraint.Key)) return true;
        if (constraint.Source is not { } source) return false;
        int bar = source.IndexOf('|', StringComparison.Ordinal);
        string url = bar < 0 ? source : source[..bar];
        if (url.StartsWith(CoreUrl, StringComparison.Ordinal)) url = url[CoreUrl.Length..];
        return !url.Contains(':', StringComparison.Ordinal) && FhirR4.FindType(url) != 0;
    }

    public bool HasBinding(string valueSet, BindingStrength strength)
    {
        if (Element == 0) return false;
        R4Tables tables = R4Tables.Instance;
        ref readonly ElementRow row = ref tables.Elements[Element];
        int bar = valueSet.IndexOf('|', StringComparison.Ordinal);
        return row.Strength == strength && row.ValueSet != 0 && tables.Utf8(tables.ValueSets[row.ValueSet].Url).SequenceEqual(Encoding.UTF8.GetBytes(bar < 0 ? valueSet : valueSet[..bar]));
    }

    /// <summary>Whether the types of a profile's element are those of the core element, with the same targets and no more profiles.</summary>
    public bool HasTypes(IReadOnlyList<TypeConstraint> types)
    {
        R4Tables tables = R4Tables.Instance;
        if (Element == 0) return types.All(t => t.Profiles.Count == 0 && t.Targets.Count == 0);
        ref readonly ElementRow element = ref tables.Elements[Element];
        if (types.Count != element.TypeCount) return false;
        for (int i = element.TypeStart; i < element.TypeStart + element.TypeCount; i++)
        {
            ElementTypeRow row = tables.ElementTypes[i];
            TypeConstraint? same = types.FirstOrDefault(t => t.Type == row.Type || t.Code == tables.TypeName(row.Type) || t.Code.StartsWith("http://hl7.org/fhirpath/", StringComparison.Ordinal));
            if (same is null || same.Aggregation.Count > 0 || same.Versioning is not (null or "either")) return false;
            if (same.Profiles.Any(p => !IsCoreProfile(p, row.Type)) || !SameTargets(same.Targets, row)) return false;
        }

        return true;
    }

    /// <summary>SimpleQuantity and the like: core elements name them, and the compiled core type is theirs already.</summary>
    private static bool IsCoreProfile(string profile, int type) =>
        profile is CoreUrl + "SimpleQuantity" or CoreUrl + "MoneyQuantity" && type != ProfileNames.QuantityType;

    private static bool SameTargets(IReadOnlyList<string> targets, in ElementTypeRow row)
    {
        R4Tables tables = R4Tables.Instance;
        if (targets.Count == 0 || targets.Contains(CoreUrl + "Resource")) return true;
        // Targets of canonical are kept by the core tables only where they are types.
        if (targets.Count != row.TargetCount) return false;
        HashSet<string> core = new(StringComparer.Ordinal);
        foreach (int target in tables.Targets.AsSpan(row.TargetStart, row.TargetCount)) core.Add(CoreUrl + tables.TypeName(target));
        return core.SetEquals(targets);
    }

    private void Take(int start, int count)
    {
        R4Tables tables = R4Tables.Instance;
        foreach (int invariant in tables.InvariantLists.AsSpan(start, count)) _constraints.Add(tables.Text(tables.Invariants[invariant].Key));
    }
}
