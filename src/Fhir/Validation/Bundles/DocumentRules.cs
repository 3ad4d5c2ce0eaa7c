using Consortium.Fhir.Json;

namespace Consortium.Fhir.Validation.Bundles;

/// <summary>A document: what its Composition refers to is in the Bundle, and all else is reachable from it (FHIR R4 documents.html#content).</summary>
internal static class DocumentRules
{
    // documents.html#content: the references of the Composition whose targets the Bundle SHALL include.
    private static readonly string[][] s_included = [["subject"], ["encounter"], ["author"], ["attester", "party"], ["custodian"], ["event", "detail"]];
    private static readonly string[] s_ofSections = ["author", "focus", "entry"];

    public static void Check(ValidationContext context, List<BundleEntry> entries)
    {
        if (entries.Count == 0 || entries[0].Resource == 0) return;
        FhirNode composition = new(context.Document, entries[0].Resource);
        if (composition.TypeName != "Composition") return;
        foreach (string[] path in s_included)
        {
            IEnumerable<FhirNode> references = composition.ChildrenNamed(path[0]);
            if (path.Length > 1) references = references.SelectMany(r => r.ChildrenNamed(path[1]));
            foreach (FhirNode reference in references) CheckIncluded(context, reference, "Composition." + string.Join('.', path));
        }

        CheckSections(context, composition);
        EntryReachability.Check(context, entries, "the Composition");
    }

    private static void CheckSections(ValidationContext context, FhirNode holder)
    {
        foreach (FhirNode section in holder.ChildrenNamed("section"))
        {
            foreach (string name in s_ofSections)
            {
                foreach (FhirNode reference in section.ChildrenNamed(name)) CheckIncluded(context, reference, "Composition.section." + name);
            }

            CheckSections(context, section);
        }
    }

    /// <summary>A literal reference leads to an entry (or contained resource) of the Bundle.</summary>
    public static void CheckIncluded(ValidationContext context, FhirNode reference, string path)
    {
        (FhirDocument document, int at) = reference.Place();
        if (document.Nodes[at].Kind != JsonKind.Object || reference.Text("reference") is not { } literal || document.References.Resolve(at) is not null) return;
        // A fragment that leads nowhere is the finding of the rule for references.
        if (literal.StartsWith('#')) return;
        context.Issues.Error(at, "not-found", $"{path} refers to a resource that is not in the Bundle; a document or message includes it (no entry has {FhirNodeValues.Shown(literal)} as its fullUrl).");
    }
}
