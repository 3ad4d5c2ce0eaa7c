namespace Consortium.AnchorService.Status;

/// <summary>What this process knows about itself, beside the tables. Thread-safe.</summary>
internal sealed class AnchorCondition
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private AnchorPhase _phase = AnchorPhase.Starting;
    private string? _reason;
    private string? _error;
    private DateTimeOffset? _errorAt;

    public AnchorCondition(TimeProvider time) => _time = time;

    /// <summary>Enters a phase.</summary>
    /// <returns>True where this is news.</returns>
    public bool Enter(AnchorPhase phase, string? reason = null)
    {
        lock (_gate)
        {
            bool news = _phase != phase || _reason != reason;
            (_phase, _reason) = (phase, reason);
            return news;
        }
    }

    /// <summary>Keeps an error for the status.</summary>
    /// <returns>True where it is not the one met last.</returns>
    public bool Fail(string error)
    {
        lock (_gate)
        {
            bool news = _error != error;
            (_error, _errorAt) = (error, _time.GetUtcNow());
            return news;
        }
    }

    public (AnchorPhase Phase, string? Reason, string? Error, DateTimeOffset? ErrorAt) Read()
    {
        lock (_gate) return (_phase, _reason, _error, _errorAt);
    }
}
