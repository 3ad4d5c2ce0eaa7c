using System.Runtime.InteropServices;
using Consortium.FhirFacade.Redaction;
using Consortium.FhirFacade.Search.Indexing;

namespace Consortium.FhirFacade.Search.Views;

/// <summary>
/// What searches find of one resource in the restricted views: the same search parameters as for the hospital, evaluated on each redacted view. A row that stands in
/// several views is kept once, with the bits of all.
/// </summary>
internal sealed class ViewRows
{
    private readonly Dictionary<StringRow, long> _strings = [];
    private readonly Dictionary<TokenRow, long> _tokens = [];
    private readonly Dictionary<ReferenceRow, long> _references = [];
    private readonly Dictionary<DateRow, long> _dates = [];
    private readonly Dictionary<QuantityRow, long> _quantities = [];

    /// <summary>Adds what one view shows.</summary>
    public void Add(ViewRole view, IndexRows rows)
    {
        long bit = ViewBits.Of(view);
        Add(_strings, rows.Strings, bit);
        Add(_tokens, rows.Tokens, bit);
        Add(_references, rows.References, bit);
        Add(_dates, rows.Dates, bit);
        Add(_quantities, rows.Quantities, bit);
    }

    /// <summary>The rows by the views that they stand in.</summary>
    public IEnumerable<(long Views, IndexRows Rows)> ByViews()
    {
        var parts = new SortedDictionary<long, IndexRows>();
        foreach ((StringRow row, long views) in _strings) Of(views).Strings.Add(row);
        foreach ((TokenRow row, long views) in _tokens) Of(views).Tokens.Add(row);
        foreach ((ReferenceRow row, long views) in _references) Of(views).References.Add(row);
        foreach ((DateRow row, long views) in _dates) Of(views).Dates.Add(row);
        foreach ((QuantityRow row, long views) in _quantities) Of(views).Quantities.Add(row);
        return parts.Select(part => (part.Key, part.Value));

        IndexRows Of(long views)
        {
            if (!parts.TryGetValue(views, out IndexRows? rows)) parts.Add(views, rows = new IndexRows());
            return rows;
        }
    }

    private static void Add<T>(Dictionary<T, long> known, HashSet<T> rows, long bit)
        where T : notnull
    {
        foreach (T row in rows) CollectionsMarshal.GetValueRefOrAddDefault(known, row, out _) |= bit;
    }
}
