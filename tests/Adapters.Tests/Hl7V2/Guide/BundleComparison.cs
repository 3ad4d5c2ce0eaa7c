namespace Consortium.Adapters.Tests.Hl7V2.Guide;

/// <summary>A difference between the Bundle that the guide expects and ours.</summary>
/// <param name="Resource">The resource type.</param>
/// <param name="Path">The element; empty where the whole resource is on one side only.</param>
/// <param name="Side">Which side has it: <see cref="Guide"/>, <see cref="Ours"/>, or <see cref="Both"/> with different values.</param>
/// <param name="Times">How many resources of the type differ so.</param>
internal sealed record Difference(string Resource, string Path, string Side, int Times)
{
    public const string Guide = "guide";
    public const string Ours = "ours";
    public const string Both = "other value";
}

/// <summary>
/// Compares two lists of resources, element by element. Resources are matched by what they share, the likest first; elements of a match
/// are compared as bags of values, so that neither order nor position in an array counts.
/// </summary>
internal static class BundleComparison
{
    /// <summary>The differences, in the order of type and path.</summary>
    public static List<Difference> Of(IReadOnlyList<FlatResource> guide, IReadOnlyList<FlatResource> ours)
    {
        List<(FlatResource Guide, FlatResource Ours)> pairs = Match(guide, ours);
        var knownToGuide = new Dictionary<string, string>(StringComparer.Ordinal);
        var knownToUs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((FlatResource Guide, FlatResource Ours) pair in pairs)
        {
            string name = $"{pair.Guide.Type}#{knownToGuide.Count}";
            knownToGuide[pair.Guide.Key] = name;
            knownToUs[pair.Ours.Key] = name;
        }

        var found = new List<(string Resource, string Path, string Side)>();
        found.AddRange(guide.Except(pairs.Select(pair => pair.Guide)).Select(resource => (resource.Type, "", Difference.Guide)));
        found.AddRange(ours.Except(pairs.Select(pair => pair.Ours)).Select(resource => (resource.Type, "", Difference.Ours)));
        foreach ((FlatResource Guide, FlatResource Ours) pair in pairs)
        {
            found.AddRange(Elements([.. pair.Guide.Resolved(knownToGuide)], [.. pair.Ours.Resolved(knownToUs)]).Select(element => (pair.Guide.Type, element.Path, element.Side)));
        }

        return
        [
            .. found.GroupBy(difference => difference)
                .Select(group => new Difference(group.Key.Resource, group.Key.Path, group.Key.Side, group.Count()))
                .OrderBy(difference => (difference.Resource, difference.Path, difference.Side).ToString(), StringComparer.Ordinal),
        ];
    }

    private static List<(FlatResource Guide, FlatResource Ours)> Match(IReadOnlyList<FlatResource> guide, IReadOnlyList<FlatResource> ours)
    {
        var candidates =
            from expected in guide
            from made in ours
            where expected.Type == made.Type
            let shared = expected.Shared(made)
            where shared > 0 || (guide.Count(other => other.Type == expected.Type) == 1 && ours.Count(other => other.Type == expected.Type) == 1)
            orderby shared descending
            select (expected, made);
        var pairs = new List<(FlatResource Guide, FlatResource Ours)>();
        foreach ((FlatResource expected, FlatResource made) in candidates)
        {
            if (!pairs.Exists(pair => ReferenceEquals(pair.Guide, expected) || ReferenceEquals(pair.Ours, made))) pairs.Add((expected, made));
        }

        return pairs;
    }

    private static IEnumerable<(string Path, string Side)> Elements(List<(string Path, string Value)> guide, List<(string Path, string Value)> ours)
    {
        foreach ((string Path, string Value) leaf in guide.ToList())
        {
            if (ours.Remove(leaf)) guide.Remove(leaf);
        }

        foreach (string path in guide.Concat(ours).Select(leaf => leaf.Path).Distinct())
        {
            bool expected = guide.Exists(leaf => leaf.Path == path);
            bool made = ours.Exists(leaf => leaf.Path == path);
            yield return (path, expected && made ? Difference.Both : expected ? Difference.Guide : Difference.Ours);
        }
    }
}
