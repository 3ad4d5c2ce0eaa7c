namespace Consortium.Fhir.Expressions.Functions;

/// <summary>The parts of dates and times (FHIRPath, Date/time component functions). A part beyond the precision is empty.</summary>
internal static class DateFunctions
{
    public static readonly Dictionary<string, (int, int, Function)> All = new(StringComparer.Ordinal)
    {
        ["yearOf"] = Part(TemporalPrecision.Year),
        ["monthOf"] = Part(TemporalPrecision.Month),
        ["dayOf"] = Part(TemporalPrecision.Day),
        ["hourOf"] = Part(TemporalPrecision.Hour),
        ["minuteOf"] = Part(TemporalPrecision.Minute),
        ["secondOf"] = Part(TemporalPrecision.Second),
        ["millisecondOf"] = Part(TemporalPrecision.Fraction),
        ["timezoneOffsetOf"] = Of(static value => value.ZoneMinutes is { } minutes ? PathValue.Of(minutes / 60m) : null),
        ["dateOf"] = Of(static value => value.Kind == PathKind.Time ? null : PathValue.Of(value.As(PathKind.Date))),
        ["timeOf"] = Of(static value => value.Precision < TemporalPrecision.Hour ? null : PathValue.Of(value.As(PathKind.Time))),
    };

    private static (int, int, Function) Part(TemporalPrecision part) => Of(value => value.Component(part) is { } number ? PathValue.Of((long)number) : null);

    private static (int, int, Function) Of(Func<PathDateTime, PathValue?> function) =>
        (0, 0, (Evaluation e, in Scope scope, PathList input, Expression[] a, PathList output) =>
        {
            if (!Singleton.TryTake(input, out PathValue item)) return;
            if (!item.TrySystem(out PathValue value) || !value.IsTemporal) throw new FhirPathException("A date, dateTime or time is expected.");
            if (function(value.DateTime) is { } result) output.Add(result);
        });
}
