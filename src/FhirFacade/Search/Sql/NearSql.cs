using Consortium.FhirFacade.Search.Indexing;
using Consortium.FhirFacade.Search.Query;

namespace Consortium.FhirFacade.Search.Sql;

/// <summary>
/// Distances as SQL without trigonometry, which SQLite may lack: places are points of the unit sphere, and the chord between two of them grows with the distance.
/// The Earth counts as a sphere of its mean radius, which is right within 0.6 %.
/// </summary>
internal static class NearSql
{
    /// <summary>The mean radius of WGS84 (IUGG R1), in metres.</summary>
    private const double Radius = 6_371_008.8;

    /// <summary>A little more than rounding takes from a chord of nothing.</summary>
    private const double Rounding = 1e-15;

    /// <summary>The condition on a row of <c>search_position</c>.</summary>
    public static string Holds(IReadOnlyList<Near> alternatives, string row, SqlParameters parameters) =>
        "(" + string.Join(" OR ", alternatives.Select(near => Holds(near, row, parameters))) + ")";

    private static string Holds(Near near, string row, SqlParameters parameters)
    {
        var centre = PositionRow.At(near.Latitude, near.Longitude);
        double angle = Math.Min(near.Metres / Radius, Math.PI), degrees = double.RadiansToDegrees(angle);
        double chord = 2 * Math.Sin(angle / 2);
        string x = parameters.Add(centre.X), y = parameters.Add(centre.Y), z = parameters.Add(centre.Z);
        return $"({row}.latitude >= {parameters.Add(near.Latitude - degrees - 1e-9)} AND {row}.latitude <= {parameters.Add(near.Latitude + degrees + 1e-9)} AND " +
            $"({row}.x - {x}) * ({row}.x - {x}) + ({row}.y - {y}) * ({row}.y - {y}) + ({row}.z - {z}) * ({row}.z - {z}) <= {parameters.Add((chord * chord) + Rounding)})";
    }
}
