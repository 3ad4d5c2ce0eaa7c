namespace Consortium.Adapters.Intake;

/// <summary>
/// How long the raw bytes of processed records are kept, counted from their receipt. Records that wait for their conversion or in the quarantine are kept
/// whatever their age. Of a pruned record the digest stays: the same bytes sent again are still known.
/// </summary>
public sealed record IntakeRetention
{
    /// <summary>For sources that <see cref="BySource"/> does not name; null keeps them for ever.</summary>
    public TimeSpan? Default { get; init; }

    /// <summary>By source system; null keeps its records for ever.</summary>
    public IReadOnlyDictionary<string, TimeSpan?> BySource { get; init; } = new Dictionary<string, TimeSpan?>();

    /// <summary>For a source.</summary>
    public TimeSpan? Of(string source) => BySource.TryGetValue(source, out TimeSpan? named) ? named : Default;
}
