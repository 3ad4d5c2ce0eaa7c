using Consortium.FhirFacade.Redaction;

namespace Consortium.FhirFacade.Search.Views;

/// <summary>The restricted views as bits of the column <c>views</c>.</summary>
internal static class ViewBits
{
    /// <summary>The views that hide something, and so have index rows of their own.</summary>
    public static IReadOnlyList<ViewRole> Restricted { get; } = [ViewRole.Telemedicine, ViewRole.Resident, ViewRole.Regulator];

    /// <summary>The bit of a restricted view. It stands in stores: a view keeps its number.</summary>
    public static long Of(ViewRole view) => view switch
    {
        ViewRole.Telemedicine => 2,
        ViewRole.Resident => 4,
        ViewRole.Regulator => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(view), view, "The hospital's view is the search index itself."),
    };
}
