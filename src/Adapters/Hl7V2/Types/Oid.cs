namespace Consortium.Adapters.Hl7V2.Types;

/// <summary>Object identifiers as text.</summary>
internal static class Oid
{
    /// <summary>True for an OID as FHIR's <c>urn:oid:</c> takes it: at least two arcs, the first 0 to 2, none with leading zeros.</summary>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        int arcs = 0;
        foreach (Range range in text.Split('.'))
        {
            ReadOnlySpan<char> arc = text[range];
            if (arc.IsEmpty || arc.ContainsAnyExceptInRange('0', '9') || (arc.Length > 1 && arc[0] == '0')) return false;
            if (arcs == 0 && (arc.Length > 1 || arc[0] > '2')) return false;
            arcs++;
        }

        return arcs > 1;
    }
}
