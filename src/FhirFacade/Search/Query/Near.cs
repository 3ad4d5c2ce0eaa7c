using System.Globalization;
using Consortium.FhirFacade.Rest;
using Consortium.FhirFacade.Search.Indexing;

namespace Consortium.FhirFacade.Search.Query;

/// <summary><c>Location?near</c>: latitude|longitude|distance|units (FHIR R4 location.html#search).</summary>
/// <param name="Latitude">In degrees, north positive.</param>
/// <param name="Longitude">In degrees, east positive.</param>
/// <param name="Metres">The distance in metres.</param>
internal readonly record struct Near(double Latitude, double Longitude, double Metres)
{
    /// <summary>The name of the parameter.</summary>
    public const string Code = "near";

    /// <summary>Where no distance is given, "near" is at the server's discretion: as far as people go to a hospital.</summary>
    private const decimal DefaultKilometres = 50;

    /// <summary>Reads one alternative.</summary>
    /// <exception cref="FhirException">400: it is none.</exception>
    public static Near Parse(string value)
    {
        string[] parts = [.. SearchValues.Parts(value, '|').Select(SearchValues.Unescape)];
        decimal distance = DefaultKilometres;
        bool good = parts.Length is >= 2 and <= 4;
        double latitude = 0, longitude = 0;
        good = good && TryNumber(parts[0], out latitude) && Math.Abs(latitude) <= 90 && TryNumber(parts[1], out longitude) && Math.Abs(longitude) <= 180;
        bool stated = parts.Length > 2 && parts[2].Length > 0;
        good = good && (!stated || (decimal.TryParse(parts[2], NumberStyles.Float & ~NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out distance) && distance >= 0));
        if (!good) throw FhirException.BadRequest("value", "near takes latitude|longitude|distance|units in degrees (WGS84), the distance without a sign; distance and units may be left out (50 km, km).");
        string unit = !stated || parts.Length < 4 || parts[3].Length == 0 ? "km" : parts[3];
        // UCUM has the mile in brackets; people leave them out.
        if (unit is "mi_us" or "mi_i" or "ft_i" or "ft_us") unit = $"[{unit}]";
        if (unit is "mi") unit = "[mi_i]";
        if (!QuantityValues.TryCanonical(distance, unit, out double metres, out string canonical) || canonical != "m")
        {
            throw FhirException.BadRequest("value", "near: the unit is a length of UCUM: km, m, [mi_us], [mi_i] (mi), [ft_i] …");
        }

        return new Near(latitude, longitude, metres);
    }

    private static bool TryNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out number);
}
