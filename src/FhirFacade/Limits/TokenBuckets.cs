using System.Collections.Concurrent;

namespace Consortium.FhirFacade.Limits;

/// <summary>
/// A token bucket for each name: so many a second in the long run, twice as many at once. A bucket that has stood full is forgotten, so that the number of names that were ever
/// seen does not matter. Thread-safe.
/// </summary>
internal sealed class TokenBuckets(int perSecond, TimeProvider time)
{
    private const int SweepEvery = 4096;
    private readonly ConcurrentDictionary<string, Bucket> _buckets = new(StringComparer.Ordinal);
    private int _taken;

    /// <summary>Takes a token; false where none is left.</summary>
    public bool TryTake(string name) => Ask(name, take: 1);

    /// <summary>True where a token is left; takes none.</summary>
    public bool HasToken(string name) => Ask(name, take: 0);

    private bool Ask(string name, int take)
    {
        if (perSecond == 0) return true;
        if (take > 0 && Interlocked.Increment(ref _taken) % SweepEvery == 0) Sweep();
        long now = time.GetTimestamp();
        Bucket bucket = _buckets.GetOrAdd(name, static (_, start) => new Bucket(start.Burst, start.Now), (Burst: 2.0 * perSecond, Now: now));
        lock (bucket)
        {
            Refill(bucket, now);
            if (bucket.Tokens < 1) return false;
            bucket.Tokens -= take;
            return true;
        }
    }

    private void Refill(Bucket bucket, long now)
    {
        bucket.Tokens = Math.Min(2.0 * perSecond, bucket.Tokens + (time.GetElapsedTime(bucket.At, now).TotalSeconds * perSecond));
        bucket.At = now;
    }

    // A full bucket says what a new one says. One that is used at this very moment may come back with the token that it gave out just now: that is as exact as this needs to be.
    private void Sweep()
    {
        long now = time.GetTimestamp();
        foreach ((string name, Bucket bucket) in _buckets)
        {
            lock (bucket)
            {
                Refill(bucket, now);
                if (bucket.Tokens >= 2.0 * perSecond) _buckets.TryRemove(KeyValuePair.Create(name, bucket));
            }
        }
    }

    private sealed class Bucket(double tokens, long at)
    {
        public double Tokens { get; set; } = tokens;

        public long At { get; set; } = at;
    }
}
