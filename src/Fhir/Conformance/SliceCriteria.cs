using System.Text;
using Consortium.Fhir.Definitions;

namespace Consortium.Fhir.Conformance;

/// <summary>What one discriminator asks of an item for one slice.</summary>
internal abstract record SliceCriterion(Discriminator Discriminator);

/// <summary>The profile gives the discriminator nothing to tell by.</summary>
internal sealed record UndeterminedCriterion(Discriminator Discriminator) : SliceCriterion(Discriminator);

/// <summary>The value equals one of the fixed values.</summary>
internal sealed record FixedCriterion(Discriminator Discriminator, IReadOnlyList<FhirNode> Values) : SliceCriterion(Discriminator);

/// <summary>The value matches one of the patterns.</summary>
internal sealed record PatternCriterion(Discriminator Discriminator, IReadOnlyList<FhirNode> Patterns) : SliceCriterion(Discriminator);

/// <summary>The text equals these bytes: the url of an extension.</summary>
internal sealed record TextCriterion(Discriminator Discriminator, string Text, byte[] Utf8) : SliceCriterion(Discriminator);

/// <summary>The code is in a value set that binds required.</summary>
internal sealed record ValueSetCriterion(Discriminator Discriminator, ProfileBinding Binding) : SliceCriterion(Discriminator);

/// <summary>The element has what its definition fixes further down.</summary>
internal sealed record ContentCriterion(Discriminator Discriminator, ProfileElement Definition) : SliceCriterion(Discriminator);

/// <summary>The element is there, or is not.</summary>
internal sealed record ExistsCriterion(Discriminator Discriminator, bool Exists) : SliceCriterion(Discriminator);

/// <summary>The element, or what it refers to, is of one of the types.</summary>
internal sealed record TypeCriterion(Discriminator Discriminator, IReadOnlyList<int> Types) : SliceCriterion(Discriminator);

/// <summary>The element, or what it refers to, conforms to one of the profiles.</summary>
internal sealed record ProfileCriterion(Discriminator Discriminator, IReadOnlyList<string> Profiles) : SliceCriterion(Discriminator);

/// <summary>
/// Finds out what each discriminator asks of a slice, from the definitions at its path: those of the slice itself and those of
/// the profiles that its elements name (FHIR R4 profiling.html#discriminator).
/// </summary>
internal static class SliceCriteria
{
    public static SliceCriterion[] Of(Slice slice, Slicing slicing, ProfileSet profiles) =>
        [.. slicing.Discriminators.Select(d => Of(d, slice.Element, profiles))];

    private static SliceCriterion Of(Discriminator discriminator, ProfileElement slice, ProfileSet profiles)
    {
        if (discriminator.Path.Steps is not { } steps) return new UndeterminedCriterion(discriminator);
        if (IsExtensionUrl(slice, steps) && UrlOf(slice) is { } url) return new TextCriterion(discriminator, url, Encoding.UTF8.GetBytes(url));
        List<Place> places = Locate(slice, steps, profiles);
        return discriminator.Kind switch
        {
            DiscriminatorKind.Exists => OfExistence(discriminator, places),
            DiscriminatorKind.Type => OfType(discriminator, places, profiles),
            DiscriminatorKind.Profile => OfProfile(discriminator, places, profiles),
            _ => OfValue(discriminator, places, profiles),
        };
    }

    private static bool IsExtensionUrl(ProfileElement slice, IReadOnlyList<DiscriminatorStep> steps) =>
        slice.IsExtension && steps is [{ Kind: DiscriminatorStepKind.Child } only] && only.Number == ProfileNames.Url;

    /// <summary>The url that an extension slice stands for: that of its profile, or the one fixed in the slice itself.</summary>
    public static string? UrlOf(ProfileElement slice)
    {
        if (slice.Child(ProfileNames.Url) is { Fixed.Exists: true } url) return url.Fixed.Value;
        if (slice.Child(ProfileNames.Url) is { Pattern.Exists: true } pattern) return pattern.Pattern.Value;
        string? profile = slice.Types.SelectMany(t => t.Profiles).FirstOrDefault();
        int bar = profile?.IndexOf('|', StringComparison.Ordinal) ?? -1;
        return bar < 0 ? profile : profile![..bar];
    }

    private static SliceCriterion OfValue(Discriminator discriminator, List<Place> places, ProfileSet profiles)
    {
        // Fixed values and patterns first: they say it exactly. Then a required binding, then what must or must not be there.
        List<FhirNode> fixedValues = [.. places.Where(p => p.Element.Fixed.Exists).Select(p => p.Element.Fixed)];
        if (fixedValues.Count > 0) return new FixedCriterion(discriminator, fixedValues);
        List<FhirNode> patterns = [.. places.Where(p => p.Element.Pattern.Exists).Select(p => p.Element.Pattern)];
        if (patterns.Count > 0) return new PatternCriterion(discriminator, patterns);
        ProfileBinding? binding = places.SelectMany(p => p.Element.Bindings).FirstOrDefault(b => b.Strength == BindingStrength.Required && !b.IsMaximum);
        if (binding is not null) return new ValueSetCriterion(discriminator, binding);
        foreach (Place place in places)
        {
            if (HasFixedContent(place.Element, depth: 0)) return new ContentCriterion(discriminator, place.Element);
        }

        if (OfProfile(discriminator, places, profiles) is ProfileCriterion conformance) return conformance;
        return OfExistence(discriminator, places);
    }

