namespace Consortium.FhirFacade.Search.Filter;

/// <summary>A part of a <c>_filter</c> as it is written.</summary>
internal abstract record FilterNode;

/// <summary>Both hold.</summary>
internal sealed record FilterAll(FilterNode Left, FilterNode Right) : FilterNode;

/// <summary>One holds.</summary>
internal sealed record FilterAny(FilterNode Left, FilterNode Right) : FilterNode;

/// <summary>It does not hold.</summary>
internal sealed record FilterNot(FilterNode Part) : FilterNode;

/// <summary>A parameter compared with a value.</summary>
/// <param name="Path">Where it looks.</param>
/// <param name="Operation">The operator: <c>eq</c>, <c>co</c> …</param>
/// <param name="Value">The value.</param>
/// <param name="IsQuoted">True where it stood in quotation marks.</param>
/// <param name="At">Its place in the filter, from 1.</param>
internal sealed record FilterComparison(FilterPath Path, string Operation, string Value, bool IsQuoted, int At) : FilterNode
{
    /// <summary>The operators of search_filter.html.</summary>
    public static IReadOnlyList<string> Operations { get; } = ["eq", "ne", "co", "sw", "ew", "gt", "lt", "ge", "le", "ap", "sa", "eb", "pr", "po", "ss", "sb", "in", "ni", "re"];
}

/// <summary>A parameter, and what is asked of the resource that it leads to.</summary>
/// <param name="Name">Its code.</param>
/// <param name="At">Its place in the filter, from 1.</param>
/// <param name="Within">What must hold of the same target, or of the same element of a composite; null for nothing.</param>
/// <param name="Rest">What follows the dot; null for nothing.</param>
internal sealed record FilterPath(string Name, int At, FilterNode? Within, FilterPath? Rest)
{
    /// <summary>The type whose reference <see cref="Name"/> is (<c>_has</c>); null for a parameter of the resource itself.</summary>
    public string? HasType { get; init; }

    /// <summary>The only type of target (<c>subject:Patient.name</c>); null for any.</summary>
    public string? TargetType { get; init; }
}
