namespace Consortium.FhirFacade;

/// <summary>What one request may cost, and how many a caller may send. Refusals are OperationOutcomes that name the limit.</summary>
public sealed record RequestLimits
{
    /// <summary>
    /// The longest that an interaction may take, counted from when its body has been read; then it is stopped in the database and answered with 503. Files of an export are not
    /// counted. Zero for no limit.
    /// </summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>What a search may cost by the estimate of <c>docs/operating.md</c>; 400 (<c>too-costly</c>) above.</summary>
    public int SearchCost { get; init; } = 200;

    /// <summary>Requests a second of one of the hospital's own users (twice as many in a burst); 429 above. Zero for no limit.</summary>
    public int OwnRate { get; init; }

    /// <summary>Requests a second of one member or resident; 429 above. Zero for no limit.</summary>
    public int OutsideRate { get; init; }

    /// <summary>Requests a second from one address that names nobody, or names somebody falsely; 429 above. Zero for no limit.</summary>
    public int UnknownRate { get; init; } = 50;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">A value is out of its range; the message names it.</exception>
    internal void Validate()
    {
        if (Time < TimeSpan.Zero || Time > TimeSpan.FromHours(1)) throw new ArgumentException($"{nameof(RequestLimits)}.{nameof(Time)} must be between 0 and 3600 s.");
        if (SearchCost < 10) throw new ArgumentException($"{nameof(RequestLimits)}.{nameof(SearchCost)} must be at least 10.");
        if (OwnRate < 0 || OutsideRate < 0 || UnknownRate < 0) throw new ArgumentException($"Rates of {nameof(RequestLimits)} must not be negative; 0 is no limit.");
    }
}