    private static SliceCriterion OfExistence(Discriminator discriminator, List<Place> places)
    {
        foreach (Place place in places)
        {
            if (place.Steps == 0) continue;
            if (place.Element.Max == 0) return new ExistsCriterion(discriminator, Exists: false);
            if (place.Element.Min > 0) return new ExistsCriterion(discriminator, Exists: true);
        }

        return new UndeterminedCriterion(discriminator);
    }

    private static SliceCriterion OfType(Discriminator discriminator, List<Place> places, ProfileSet profiles)
    {
        HashSet<int> types = [];
        foreach (Place place in places)
        {
            if (place.Resolved)
            {
                types.UnionWith(place.Element.Types.SelectMany(t => t.Targets).Select(profiles.TypeOf));
                continue;
            }

            if (place.Element.ForType != 0) types.Add(place.Element.ForType);
            foreach (TypeConstraint type in place.Element.Types)
            {
                // An abstract code with profiles (Resource) means the types of these.
                if (type.Profiles.Count > 0 && type.Type != 0 && R4Tables.Instance.Types[type.Type].Kind == TypeKind.Abstract) types.UnionWith(type.Profiles.Select(profiles.TypeOf));
                else types.Add(type.Type);
            }
        }

        types.Remove(0);
        return types.Count > 0 ? new TypeCriterion(discriminator, [.. types]) : new UndeterminedCriterion(discriminator);
    }

    private static SliceCriterion OfProfile(Discriminator discriminator, List<Place> places, ProfileSet profiles)
    {
        List<string> named = [.. places.SelectMany(p => p.Element.Types.SelectMany(t => p.Resolved ? t.Targets : t.Profiles)).Distinct(StringComparer.Ordinal)];
        if (named.Count > 0) return new ProfileCriterion(discriminator, named);
        return discriminator.Kind == DiscriminatorKind.Profile ? OfType(discriminator, places, profiles) : new UndeterminedCriterion(discriminator);
    }

    private static bool HasFixedContent(ProfileElement element, int depth) =>
        depth < 8 && element.Children.Any(c => c.Fixed.Exists || c.Pattern.Exists || HasFixedContent(c, depth + 1)
            || (c.Slicing?.Slices.Any(s => s.Element.Min > 0 && (s.Element.Fixed.Exists || s.Element.Pattern.Exists || HasFixedContent(s.Element, depth + 1))) ?? false));

    /// <summary>A definition that a path leads to.</summary>
    /// <param name="Element">The definition.</param>
    /// <param name="Resolved">The path ends with resolve(): what counts is the targets of the element.</param>
    /// <param name="Steps">How many steps led there.</param>
    private readonly record struct Place(ProfileElement Element, bool Resolved, int Steps);

    private static List<Place> Locate(ProfileElement slice, IReadOnlyList<DiscriminatorStep> steps, ProfileSet profiles)
    {
        List<Place> places = [new Place(slice, false, 0)];
        if (steps.Count == 0) places.AddRange(Roots(places[0], profiles));
        foreach (DiscriminatorStep step in steps)
        {
            List<Place> next = [];
            foreach (Place place in places)
            {
                foreach (Place root in Roots(place, profiles).Prepend(place)) Take(root, step, next);
            }

            places = next;
        }

        if (steps.Count > 0 && !places.Any(p => p.Resolved)) places.AddRange([.. places.SelectMany(p => Roots(p, profiles))]);
        return places;
    }

    /// <summary>The roots of the profiles that an element names, or after resolve() of those that its targets conform to.</summary>
    private static IEnumerable<Place> Roots(Place place, ProfileSet profiles)
    {
        foreach (string url in place.Element.Types.SelectMany(t => place.Resolved ? t.Targets : t.Profiles))
        {
            if (profiles.Find(url) is { } profile) yield return new Place(profile.Root, false, place.Steps);
        }
    }

    private static void Take(Place place, DiscriminatorStep step, List<Place> next)
    {
        // After resolve() the reference's own children are no longer meant.
        if (place.Resolved && step.Kind != DiscriminatorStepKind.OfType) return;
        switch (step.Kind)
        {
            case DiscriminatorStepKind.Resolve:
                next.Add(place with { Resolved = true, Steps = place.Steps + 1 });
                break;
            case DiscriminatorStepKind.OfType:
                next.Add(place);
                next.AddRange(SlicesOf(place.Element).Where(s => s.ForType == step.Number && step.Number != 0).Select(s => place with { Element = s }));
                break;
            case DiscriminatorStepKind.Extension:
                IEnumerable<ProfileElement> extensions = place.Element.Children.Where(c => c.IsExtension).SelectMany(SlicesOf);
                next.AddRange(extensions.Where(s => UrlOf(s) == step.Text).Select(s => new Place(s, false, place.Steps + 1)));
                break;
            default:
                foreach (ProfileElement child in place.Element.Children.Where(c => c.Name == step.Number))
                {
                    next.Add(new Place(child, false, place.Steps + 1));
                    // Where the element is sliced again, what its required slices fix holds for the slice around too.
                    next.AddRange(SlicesOf(child).Where(s => s.Min > 0).Select(s => new Place(s, false, place.Steps + 1)));
                }

                break;
        }
    }

    /// <summary>The slices of an element and theirs.</summary>
    private static IEnumerable<ProfileElement> SlicesOf(ProfileElement element) =>
        element.Slicing?.Slices.SelectMany(s => SlicesOf(s.Element).Prepend(s.Element)) ?? [];
}
