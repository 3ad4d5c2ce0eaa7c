using System.Globalization;

namespace Consortium.Adapters.Table.Sql;

/// <summary>A watermark as it is kept: a text whose order is that of the values.</summary>
internal static class Watermark
{
    private const string Format = "yyyy-MM-dd HH:mm:ss.fffffff";

    /// <summary>Whether a text is one of a type.</summary>
    public static bool IsOf(WatermarkType type, string text) => type switch
    {
        WatermarkType.Integer => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
        WatermarkType.Timestamp => TryTime(text, out _),
        _ => true,
    };

    /// <summary>A value of the database as it is kept; null where it is no watermark of the type.</summary>
    public static string? Of(WatermarkType type, object value) => (type, value) switch
    {
        (WatermarkType.Timestamp, DateTime time) => time.ToString(Format, CultureInfo.InvariantCulture) + (time.Kind == DateTimeKind.Utc ? "Z" : ""),
        (WatermarkType.Timestamp, DateTimeOffset time) => time.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture) + "Z",
        (WatermarkType.Timestamp, DateOnly date) => date.ToDateTime(TimeOnly.MinValue).ToString(Format, CultureInfo.InvariantCulture),
        (WatermarkType.Integer, long or int or short or byte) => System.Convert.ToInt64(value, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture),
        (WatermarkType.Integer, decimal number) when number == decimal.Truncate(number) => number.ToString("0", CultureInfo.InvariantCulture),
        (WatermarkType.Text, string text) => text,
        _ => null,
    };

    /// <summary>The parameter of a query that starts at a watermark, so much before it.</summary>
    public static object Parameter(WatermarkType type, string kept, TimeSpan overlap) => type switch
    {
        WatermarkType.Integer => long.Parse(kept, CultureInfo.InvariantCulture),
        WatermarkType.Timestamp when TryTime(kept, out DateTime time) => time.Ticks > overlap.Ticks ? time - overlap : time,
        _ => kept,
    };

    /// <summary>Which of two comes later.</summary>
    public static int Compare(WatermarkType type, string a, string b) => type switch
    {
        WatermarkType.Integer => long.Parse(a, CultureInfo.InvariantCulture).CompareTo(long.Parse(b, CultureInfo.InvariantCulture)),
        WatermarkType.Timestamp when TryTime(a, out DateTime one) && TryTime(b, out DateTime two) => one.CompareTo(two),
        _ => string.CompareOrdinal(a, b),
    };

    // With Z it is a time of a column with time zone, without one the database's local time; a query's watermarks are all of one kind.
    private static bool TryTime(string text, out DateTime time)
    {
        bool utc = text.EndsWith('Z');
        bool good = DateTime.TryParse(utc ? text[..^1] : text, CultureInfo.InvariantCulture, DateTimeStyles.None, out time);
        time = DateTime.SpecifyKind(time, utc ? DateTimeKind.Utc : DateTimeKind.Unspecified);
        return good;
    }
}
