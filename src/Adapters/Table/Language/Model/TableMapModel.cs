using Consortium.Adapters.Hl7V2.Language.Model;
using Consortium.Adapters.Table.Sources;

namespace Consortium.Adapters.Table.Language.Model;

/// <summary>Which of two readings a map gives to a date such as <c>03/04/2024</c>.</summary>
internal enum DateOrder
{
    /// <summary>None: such a date is refused.</summary>
    NotSaid,

    /// <summary>Day, month, year.</summary>
    DayFirst,

    /// <summary>Month, day, year.</summary>
    MonthFirst,

    /// <summary>The number of days since 1900 as spreadsheets count them.</summary>
    Serial,
}

/// <summary>How a map says that its table is read.</summary>
internal sealed record TableReading
{
    /// <summary>Nothing is said.</summary>
    public static TableReading Found { get; } = new();

    /// <summary>The form of the file.</summary>
    public TableFormat Format { get; init; } = TableFormat.Found;

    /// <summary>Names of files that the map is for, with <c>*</c>; empty for any.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>Names of sheets that the map is for; empty for any.</summary>
    public IReadOnlyList<string> Sheets { get; init; } = [];

    /// <summary>What a date with two readings is.</summary>
    public DateOrder Dates { get; init; }

    /// <summary>True where a comma stands before decimals, false where it stands between thousands; null where the map does not say.</summary>
    public bool? DecimalComma { get; init; }

    /// <summary>True where a spreadsheet's number counts as it is shown, also where it holds more digits.</summary>
    public bool ShownNumbers { get; init; }
}

/// <summary>A column of a map.</summary>
/// <param name="Name">Its name in the map.</param>
/// <param name="Headers">The header names that mean it.</param>
internal sealed record ColumnModel(MapText Name, IReadOnlyList<MapText> Headers);

/// <summary>An entry of <c>make</c> as written.</summary>
internal sealed record TableMakeModel
{
    public required MapText At { get; init; }

    public required MapText Resource { get; init; }

    public MapText? Name { get; init; }

    /// <summary><c>row</c>, <c>group</c>, or columns of which each value makes a resource; empty for each row.</summary>
    public IReadOnlyList<MapText> Each { get; init; } = [];

    public MapText? When { get; init; }

    public IdentityModel? Identity { get; init; }

    public MapText? Apply { get; init; }

    public bool Required { get; init; }

    public IReadOnlyList<RowModel> Rows { get; init; } = [];

    public IReadOnlyList<(MapText Element, MapText Name)> Set { get; init; } = [];

    public IReadOnlyList<(MapText Element, MapText Name)> Add { get; init; } = [];
}

/// <summary>A table map as written.</summary>
internal sealed record TableMapModel(MapText At, string Name)
{
    public TableReading Reading { get; init; } = TableReading.Found;

    public IReadOnlyList<ColumnModel> Columns { get; init; } = [];

    public IReadOnlyList<MapText> Required { get; init; } = [];

    /// <summary>Columns that say which rows belong together; empty where each row stands by itself.</summary>
    public IReadOnlyList<MapText> Group { get; init; } = [];

    /// <summary>Columns in which a blank cell means what stands above it.</summary>
    public IReadOnlyList<MapText> FillDown { get; init; } = [];

    /// <summary>The column whose value is the record's name in lists; null for its place.</summary>
    public MapText? Control { get; init; }

    /// <summary>Columns that are known to say nothing to FHIR.</summary>
    public IReadOnlyList<MapText> Unused { get; init; } = [];

    public IReadOnlyList<TableMakeModel> Make { get; init; } = [];

    public IReadOnlyList<TableModel> Tables { get; init; } = [];

    public IReadOnlyList<MapTest> Tests { get; init; } = [];

    /// <summary>True for a map of the site, which goes before a built-in one.</summary>
    public bool IsSites { get; init; }
}
