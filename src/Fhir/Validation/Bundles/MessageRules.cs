namespace Consortium.Fhir.Validation.Bundles;

/// <summary>A message: what its MessageHeader is about is in the Bundle (FHIR R4 messaging.html).</summary>
internal static class MessageRules
{
    public static void Check(ValidationContext context, List<BundleEntry> entries)
    {
        if (entries.Count == 0 || entries[0].Resource == 0) return;
        FhirNode header = new(context.Document, entries[0].Resource);
        if (header.TypeName != "MessageHeader") return;
        foreach (FhirNode focus in header.ChildrenNamed("focus")) DocumentRules.CheckIncluded(context, focus, "MessageHeader.focus");
        EntryReachability.Check(context, entries, "the MessageHeader");
    }
}
