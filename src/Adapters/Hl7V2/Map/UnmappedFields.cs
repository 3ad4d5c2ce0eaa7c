using Consortium.Adapters.Hl7V2.Er7;

namespace Consortium.Adapters.Hl7V2.Map;

/// <summary>Names the fields that hold data and that no map used, so that nothing is lost silently. Names only: their values are patient data.</summary>
internal static class UnmappedFields
{
    private const int MostNamed = 60;

    /// <summary>Notes them as one remark.</summary>
    /// <param name="conversion">The message.</param>
    /// <param name="mapped">The segments that its map knows; of another one only the name is said.</param>
    public static void Report(MessageConversion conversion, IReadOnlySet<string> mapped)
    {
        var places = new List<string>();
        foreach (IGrouping<string, Er7Segment> segments in conversion.Message.Segments.Skip(1).GroupBy(segment => segment.Name, StringComparer.Ordinal))
        {
            List<string> unread = [.. segments.SelectMany(segment => segment.Unread()).Distinct(StringComparer.Ordinal)];
            if (unread.Count == 0) continue;
            if (mapped.Contains(segments.Key)) places.AddRange(unread);
            else places.Add($"{segments.Key} (all of it)");
        }

        if (places.Count == 0) return;
        string more = places.Count > MostNamed ? $" and {places.Count - MostNamed} more" : "";
        conversion.Inform("informational", places[0].Split(' ')[0], null, $"not mapped to FHIR, kept in the raw record: {string.Join(", ", places.Take(MostNamed))}{more}.");
    }

    /// <summary>The segments that the maps in code know.</summary>
    public static IReadOnlySet<string> MappedInCode { get; } = new HashSet<string>(StringComparer.Ordinal)
        { "MSH", "EVN", "PID", "PD1", "NK1", "PV1", "PV2", "AL1", "DG1", "ORC", "OBR", "OBX", "NTE", "SPM" };
}
