using Consortium.Ledger;

namespace Consortium.Audit;

/// <summary>What a sample says about the entries that were not drawn.</summary>
/// <param name="Seed">From which the entries were drawn; with it anybody draws the same.</param>
/// <param name="Wanted">Entries drawn of each custodian, or all where it has fewer.</param>
/// <param name="OfEarlierOnly">True where all newer entries were challenged and the sample is of those that an earlier replay proved.</param>
/// <param name="Custodians">What follows for each.</param>
public sealed record ReplaySample(string Seed, int Wanted, bool OfEarlierOnly, IReadOnlyList<SampledCustodian> Custodians)
{
    /// <summary>How sure the bound is.</summary>
    public double Confidence { get; init; } = SampleBound.Confidence;

    internal static ReplaySample Of(int wanted, ReplayScope scope, IReadOnlyList<CustodianTrail> trails, bool ofEarlierOnly) => new(scope.Seed.ToString(), wanted, ofEarlierOnly,
    [
        .. trails.Select(trail =>
        {
            ulong of = ofEarlierOnly ? scope.ProvedBefore(trail) : trail.EntryCount;
            ulong drawn = Math.Min((ulong)wanted, of);
            return new SampledCustodian(trail.Custodian.ToString(), drawn, of, SampleBound.Most(drawn, of));
        }),
    ]);
}

/// <summary>The sample of one custodian.</summary>
/// <param name="Address">The custodian.</param>
/// <param name="Drawn">Entries drawn.</param>
/// <param name="Of">Entries drawn from.</param>
/// <param name="MostWrong">Where every drawn entry is proved, no more than this many of all are wrong, at the sample's confidence.</param>
public sealed record SampledCustodian(string Address, ulong Drawn, ulong Of, ulong MostWrong);

/// <summary>The exact one-sided bound of sampling without replacement where nothing wrong was found (zero-acceptance attribute sampling, hypergeometric).</summary>
internal static class SampleBound
{
    public const double Confidence = 0.95;

    /// <summary>The most wrong ones among <paramref name="of"/> that a sample of <paramref name="drawn"/> would miss altogether with a probability of more than 5 %.</summary>
    public static ulong Most(ulong drawn, ulong of)
    {
        if (drawn == 0) return of;
        ulong low = 0, high = of - drawn;
        while (low < high)
        {
            ulong middle = high - ((high - low) / 2);
            if (LogMiss(drawn, of, middle) > Math.Log(1 - Confidence)) low = middle;
            else high = middle - 1;
        }

        return low;
    }

    // The logarithm of the probability that none of `wrong` is drawn: C(of - wrong, drawn) / C(of, drawn), a product over the smaller of both.
    private static double LogMiss(ulong drawn, ulong of, ulong wrong)
    {
        (ulong steps, ulong other) = drawn < wrong ? (drawn, wrong) : (wrong, drawn);
        double sum = 0;
        for (ulong i = 0; i < steps; i++) sum += Math.Log(1 - ((double)other / (of - i)));
        return sum;
    }
}
