using Consortium.Adapters.Hl7V2.Er7;

namespace Consortium.Adapters.Hl7V2;

/// <summary>Names the fields that hold data and that no map used, so that nothing is lost silently. Names only: their values are patient data.</summary>
internal static class UnmappedFields
{
    private const int MostNamed = 60;

    /// <summary>Notes them as one remark.</summary>
    /// <param name="conversion">The message.</param>
    /// <param name="mapped">The segments that its map knows; of another one only the name is said.</param>
    public static void Report(MessageConversion conversion, HashSet<string> mapped)
    {
        var places = new List<string>();
        HashSet<string>? whole = null;
        HashSet<string>? named = null;
        foreach (Er7Segment segment in conversion.Message.InOrder[1..])
        {
            bool isMapped = segment.Name == "EVN" || mapped.Contains(segment.Name); // EVN goes to the Provenance of every message
            if (!isMapped)
            {
                if (whole?.Contains(segment.Name) == true || !segment.HasUnreadData) continue;
                (whole ??= []).Add(segment.Name);
                places.Add($"{segment.Name} (all of it)");
                continue;
            }

            if (segment.UnreadOrNone() is not { } unread) continue;
            if (segment.Occurrences == 1)
            {
                places.AddRange(unread);
            }
            else
            {
                // The same field of several segments is named once.
                foreach (string place in unread)
                {
                    if ((named ??= new HashSet<string>(StringComparer.Ordinal)).Add(place)) places.Add(place);
                }
            }
        }

        if (places.Count == 0) return;
        string more = places.Count > MostNamed ? $" and {places.Count - MostNamed} more" : "";
        conversion.Inform("informational", places[0].Split(' ')[0], null, $"not mapped to FHIR, kept in the raw record: {string.Join(", ", places.Count > MostNamed ? places[..MostNamed] : places)}{more}.");
    }
}
