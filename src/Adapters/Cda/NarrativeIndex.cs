using Consortium.Adapters.Cda.Xml;

namespace Consortium.Adapters.Cda;

/// <summary>The elements of the narrative blocks by their <c>ID</c>, so that <c>&lt;reference value="#x"/&gt;</c> of an entry gives its words.</summary>
internal sealed class NarrativeIndex
{
    private readonly Dictionary<string, CdaNode> _byId = new(StringComparer.Ordinal);

    public NarrativeIndex(CdaNode document) => Collect(document, inNarrative: false);

    /// <summary>The element that a reference names; null where it names none of the document's.</summary>
    public CdaNode? Find(string? reference) =>
        reference is { Length: > 1 } && reference[0] == '#' ? _byId.GetValueOrDefault(reference[1..]) : null;

    /// <summary>The words of an <c>ED</c>: its own, or those that its reference names; null where there are none.</summary>
    public string? TextOf(CdaNode? encapsulated)
    {
        if (encapsulated is null || encapsulated.NullFlavor is not null && encapsulated.First is null) return null;
        if (encapsulated.Child("reference") is { } reference && Find(reference["value"]) is { } named) return named.Text;
        return encapsulated["representation"] == "B64" ? null : encapsulated.Text;
    }

    // Only what stands in narrative: an ID elsewhere is none of CDA's.
    private void Collect(CdaNode node, bool inNarrative)
    {
        bool here = inNarrative || node is { Name: "text", Parent.Name: "section" };
        if (here && node["ID"] is { } id) _byId.TryAdd(id, node);
        for (CdaNode? child = node.First; child is not null; child = child.Next)
        {
            if (!child.IsText && (here || child.Name is "component" or "structuredBody" or "section" or "text")) Collect(child, here);
        }
    }
}
