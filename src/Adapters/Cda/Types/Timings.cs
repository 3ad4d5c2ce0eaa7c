using System.Globalization;
using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Cda.Types;

/// <summary>When a drug is taken: the <c>effectiveTime</c>s of a substanceAdministration (IVL_TS: from when to when; PIVL_TS and EIVL_TS: how often) to Timing.</summary>
internal static class Timings
{
    /// <summary>The Timing of the frequency; null where the times say none. What FHIR cannot say is reported.</summary>
    public static DraftObject? Of(CdaNode substanceAdministration, CdaConversion conversion)
    {
        DraftObject? timing = null;
        foreach (CdaNode time in substanceAdministration.Children("effectiveTime"))
        {
            DraftObject? repeat = null;
            if (time.Type == "PIVL_TS" || time.Child("period") is not null) repeat = Periodic(time, conversion);
            else if (time.Type == "EIVL_TS" || time.Child("event") is not null) repeat = AtEvent(time, conversion);
            if (repeat is null) continue;
            if (timing is not null)
            {
                conversion.Warn("not-supported", time, "a second frequency, which one Timing cannot say; it stays in the section's text.");
                continue;
            }

            timing = new DraftObject().Set("repeat", repeat);
        }

        return timing;
    }

    /// <summary>The time over which something is done: the first <c>effectiveTime</c> that is no frequency.</summary>
    public static CdaNode? Span(CdaNode statement)
    {
        foreach (CdaNode time in statement.Children("effectiveTime"))
        {
            if (time.Type is "PIVL_TS" or "EIVL_TS" || time.Child("period") is not null || time.Child("event") is not null) continue;
            return time;
        }

        return null;
    }

    // PIVL: once in each period. 12 h is "every 12 hours", which is not "twice a day" at the institution's hours.
    private static DraftObject? Periodic(CdaNode time, CdaConversion conversion)
    {
        CdaNode? period = time.Child("period");
        if (period is null || period.NullFlavor is not null && period["value"] is null && period.Child("low") is null) return null;
        if (time.Child("phase") is { } phase) conversion.Warn("not-supported", phase, "the phase of a period is not mapped; it stays in the section's text.");
        CdaNode least = period.Child("low") ?? period;
        CdaNode? most = period.Child("high");
        string? unit = CdaTables.Map("period-unit", least["unit"]);
        if (FhirDecimal.Number(least["value"]) is not { } number || number.ToString()[0] == '-' || unit is null || most is not null && CdaTables.Map("period-unit", most["unit"]) != unit)
        {
            conversion.Warn("value", period, "this is no period that FHIR can say (a number of s, min, h, d, wk, mo or a); it is not mapped and stays in the section's text.");
            return null;
        }

        DraftObject repeat = new DraftObject().Set("frequency", DraftValue.Of(1)).Set("period", number);
        if (most is not null && FhirDecimal.Number(most["value"]) is { } longest && longest.ToString()[0] != '-') repeat.Set("periodMax", longest);
        return repeat.Set("periodUnit", unit);
    }

    private static DraftObject? AtEvent(CdaNode time, CdaConversion conversion)
    {
        if (CdaTables.Map("event-timing", time.Child("event")?["code"]) is not { } when)
        {
            conversion.Warn("code-invalid", time, "the event is none of HL7's TimingEvent; it is not mapped and stays in the section's text.");
            return null;
        }

        DraftObject repeat = new DraftObject().Append("when", when);
        CdaNode? offset = time.Child("offset");
        CdaNode? length = offset?.Child("low") ?? offset?.Child("width") ?? offset;
        if (length?["value"] is not { } value) return repeat;
        if (decimal.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number) && Minutes(number, length["unit"]) is { } minutes && when is not ("C" or "CM" or "CD" or "CV"))
        {
            return repeat.Set("offset", DraftValue.Of(minutes));
        }

        conversion.Warn("value", offset!, "the offset from the event is no whole number of minutes, hours or days; the whole frequency is left to the section's text.");
        return null;
    }

    private static int? Minutes(decimal number, string? unit)
    {
        decimal? minutes = unit switch { "min" => number, "h" => number * 60, "d" => number * 1440, _ => null };
        return minutes is { } m && m == decimal.Truncate(m) && m is >= 0 and < 1_000_000 ? (int)m : null;
    }
}
