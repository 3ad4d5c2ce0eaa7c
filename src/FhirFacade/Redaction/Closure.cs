namespace Consortium.FhirFacade.Redaction;

/// <summary>
/// Completes the marks so that what remains is whole: <c>x</c> with <c>_x</c>, an array of primitives with all its
/// entries (<c>record-commitment.md</c>, "To verify", step 2), an extension with its value, no empty containers.
/// </summary>
internal static class Closure
{
    public static void Complete(JsonSpan value)
    {
        if (value.Hidden || !value.IsContainer) return;
        foreach (JsonSpan child in value.Children) Complete(child);

        if (value.Kind == JsonSpanKind.Array)
        {
            if (value.Children.Exists(c => !c.IsContainer) && value.HidesAnything) value.Hidden = true;
        }
        else
        {
            CompleteMembers(value);
        }

        if (value.Children.TrueForAll(c => c.Hidden)) value.Hidden = true;
    }

    private static void CompleteMembers(JsonSpan value)
    {
        foreach (JsonSpan extensions in value.Children.Where(c => c.Name.StartsWith('_')))
        {
            JsonSpan? primitive = value.Member(extensions.Name[1..]);
            if (!extensions.HidesAnything && primitive is not { HidesAnything: true }) continue;
            extensions.Hidden = true;
            if (primitive is not null) primitive.Hidden = true;
        }

        // An extension has a value or extensions (FHIR R4 invariant ext-1); its url alone says only that something is there.
        if (value.Member("url") is { } && value.Children.TrueForAll(c => c.Hidden || c.Name is "url" or "id") && value.Children.Exists(c => c.Name == "extension" || c.Name.StartsWith("value", StringComparison.Ordinal)))
        {
            foreach (JsonSpan child in value.Children) child.Hidden = true;
        }
    }
}
