using System.Collections.Frozen;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Language.Model;
using Consortium.Adapters.Hl7V2.Language.Paths;
using Consortium.Adapters.Table.Language.Model;
using Consortium.Adapters.Table.Language.Run;
using Consortium.Adapters.Table.Language.Values;
using Consortium.Adapters.Table.Sources;
using Consortium.Messaging;

namespace Consortium.Adapters.Table.Language.Compile;

/// <summary>Whether a row of a table fulfils a condition.</summary>
internal delegate bool RowTest(MatchedTable table, TableRow row);

/// <summary>Which of several values of a group one is taken.</summary>
internal enum Several
{
    /// <summary>None: different values are a conflict.</summary>
    Refused,

    /// <summary>Each, where the element repeats.</summary>
    All,

    /// <summary>The first in the order of the table.</summary>
    First,

    /// <summary>The earliest date.</summary>
    Earliest,

    /// <summary>The latest date.</summary>
    Latest,
}

/// <summary>A compiled row of a map.</summary>
internal sealed record CellRowPlan
{
    public required MapText At { get; init; }

    /// <summary>The column; -1 for a fixed value.</summary>
    public required int From { get; init; }

    /// <summary>A fixed value; null where there is a conversion.</summary>
    public DraftValue? Fixed { get; init; }

    public CellConversion? Conversion { get; init; }

    public required TargetPath To { get; init; }

    public RowTest? When { get; init; }

    public bool Required { get; init; }

    public Several Several { get; init; }
}

/// <summary>How a resource is identified.</summary>
/// <param name="Rule"><c>patient</c>, <c>identifier</c> or <c>none</c>; null for columns.</param>
/// <param name="Kind">What is numbered.</param>
/// <param name="From">The columns that identify it, the best first.</param>
/// <param name="And">Columns that belong to the number.</param>
/// <param name="Within">Names of resources within which the number means something.</param>
internal sealed record CellIdentity(string? Rule, string? Kind, int[] From, int[] And, string[] Within);

/// <summary>A reference between two resources of a group.</summary>
/// <param name="Owner">The resource that refers; null for the entry's own.</param>
/// <param name="Path">The element of the Reference.</param>
/// <param name="Name">The resource that is referred to.</param>
/// <param name="IsOptional">True where it may be missing.</param>
/// <param name="At">Where the map says so.</param>
internal sealed record CellReference(string? Owner, TargetPath Path, string Name, bool IsOptional, MapText At);

/// <summary>A compiled entry of <c>make</c>.</summary>
internal sealed record TableMakePlan
{
    public required MapText At { get; init; }

    public required string Type { get; init; }

    public required string Name { get; init; }

    /// <summary>Columns whose values make a resource each; null for one a group, empty for one a row.</summary>
    public required int[]? Each { get; init; }

    public RowTest? When { get; init; }

    public CellIdentity? Identity { get; init; }

    public required ApplyMode Apply { get; init; }

    public bool Required { get; init; }

    public required CellRowPlan[] Rows { get; init; }

    public required CellReference[] References { get; init; }
}

/// <summary>A compiled table map.</summary>
internal sealed class TableMapPlan(string name, string version, FrozenDictionary<string, int> byHeader)
{
    /// <summary>Its name, as in Provenance.</summary>
    public string Name { get; } = name;

    /// <summary>The version of the maps.</summary>
    public string Version { get; } = version;

    /// <summary>True for a map of the site's own.</summary>
    public required bool IsSites { get; init; }

    public required TableReading Reading { get; init; }

    /// <summary>The names of its columns.</summary>
    public required IReadOnlyList<string> Columns { get; init; }

    public required int[] Required { get; init; }

    public required int[] Group { get; init; }

    public required int[] FillDown { get; init; }

    public required int? Control { get; init; }

    /// <summary>The columns that something of the map looks at.</summary>
    public required IReadOnlySet<int> Used { get; init; }

    public required TableMakePlan[] Make { get; init; }

    /// <summary>Every header name that means a column.</summary>
    public IEnumerable<string> Headers => byHeader.Keys;

    /// <summary>The column that a header cell means; null for none.</summary>
    public int? ColumnOf(string header) => byHeader.TryGetValue(HeaderWord(header), out int column) ? column : null;

    /// <summary>A header as header names are compared: folded, in lower case, without blanks, underscores, hyphens and points.</summary>
    public static string HeaderWord(string header) => string.Concat(TableMapping.Word(header).Where(c => c is not ('_' or '-' or '.')));

    /// <summary>True where the map is for files of this name.</summary>
    public bool IsForFile(string? name) => name is not null && Reading.Files.Any(pattern => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, name));

    /// <summary>True where the map is for sheets of this name.</summary>
    public bool IsForSheet(string? sheet) => Reading.Sheets.Count == 0 || (sheet is not null && Reading.Sheets.Contains(sheet));
}
