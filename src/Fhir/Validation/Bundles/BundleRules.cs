namespace Consortium.Fhir.Validation.Bundles;

/// <summary>What the type of a Bundle asks of its entries (FHIR R4 bundle.html), besides the invariants bdl-1 to bdl-12.</summary>
internal static class BundleRules
{
    public static void Check(ValidationContext context, int at)
    {
        FhirDocument document = context.Document;
        int stated = BundleEntries.Text(document, at, "type"u8);
        if (stated == 0) return;
        List<BundleEntry> entries = BundleEntries.Read(document, at);
        ReadOnlySpan<byte> type = document.Value(stated);
        if (type.SequenceEqual("document"u8)) DocumentRules.Check(context, entries);
        else if (type.SequenceEqual("message"u8)) MessageRules.Check(context, entries);
        else if (type.SequenceEqual("transaction"u8) || type.SequenceEqual("batch"u8)) RequestRules.Check(context, entries);
        else if (type.SequenceEqual("searchset"u8)) SearchSetRules.Check(context, at, entries);
        ResponseStatusRules.Check(context, entries);
        bool unidentified = type.SequenceEqual("transaction"u8) || type.SequenceEqual("batch"u8) || type.SequenceEqual("transaction-response"u8) || type.SequenceEqual("batch-response"u8);
        if (!unidentified) CheckFullUrls(context, entries);
    }

    /// <summary>
    /// bundle-definitions.html#Bundle.entry.fullUrl: it "SHALL have a value" but for a resource that is posted or that is not
    /// identified. A resource with an id is.
    /// </summary>
    private static void CheckFullUrls(ValidationContext context, List<BundleEntry> entries)
    {
        foreach (BundleEntry entry in entries)
        {
            if (entry.FullUrl != 0 || entry.Resource == 0) continue;
            string type = context.Tables.TypeName(context.Document.Nodes[entry.Resource].Type);
            if (type == "OperationOutcome") continue;
            if (BundleEntries.Text(context.Document, entry.Resource, "id"u8) != 0)
            {
                context.Issues.Error(entry.Node, "required", $"The {type} has an id, so its entry has a fullUrl (FHIR R4 bundle-definitions.html#Bundle.entry.fullUrl).");
            }
            else
            {
                context.Issues.Warning(entry.Node, "required", $"The entry has no fullUrl, so nothing can refer to its {type} (FHIR R4 bundle-definitions.html#Bundle.entry.fullUrl).");
            }
        }
    }
}
