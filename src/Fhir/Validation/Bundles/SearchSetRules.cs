namespace Consortium.Fhir.Validation.Bundles;

/// <summary>The results of a search (FHIR R4 search.html#return, bundle-definitions.html#Bundle.entry.search).</summary>
internal static class SearchSetRules
{
    public static void Check(ValidationContext context, int bundle, List<BundleEntry> entries)
    {
        if (!new FhirNode(context.Document, bundle).ChildrenNamed("link").Any(l => l.Text("relation") == "self"))
        {
            context.Issues.Warning(bundle, "required", "The results of a search have a link 'self' that says what was searched for (FHIR R4 search.html#conformance).");
        }

        foreach (BundleEntry entry in entries)
        {
            if (entry.Resource == 0)
            {
                context.Issues.Error(entry.Node, "required", "Each entry of a search's results has a resource (FHIR R4 bundle.html#searchset).");
                continue;
            }

            string type = context.Tables.TypeName(context.Document.Nodes[entry.Resource].Type);
            int mode = BundleEntries.TextOf(context.Document, entry.Search, "mode"u8);
            bool outcome = type == "OperationOutcome";
            if (mode != 0 && outcome != context.Document.Value(mode).SequenceEqual("outcome"u8))
            {
                context.Issues.Error(mode, "value", outcome
                    ? "An OperationOutcome among the results of a search has the mode outcome (FHIR R4 valueset-search-entry-mode.html)."
                    : $"The mode outcome is for an OperationOutcome; the resource is a {type} (FHIR R4 valueset-search-entry-mode.html).");
            }

            if (!outcome && BundleEntries.Text(context.Document, entry.Resource, "id"u8) == 0)
            {
                context.Issues.Error(entry.Resource, "required", $"The {type} has no id; only a resource that is being created has none (FHIR R4 resource-definitions.html#Resource.id).");
            }
        }
    }
}
