namespace Consortium.Fhir.Xml;

/// <summary>What the JSON made from an XML resource does not show: where things stood, and which stood in the wrong order.</summary>
/// <param name="Places">Ascending by offset in the JSON, the places of its properties in the XML.</param>
/// <param name="Disorder">Offsets of elements that stand after one that the definition has later, with the name of that.</param>
internal sealed record XmlOrigin(IReadOnlyList<(int Offset, int Line, int Column)> Places, IReadOnlyList<(int Offset, string After)> Disorder)
{
    public (int Line, int Column) Place(int offset)
    {
        int low = 0, high = Places.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (Places[middle].Offset <= offset) low = middle;
            else high = middle - 1;
        }

        return (Places[low].Line, Places[low].Column);
    }
}
