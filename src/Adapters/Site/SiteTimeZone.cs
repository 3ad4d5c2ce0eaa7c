using System.Globalization;

namespace Consortium.Adapters.Site;

/// <summary>Time zones as a site writes them: an IANA name (<c>Asia/Shanghai</c>) or a fixed offset (<c>+08:00</c>).</summary>
internal static class SiteTimeZone
{
    public static TimeZoneInfo? Find(string name)
    {
        if (name is "UTC" or "Z") return TimeZoneInfo.Utc;
        if (name.Length == 6 && name[0] is '+' or '-')
        {
            return TimeSpan.TryParseExact(name.AsSpan(1), @"hh\:mm", CultureInfo.InvariantCulture, out TimeSpan offset) && offset <= TimeSpan.FromHours(14)
                ? TimeZoneInfo.CreateCustomTimeZone(name, name[0] == '-' ? -offset : offset, name, name)
                : null;
        }

        // Only names with an area: "local" or a Windows display name would depend on the server.
        return name.Contains('/', StringComparison.Ordinal) && TimeZoneInfo.TryFindSystemTimeZoneById(name, out TimeZoneInfo? zone) ? zone : null;
    }

    public static string Missing(string name) =>
        $"the time zone '{name}' is not known here. Write an IANA name such as Asia/Shanghai (the package tzdata must be installed), or an offset such as +08:00.";
}
