using Consortium.Fhir.Definitions;

namespace Consortium.Fhir.Expressions.Typing;

/// <summary>
/// What is known of a collection before evaluating: the types that its items may have, and whether their order means anything.
/// </summary>
internal sealed class StaticType
{
    /// <summary>Past this many types nothing useful is known any more.</summary>
    private const int Most = 400;

    private StaticType(bool isAny, IReadOnlyCollection<int> fhir, IReadOnlyCollection<PathKind> system, bool ordered) =>
        (IsAny, Fhir, System, IsOrdered) = (isAny, fhir, system, ordered);

    /// <summary>Nothing is known: no step from here is an error.</summary>
    public static StaticType Any { get; } = new(true, [], [], ordered: true);

    /// <summary>No item at all.</summary>
    public static StaticType Empty { get; } = new(false, [], [], ordered: true);

    public static StaticType Boolean { get; } = Of(PathKind.Boolean);

    public static StaticType Integer { get; } = Of(PathKind.Integer);

    public static StaticType Text { get; } = Of(PathKind.String);

    public bool IsAny { get; }

    /// <summary>Type rows.</summary>
    public IReadOnlyCollection<int> Fhir { get; }

    /// <summary>Kinds of System values.</summary>
    public IReadOnlyCollection<PathKind> System { get; }

    public bool IsOrdered { get; }

    public bool IsEmpty => !IsAny && Fhir.Count == 0 && System.Count == 0;

    public static StaticType Of(PathKind kind) => new(false, [], [kind], ordered: true);

    public static StaticType Of(IEnumerable<int> rows, bool ordered = true)
    {
        HashSet<int> distinct = [.. rows];
        return distinct.Contains(0) || distinct.Count > Most ? Any.Ordered(ordered) : new(false, distinct, [], ordered);
    }

    public StaticType Ordered(bool ordered) => ordered == IsOrdered ? this : new(IsAny, Fhir, System, ordered);

    public StaticType Or(StaticType other)
    {
        bool ordered = IsOrdered && other.IsOrdered;
        if (IsAny || other.IsAny) return Any.Ordered(ordered);
        return new(false, new HashSet<int>(Fhir.Concat(other.Fhir)), new HashSet<PathKind>(System.Concat(other.System)), ordered);
    }

    /// <summary>For a message: <c>HumanName</c>, <c>Period or dateTime</c>.</summary>
    public string Describe()
    {
        R4Tables tables = R4Tables.Instance;
        List<string> names = [.. Fhir.Select(r => tables.Types[r].Kind == TypeKind.Backbone ? tables.Text(tables.Types[r].Path) : tables.TypeName(r)), .. System.Select(k => "System." + k)];
        return names.Count switch
        {
            0 => "an empty collection",
            <= 4 => string.Join(" or ", names),
            _ => $"{names[0]}, {names[1]} or {names.Count - 2} other types",
        };
    }
}
