using Consortium.Adapters.Mllp;
using Consortium.Adapters.Site;
using Consortium.Adapters.Table.Sql;

namespace Consortium.Adapters.Intake;

/// <summary>How records come in.</summary>
public sealed record IntakeOptions
{
    /// <summary>URL of the store that holds the journal and the quarantine.</summary>
    public required string Store { get; init; }

    /// <summary>The site's keys of the journal.</summary>
    public required JournalKeys Keys { get; init; }

    /// <summary>How long the raw bytes of processed records are kept; for ever unless the site says otherwise.</summary>
    public IntakeRetention Retention { get; init; } = new();

    /// <summary>
    /// Folder on the data disk: large records wait in it while they arrive, and its disk's free space is watched. Null for the system's temporary folder, whose
    /// space is not watched.
    /// </summary>
    public string? DataFolder { get; init; }

    /// <summary>While the disk of <see cref="DataFolder"/> has less left, in bytes, nothing is taken and senders wait.</summary>
    public long MinFreeDiskBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>While so many records wait for their conversion, nothing more is taken and senders wait.</summary>
    public int MaxPending { get; init; } = 1_000_000;

    /// <summary>The site; its defaults where none is configured.</summary>
    public SiteConfiguration Site { get; init; } = SiteConfiguration.Default;

    /// <summary>Adapters; null for the built-in ones.</summary>
    public AdapterRegistry? Adapters { get; init; }

    /// <summary>MLLP listeners.</summary>
    public IReadOnlyList<MllpOptions> Mllp { get; init; } = [];

    /// <summary>Watched folders.</summary>
    public IReadOnlyList<FileDropOptions> FileDrops { get; init; } = [];

    /// <summary>Queries of databases that are asked again and again.</summary>
    public IReadOnlyList<QueryOptions> Queries { get; init; } = [];

    /// <summary>The largest record that HTTP and file drops take, in bytes.</summary>
    public int MaxRecordBytes { get; init; } = 256 * 1024 * 1024;

    /// <summary>
    /// What a caller of the intake and quarantine endpoints must send as <c>Authorization: Bearer …</c>; null lets callers on this machine in, and nobody else,
    /// since the quarantine shows raw records.
    /// </summary>
    public string? ApiToken { get; init; }

    /// <summary>Where large records wait while they arrive.</summary>
    internal string SpoolFolder => DataFolder is null ? Path.Combine(Path.GetTempPath(), "consortium-spool") : Path.Combine(DataFolder, "spool");

    /// <summary>Publications under way at once.</summary>
    public int PublishWindow { get; init; } = 64;
}

/// <summary>One watched folder.</summary>
public sealed record FileDropOptions
{
    /// <summary>The source system of what is dropped here.</summary>
    public required string Source { get; init; }

    /// <summary>The folder. Files that were taken go to <c>archive</c> in it, files that cannot be taken to <c>error</c>.</summary>
    public required string Folder { get; init; }

    /// <summary>How often it is looked at.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);
}
