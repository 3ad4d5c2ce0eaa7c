namespace Consortium.Fhir.Validation.StructureDefinitions;

/// <summary>The definition of an extension says where it may stand (FHIR R4 defining-extensions.html#context).</summary>
internal static class ExtensionDefinitionRules
{
    public static void Check(ValidationContext context, FhirNode definition)
    {
        foreach (FhirNode stands in definition.ChildrenNamed("context"))
        {
            FhirNode expression = stands.Child("expression");
            if (expression.Value is not { } text) continue;
            switch (stands.Child("type").Value)
            {
                case "fhirpath" when ElementExpressionRules.Fault(text) is { } fault:
                    context.Issues.Error(expression.Place().Index, "invalid", $"The context is not FHIRPath: {fault}");
                    break;
                case "element" when !IsKnownElement(context, text):
                    context.Issues.Warning(expression.Place().Index, "not-found", "The context names no element of R4 or of the definitions at hand: write a type (Patient), an element id (Patient.contact) or a profile with its element id (url#id).");
                    break;
                case "extension" when !Uri.TryCreate(WithoutFragment(text), UriKind.Absolute, out _):
                    context.Issues.Error(expression.Place().Index, "invalid", "A context of type extension is the URL of an extension.");
                    break;
            }
        }

        foreach (FhirNode invariant in definition.ChildrenNamed("contextInvariant"))
        {
            if (invariant.Value is { } text && ElementExpressionRules.Fault(text) is { } fault) context.Issues.Error(invariant.Place().Index, "invalid", $"The contextInvariant is not FHIRPath: {fault}");
        }
    }

    private static bool IsKnownElement(ValidationContext context, string expression)
    {
        int hash = expression.IndexOf('#', StringComparison.Ordinal);
        string id = expression[(hash + 1)..];
        string url = hash > 0 ? expression[..hash] : expression.Contains("://", StringComparison.Ordinal) ? expression : "http://hl7.org/fhir/StructureDefinition/" + id.Split('.')[0];
        if (context.Definitions.Snapshots.Find(url) is not { } definition) return false;
        // An element below a data type has its id in that type; the first step into it is all that can be looked up here.
        string[] names = id.Split('.');
        return hash < 0 && expression == url
            || definition.Elements.Count == 0
            || names.Length == 1
            || definition.Elements.Any(e => id.StartsWith(e.Id, StringComparison.Ordinal) && (id.Length == e.Id.Length || (id[e.Id.Length] == '.' && !e.IsRoot && e.Types.Count > 0)));
    }

    private static string WithoutFragment(string url)
    {
        int hash = url.IndexOf('#', StringComparison.Ordinal);
        return hash < 0 ? url : url[..hash];
    }
}
