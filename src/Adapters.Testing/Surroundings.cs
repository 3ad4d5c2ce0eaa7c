using System.Globalization;

namespace Consortium.Adapters.Testing;

/// <summary>Machines that are set up otherwise: their culture, their time zone.</summary>
internal static class Surroundings
{
    private static readonly Lock ServersZone = new();

    /// <summary>Runs under a culture that writes numbers and dates in a way of its own; made up, so that it is there on every machine.</summary>
    public static T InAnotherCulture<T>(Func<T> action)
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = ",";
        culture.NumberFormat.NumberGroupSeparator = ".";
        culture.NumberFormat.NegativeSign = "\u2212";
        culture.DateTimeFormat.DateSeparator = ".";
        culture.DateTimeFormat.TimeSeparator = "-";
        culture.DateTimeFormat.ShortDatePattern = "dd/MM/yy";
        culture.DateTimeFormat.LongTimePattern = "H/mm";
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = culture;
            return action();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    /// <summary>Runs with the server's clock in another zone. On Windows the zone of a process cannot be set; there it runs as it is.</summary>
    public static T InServerZone<T>(string zone, Func<T> action)
    {
        if (OperatingSystem.IsWindows()) return action();
        lock (ServersZone)
        {
            string? before = Environment.GetEnvironmentVariable("TZ");
            try
            {
                Environment.SetEnvironmentVariable("TZ", zone);
                TimeZoneInfo.ClearCachedData();
                return action();
            }
            finally
            {
                Environment.SetEnvironmentVariable("TZ", before);
                TimeZoneInfo.ClearCachedData();
            }
        }
    }
}
