using Consortium.FhirFacade.Search.Indexing;

namespace Consortium.FhirFacade.Store;

/// <summary>
/// The numbers of contained resources in the index: below zero, from the number of the container and the place in it. No search for resources finds them, since no resource
/// has such a number; searches for what is contained join the table <c>contained</c>.
/// </summary>
internal static class ContainedKeys
{
    private const int PlaceBits = 20;

    /// <summary>The number of the contained resource at a place, from 0.</summary>
    public static long Of(long container, int place) => -((container << PlaceBits) + place);

    /// <summary>The rows of resources and of what they contain.</summary>
    public static IReadOnlyList<(long Key, IndexRows Rows)> With(IReadOnlyList<(long Key, IndexRows Rows)> indexes) => indexes.All(index => index.Rows.Contained.Count == 0)
        ? indexes
        : [.. indexes.SelectMany(index => index.Rows.Contained.Select((one, place) => (Of(index.Key, place), one.Rows)).Prepend(index))];

    /// <summary>The rows of <c>contained</c>.</summary>
    public static (long Key, long Container, string Type, string Id)[] Rows(IReadOnlyList<(long Key, IndexRows Rows)> indexes) =>
        [.. indexes.SelectMany(index => index.Rows.Contained.Select((one, place) => (Of(index.Key, place), index.Key, one.Type, one.Id)))];
}
