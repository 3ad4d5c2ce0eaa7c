using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.Audit;

/// <summary>What to replay, and as whom.</summary>
public sealed record ReplayOptions
{
    /// <summary>JSON-RPC endpoints of the chain; the regulator's own node first.</summary>
    public required IReadOnlyList<Uri> Chain { get; init; }

    /// <summary>The ledger contract.</summary>
    public required Address Contract { get; init; }

    /// <summary>The chain id that it must be; null takes the one that the chain says.</summary>
    public ulong? ChainId { get; init; }

    /// <summary>The code that must stand at the contract's address; the default is that of this build.</summary>
    public Hash256 CodeHash { get; init; } = ConsortiumLedgerContract.RuntimeCodeHash;

    /// <summary>The regulator's key, with which each challenge is signed; null challenges without a token.</summary>
    public ISigner? Regulator { get; init; }

    /// <summary>Where custodians answer (the FHIR base), where it is not what the contract's registry says.</summary>
    public IReadOnlyDictionary<Address, Uri> CustodianEndpoints { get; init; } = new Dictionary<Address, Uri>();

    /// <summary>FHIR bases without saying whose: each is asked, and taken for the custodian whose records it has.</summary>
    public IReadOnlyList<Uri> UnassignedEndpoints { get; init; } = [];

    /// <summary>False replays the chain alone.</summary>
    public bool ChallengeCustodians { get; init; } = true;

    /// <summary>
    /// How many entries of each custodian are challenged, drawn at random; null challenges all. With <see cref="Since"/> it is how many of the older ones are challenged again.
    /// </summary>
    public int? Sample { get; init; }

    /// <summary>The seed of the sample, to repeat one; null draws a new one, which the verdict names.</summary>
    public Hash256? SampleSeed { get; init; }

    /// <summary>An earlier replay that found everything intact: the chain must still lead to its heads, and what it proved is not challenged again.</summary>
    public Checkpoint? Since { get; init; }

    /// <summary>Where to note what was proved, so that an interrupted replay goes on where it was; null notes nothing.</summary>
    public string? Journal { get; init; }

    /// <summary>Blocks at the chain's end that are not yet counted as final.</summary>
    public ulong Confirmations { get; init; }

    /// <summary>The block to begin at; the contract's own first block or an earlier one.</summary>
    public ulong FromBlock { get; init; }

    /// <summary>How long after <c>recordedAt</c> an entry may be anchored.</summary>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromHours(72);

    /// <summary>How far <c>recordedAt</c> may lie after the block that holds the entry.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Calls under way at once, for each custodian.</summary>
    public int ConcurrentChallenges { get; init; } = 4;

    /// <summary>Records that one call asks for, at most 100; a custodian that answers one at a time is asked so.</summary>
    public int RecordsAtOnce { get; init; } = 50;

    /// <summary>How long a custodian may take over one answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a custodian that cannot be reached is asked again for the same record.</summary>
    public int Retries { get; init; } = 2;

    /// <summary>The wait before asking again.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>After so many records in a row without an answer a custodian is given up.</summary>
    public int GiveUpAfter { get; init; } = 20;

    /// <summary>Told how far the replay is.</summary>
    public IProgress<ReplayProgress>? Progress { get; init; }
}

/// <summary>How far a replay is.</summary>
/// <param name="Stage"><c>chain</c> or <c>custodians</c>.</param>
/// <param name="Done">Entries done in this stage.</param>
/// <param name="Total">Entries in this stage; 0 while unknown.</param>
public sealed record ReplayProgress(string Stage, ulong Done, ulong Total);
