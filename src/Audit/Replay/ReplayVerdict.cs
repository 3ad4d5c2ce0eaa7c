using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Consortium.Audit;

/// <summary>The answer in a word.</summary>
public enum VerdictWord
{
    /// <summary>Everything that was to be checked was checked and is what was committed; of a sample, see <see cref="ReplayVerdict.Sample"/>.</summary>
    Intact,

    /// <summary>Something could not be checked; nothing is shown to be wrong.</summary>
    Incomplete,

    /// <summary>Something is not what was committed.</summary>
    Tampered,
}

/// <summary>The block up to which the chain was replayed.</summary>
/// <param name="Id">EIP-155 chain id.</param>
/// <param name="FirstBlock">The block of the contract's first event; null where it has none.</param>
/// <param name="LastBlock">The last block replayed.</param>
/// <param name="LastBlockHash">Its hash.</param>
/// <param name="LastBlockTime">Its time.</param>
public sealed record ReplayedChain(ulong Id, ulong? FirstBlock, ulong LastBlock, string LastBlockHash, DateTimeOffset LastBlockTime);

/// <summary>The contract that was replayed.</summary>
/// <param name="Address">Its address.</param>
/// <param name="CodeHash">Keccak-256 of the code that stands there.</param>
public sealed record ReplayedContract(string Address, string CodeHash);

/// <summary>How many of what.</summary>
public sealed record ReplayCounts
{
    /// <summary>Custodians with entries.</summary>
    public int Custodians { get; init; }

    /// <summary>Batches on the chain.</summary>
    public int Batches { get; init; }

    /// <summary>Index entries on the chain.</summary>
    public ulong Entries { get; init; }

    /// <summary>Entries for which the custodian was asked.</summary>
    public ulong Challenged { get; init; }

    /// <summary>Entries that the earlier replay, from which this one goes on, had proved.</summary>
    public ulong ProvedBefore { get; init; }

    /// <summary>Entries whose custodian proved that it holds the committed record.</summary>
    public ulong Verified { get; init; }

    /// <summary>Findings by kind.</summary>
    public IReadOnlyDictionary<string, ulong> Findings { get; init; } = new Dictionary<string, ulong>();
}

/// <summary>One custodian.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Name">Its name in the contract's registry.</param>
/// <param name="Endpoint">Where it was asked; null where nobody knows.</param>
/// <param name="Batches">Its batches.</param>
/// <param name="Entries">Its index entries.</param>
/// <param name="Verified">Entries that it proved.</param>
/// <param name="Head">The head that follows from its batches.</param>
public sealed record ReplayedCustodian(string Address, string Name, string? Endpoint, int Batches, ulong Entries, ulong Verified, string Head);

/// <summary>What a replay found.</summary>
public sealed record ReplayVerdict
{
    /// <summary>The JSON form of the verdict and of everything in it.</summary>
    public static JsonSerializerOptions JsonOptions { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    /// <summary>The answer.</summary>
    [JsonPropertyOrder(-1)]
    public VerdictWord Verdict => Findings.Any(f => f.Weight == FindingWeight.Tampered) ? VerdictWord.Tampered
        : Findings.Any(f => f.Weight == FindingWeight.Incomplete) || !Complete ? VerdictWord.Incomplete
        : VerdictWord.Intact;

    /// <summary>When the replay began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public required DateTimeOffset FinishedAt { get; init; }

    /// <summary>Who replayed: the regulator's address; null where there was no key.</summary>
    public string? Regulator { get; init; }

    /// <summary>The chain.</summary>
    public required ReplayedChain Chain { get; init; }

    /// <summary>The contract.</summary>
    public required ReplayedContract Contract { get; init; }

    /// <summary>False where the custodians were not asked at all, as the options wanted.</summary>
    public required bool Complete { get; init; }

    /// <summary>How many of what.</summary>
    public required ReplayCounts Counts { get; init; }

    /// <summary>The sample, where not every entry was challenged.</summary>
    public ReplaySample? Sample { get; init; }

    /// <summary>The custodians, in the order in which they first wrote.</summary>
    public required IReadOnlyList<ReplayedCustodian> Custodians { get; init; }

    /// <summary>What is wrong, worst first.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>The verdict as one JSON document, UTF-8.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, JsonOptions);
}
