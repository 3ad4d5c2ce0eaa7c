using Consortium.Adapters.Site;

namespace Consortium.Adapters;

/// <summary>What a site decides about conversion; the same for every record until the site folder changes.</summary>
/// <param name="Ids">Makes logical ids.</param>
/// <param name="TimeZone">The zone of timestamps that carry no offset; the site's, never the server's.</param>
public sealed record ConversionContext(LogicalIds Ids, TimeZoneInfo TimeZone)
{
    /// <summary>Names the systems of identifiers.</summary>
    public IdentifierSystems IdentifierSystems { get; init; } = IdentifierSystems.Default;

    /// <summary>Character set of the source's records that do not name one themselves; null where the site says nothing.</summary>
    public string? Charset { get; init; }
}
