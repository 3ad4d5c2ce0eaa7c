namespace Consortium.FhirFacade.Search.Indexing;

/// <summary>Words: as they are compared (<see cref="FoldedText"/>) and as they stand in the resource.</summary>
internal readonly record struct StringRow(int Parameter, int Group, string Folded, string Exact)
{
    /// <summary>The group of a part of a name that stands there as a whole as well.</summary>
    public const int Part = -1;
}

/// <summary>A code with its system (empty where it has none), or a URI without one.</summary>
internal readonly record struct TokenRow(int Parameter, int Group, string System, string Code);

/// <summary>A reference: <see cref="TargetType"/> is empty and <see cref="TargetId"/> the URL where the target is not of this server.</summary>
internal readonly record struct ReferenceRow(int Parameter, int Group, string TargetType, string TargetId)
{
    /// <summary>In place of the type where the target is contained in the same resource; <see cref="TargetId"/> is its id there.</summary>
    public const string Contained = "#";
}

/// <summary>A time as the interval that it covers, in milliseconds, the end exclusive.</summary>
internal readonly record struct DateRow(int Parameter, int Group, long Low, long High)
{
    /// <summary>How long it is, as a <see cref="DateSpan"/>.</summary>
    public int Span => DateSpan.Of(Low, High);
}

/// <summary>A number or a quantity as the interval that it covers. The canonical form is that of UCUM's base units; its code is empty where there is none.</summary>
internal readonly record struct QuantityRow(
    int Parameter, int Group, double Low, double High, string System, string Code, string Unit, double CanonicalLow, double CanonicalHigh, string CanonicalCode);

/// <summary>A place on the Earth, in degrees and as a point of the unit sphere.</summary>
internal readonly record struct PositionRow(double Latitude, double Longitude, double X, double Y, double Z)
{
    /// <summary>The row of a place.</summary>
    public static PositionRow At(double latitude, double longitude)
    {
        double north = double.DegreesToRadians(latitude), east = double.DegreesToRadians(longitude);
        return new PositionRow(latitude, longitude, Math.Cos(north) * Math.Cos(east), Math.Cos(north) * Math.Sin(east), Math.Sin(north));
    }
}

/// <summary>Words in their order, for full-text searches. <c>Group</c> numbers the rows of a long text.</summary>
internal sealed record TextRow(int Parameter, int Group, IReadOnlyList<string> Words);

/// <summary>A contained resource, with what its own search parameters find in it.</summary>
internal sealed record ContainedRow(string Type, string Id, IndexRows Rows);

/// <summary>The index rows of one resource: what its search parameters find in it. <c>Group</c> joins the parts of a composite; 0 elsewhere.</summary>
internal sealed class IndexRows
{
    /// <summary>Those of a deleted resource.</summary>
    public static IndexRows None { get; } = new();

    public HashSet<StringRow> Strings { get; } = [];

    public HashSet<TokenRow> Tokens { get; } = [];

    public HashSet<ReferenceRow> References { get; } = [];

    public HashSet<DateRow> Dates { get; } = [];

    public HashSet<QuantityRow> Quantities { get; } = [];

    public List<TextRow> Texts { get; } = [];

    public List<ContainedRow> Contained { get; } = [];

    public HashSet<PositionRow> Positions { get; } = [];
}
