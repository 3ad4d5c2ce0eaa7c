using Consortium.Fhir.Conformance;
using Consortium.Fhir.Definitions;
using Consortium.Fhir.Json;
using Consortium.Fhir.Terminology;

namespace Consortium.Fhir.Validation.Profiles;

/// <summary>Bindings that a profile tightens (FHIR R4 terminologies.html#strength).</summary>
internal sealed class ProfileBindings(ProfileRun run, FhirDocument document)
{
    public void Check(Profile profile, ProfileElement element, int at, Findings findings)
    {
        for (int i = 0; i < element.Bindings.Count; i++)
        {
            ProfileBinding binding = element.Bindings[i];
            if (binding.Strength != BindingStrength.Required && run.Context.Options.ErrorsOnly) continue;
            (Membership membership, int codeAt) = Find(binding.ValueSet, at);
            if (membership == Membership.In) continue;
            string found = codeAt == 0 ? string.Empty : ShownCode.Of(document.Value(codeAt));
            // Text or an extension in place of a code breaks no maximum, and an extension such as data-absent-reason no required binding.
            if (found.Length == 0 && (binding.IsMaximum || binding.Strength != BindingStrength.Required || HasExtension(at))) continue;
            if (found.Length == 0) found = "a value without a code";
            string strength = binding.IsMaximum ? "maximum" : binding.Strength == BindingStrength.Required ? "required" : "extensible";
            string rule = $"binding|{binding.ValueSet}|{strength}";
            if (membership == Membership.Undecided)
            {
                if (binding.Strength == BindingStrength.Required) findings.Add(IssueSeverity.Information, profile, document, at, "not-supported", $"{element.Id}: whether the code is in {binding.ValueSet} ({strength}) cannot be decided here", rule);
                continue;
            }

            IssueSeverity severity = binding.Strength == BindingStrength.Required ? IssueSeverity.Error : IssueSeverity.Warning;
            findings.Add(severity, profile, document, at, "code-invalid", $"{element.Id}: {found} is not in {binding.ValueSet} ({strength}); allowed: {Allowed(binding.ValueSet)}", rule);
        }
    }

    /// <summary>Whether a code, Coding, Quantity or CodeableConcept has a code of the value set; with the node of the code that decided; 0 where it has none.</summary>
    public (Membership Membership, int CodeAt) Find(string valueSet, int at)
    {
        int type = document.Nodes[at].Type;
        if (run.Tables.Types[type].Kind == TypeKind.Primitive)
        {
            if (!document.HasValue(at) || document.Nodes[at].Kind != JsonKind.String) return (Membership.In, 0);
            return (ValueSets.Contains(run, valueSet, document.Value(at)), at);
        }

        if (type != ProfileNames.CodeableConceptType) return FindCoding(valueSet, at, isQuantity: type != ProfileNames.CodingType);
        Membership best = Membership.Out;
        int found = 0;
        ElementChildren children = document.ChildrenOf(at);
        while (children.MoveNext())
        {
            if (document.Nodes[children.Current].Type != ProfileNames.CodingType) continue;
            (Membership one, int shown) = FindCoding(valueSet, children.Current, isQuantity: false);
            if (one == Membership.In) return (one, shown);
            if (one == Membership.Undecided) best = one;
            if (shown > 0) found = shown;
        }

        return (best, found);
    }

    private (Membership Membership, int CodeAt) FindCoding(string valueSet, int at, bool isQuantity)
    {
        int code = ElementAccess.Child(document, at, ProfileNames.Code);
        // A quantity without a code is not coded at all.
        if (code == 0 || !document.HasValue(code)) return (isQuantity ? Membership.In : Membership.Out, 0);
        int system = ElementAccess.Child(document, at, ProfileNames.System);
        ReadOnlySpan<byte> systemUrl = system == 0 || !document.HasValue(system) ? default : document.Value(system);
        return (ValueSets.Contains(run, valueSet, systemUrl, document.Value(code)), code);
    }

    private bool HasExtension(int at)
    {
        ElementChildren children = document.ChildrenOf(at);
        while (children.MoveNext())
        {
            if (document.Nodes[children.Current].Type == run.Tables.Extension) return true;
        }

        return false;
    }

    private string Allowed(string valueSet) =>
        run.Terminology.Bound(valueSet)?.Sample is { Length: > 0 } sample ? sample : "the codes of that value set";
}

/// <summary>Membership in a value set by its canonical URL.</summary>
internal static class ValueSets
{
    /// <summary>Whether it has the code in any code system.</summary>
    public static Membership Contains(ProfileRun run, string valueSet, ReadOnlySpan<byte> code) =>
        run.Terminology.Bound(valueSet) is { } bound ? bound.Contains(code) : Membership.Undecided;

    /// <summary>Whether it has the code in that code system; an empty one is none.</summary>
    public static Membership Contains(ProfileRun run, string valueSet, ReadOnlySpan<byte> system, ReadOnlySpan<byte> code) =>
        run.Terminology.Bound(valueSet) is { } bound ? bound.Contains(system, code) : Membership.Undecided;
}
