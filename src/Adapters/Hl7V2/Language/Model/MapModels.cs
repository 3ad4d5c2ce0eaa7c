namespace Consortium.Adapters.Hl7V2.Language.Model;

/// <summary>A row of a segment or type map as written.</summary>
internal sealed record RowModel
{
    /// <summary>Where the row stands.</summary>
    public required MapText At { get; init; }

    public MapText? From { get; init; }

    public MapText? Value { get; init; }

    public MapText? Format { get; init; }

    public MapText? To { get; init; }

    public MapText? As { get; init; }

    public IReadOnlyDictionary<string, MapText> With { get; init; } = new Dictionary<string, MapText>();

    public MapText? Table { get; init; }

    public bool Strict { get; init; }

    public bool Required { get; init; }

    public MapText? When { get; init; }

    /// <summary>With <see cref="Required"/>: what is wrong where there is no value, and the way out.</summary>
    public MapText? Because { get; init; }

    /// <summary>Fields that the row says are used; empty for a row that maps.</summary>
    public IReadOnlyList<MapText> Unused { get; init; } = [];

    /// <summary>The <c>to</c> whose rows are taken out.</summary>
    public MapText? Remove { get; init; }
}

/// <summary>How a resource is identified, as written.</summary>
internal sealed record IdentityModel(
    MapText At, string? Rule, string? Kind, IReadOnlyList<MapText> From, IReadOnlyList<MapText> And, IReadOnlyList<MapText> Within, MapText? Authority, IReadOnlyList<MapText> Between);

/// <summary>A segment or type map as written.</summary>
internal sealed record RowMapModel(MapText At, MapName Name, IReadOnlyList<RowModel> Rows)
{
    /// <summary>True where a site's file takes the place of the built-in one.</summary>
    public bool Replaces { get; init; }

    /// <summary>True for a type map.</summary>
    public bool IsType { get; init; }

    public IdentityModel? Identity { get; init; }

    public MapText? Apply { get; init; }

    public IReadOnlyList<MapTest> Tests { get; init; } = [];
}

/// <summary>What a code becomes under a condition.</summary>
internal sealed record TableEntryModel(MapText? Code, string? System, string? Display, MapText? When);

/// <summary>A code table as written.</summary>
internal sealed record TableModel(MapText At, string Name)
{
    public bool Replaces { get; init; }

    public string? FromSystem { get; init; }

    public string? ToSystem { get; init; }

    public bool? MatchCase { get; init; }

    /// <summary>The entries of each code; an empty list says that FHIR has nothing for it.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<TableEntryModel>> Codes { get; init; } = new Dictionary<string, IReadOnlyList<TableEntryModel>>();

    public IReadOnlyList<TableEntryModel> Otherwise { get; init; } = [];

    public IReadOnlyList<MapTest> Tests { get; init; } = [];
}

/// <summary>A group of segments as written.</summary>
/// <param name="Name">Its name.</param>
/// <param name="In">The groups that it may stand in; empty for the message itself.</param>
/// <param name="Starts">The segments that it may begin with.</param>
/// <param name="One">Further segments of which it has one.</param>
/// <param name="Has">Further segments that belong to it.</param>
/// <param name="Max">How many of it there may be in what it stands in; 0 for any number.</param>
internal sealed record GroupModel(
    MapText Name, IReadOnlyList<MapText> In, IReadOnlyList<MapText> Starts, IReadOnlyList<MapText> One, IReadOnlyList<MapText> Has, int Max);

/// <summary>An entry of <c>make</c> as written.</summary>
internal sealed record MakeModel
{
    public required MapText At { get; init; }

    public required MapText For { get; init; }

    public MapText? Resource { get; init; }

    public MapText? Name { get; init; }

    public MapText? Into { get; init; }

    public MapText? Map { get; init; }

    public IdentityModel? Identity { get; init; }

    public MapText? Apply { get; init; }

    public bool Required { get; init; }

    public IReadOnlyList<(MapText Element, MapText Name)> Set { get; init; } = [];

    public IReadOnlyList<(MapText Element, MapText Name)> Add { get; init; } = [];

    public MapText? When { get; init; }

    /// <summary>True where it writes into every resource of the name, not into the only one.</summary>
    public bool Each { get; init; }

    /// <summary>The resource that this one must not be: where both have one identity, this one is not made. With <see cref="Refuse"/>: the resource that keeps the message from being refused.</summary>
    public MapText? Unless { get; init; }

    /// <summary>The resource that must have been made for the entry to apply.</summary>
    public MapText? Needs { get; init; }

    /// <summary>The reason for which the entry rejects the message.</summary>
    public MapText? Refuse { get; init; }
}

/// <summary>A message map as written.</summary>
internal sealed record MessageModel(MapText At, string Name)
{
    /// <summary>True where the file adds to a message (<c>*</c>: to all) instead of being one.</summary>
    public bool Extends { get; init; }

    public bool Replaces { get; init; }

    public IReadOnlyList<MapText> Events { get; init; } = [];

    public IReadOnlyList<GroupModel> Groups { get; init; } = [];

    public IReadOnlyList<MakeModel> Make { get; init; } = [];

    public IReadOnlyList<MapTest> Tests { get; init; } = [];
}

/// <summary>A test that a map carries.</summary>
/// <param name="Name">Its name, with its place.</param>
/// <param name="Message">The message in ER7.</param>
/// <param name="MessageFile">The file of the message, beside the map; null where it stands in the map.</param>
/// <param name="Expect">FHIRPath to the values that it must give.</param>
/// <param name="Reject">A part of the reason for which the message must be rejected; null where it must be converted.</param>
internal sealed record MapTest(
    MapText Name, string? Message, MapText? MessageFile, IReadOnlyList<(MapText Path, IReadOnlyList<string> Values)> Expect, MapText? Reject);
