using Consortium.Fhir.Conformance;

namespace Consortium.Fhir.Validation.StructureDefinitions;

/// <summary>The expressions of element definitions can be understood: invariants are FHIRPath, discriminators the part of it that is for them.</summary>
internal static class ElementExpressionRules
{
    /// <param name="context">Takes the issues.</param>
    /// <param name="view">The differential or the snapshot.</param>
    public static void Check(ValidationContext context, FhirNode view)
    {
        // A snapshot repeats the invariants of its types at each element; each is told of once.
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (FhirNode element in view.ChildrenNamed("element"))
        {
            foreach (FhirNode child in element.Children)
            {
                if (child.Name == "constraint") CheckConstraint(context, child, seen);
                else if (child.Name == "slicing") CheckSlicing(context, child);
            }
        }
    }

    private static void CheckConstraint(ValidationContext context, FhirNode constraint, HashSet<string> seen)
    {
        FhirNode expression = constraint.Child("expression");
        if (expression.Value is not { } text || !seen.Add(text)) return;
        if (Fault(text) is { } fault) context.Issues.Error(expression.Place().Index, "invalid", $"The expression of {Key(constraint)} is not FHIRPath: {fault}");
    }

    private static void CheckSlicing(ValidationContext context, FhirNode slicing)
    {
        foreach (FhirNode discriminator in slicing.ChildrenNamed("discriminator"))
        {
            FhirNode path = discriminator.Child("path");
            if (path.Value is not { } text || DiscriminatorPath.Parse(text).Steps is not null) continue;
            context.Issues.Error(path.Place().Index, "invalid",
                "A discriminator's path has element names, $this, extension(url), resolve() and ofType(type), and no other FHIRPath (FHIR R4 profiling.html#discriminator).");
        }
    }

    /// <summary>Why an expression cannot be compiled; null where it can.</summary>
    public static string? Fault(string expression)
    {
        try
        {
            FhirPath.Compile(expression);
            return null;
        }
        catch (FhirPathException fault)
        {
            return fault.Message;
        }
    }

    private static string Key(FhirNode constraint) => FhirDocument.Shown(constraint.Child("key").Utf8Value);
}
