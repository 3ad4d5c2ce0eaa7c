using Consortium.Adapters.Cda.Sections;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Cda.Entries;

/// <summary>Where an entry stands: the document's conversion, its section, and what the section has so far.</summary>
internal sealed class EntryScope(CdaConversion conversion, SectionTraits section)
{
    public CdaConversion Conversion { get; } = conversion;

    public SectionTraits Section { get; } = section;

    /// <summary>References to what the section's entries gave.</summary>
    public List<DraftObject> Entries { get; } = [];

    /// <summary>True where an entry says that there is nothing to be said, such as that no medication is known.</summary>
    public bool NilKnown { get; set; }

    /// <summary>Adds a resource and makes it an entry of the section.</summary>
    public DraftObject Add(DraftObject resource)
    {
        DraftObject reference = Conversion.Add(resource);
        Entries.Add(reference);
        return reference.DeepClone().AsObject();
    }
}
