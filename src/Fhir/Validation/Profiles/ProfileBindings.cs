using System.Text;
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
        foreach (ProfileBinding binding in element.Bindings)
        {
            (Membership membership, string found) = Find(binding.ValueSet, at);
            if (membership == Membership.In) continue;
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

    /// <summary>Whether a code, Coding, Quantity or CodeableConcept has a code of the value set; with words for what it has.</summary>
    public (Membership Membership, string Found) Find(string valueSet, int at)
    {
        int type = document.Nodes[at].Type;
        if (run.Tables.Types[type].Kind == TypeKind.Primitive)
        {
            if (!document.HasValue(at) || document.Nodes[at].Kind != JsonKind.String) return (Membership.In, string.Empty);
            ReadOnlySpan<byte> code = document.Value(at);
            return (ValueSets.Contains(run, valueSet, null, code), ShownCode.Of(code));
        }

        if (type != ProfileNames.CodeableConceptType) return FindCoding(valueSet, at, isQuantity: type != ProfileNames.CodingType);
        Membership best = Membership.Out;
        string found = string.Empty;
        ElementChildren children = document.ChildrenOf(at);
        while (children.MoveNext())
        {
            if (document.Nodes[children.Current].Type != ProfileNames.CodingType) continue;
            (Membership one, string shown) = FindCoding(valueSet, children.Current, isQuantity: false);
            if (one == Membership.In) return (one, shown);
            if (one == Membership.Undecided) best = one;
            if (shown.Length > 0) found = shown;
        }

        return (best, found);
    }

    private (Membership Membership, string Found) FindCoding(string valueSet, int at, bool isQuantity)
    {
        int code = ElementAccess.Child(document, at, ProfileNames.Code);
        // A quantity without a code is not coded at all.
        if (code == 0 || !document.HasValue(code)) return (isQuantity ? Membership.In : Membership.Out, string.Empty);
        string? system = ElementAccess.Text(document, at, ProfileNames.System);
        return (ValueSets.Contains(run, valueSet, system ?? string.Empty, document.Value(code)), ShownCode.Of(document.Value(code)));
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
    /// <param name="run">The validation.</param>
    /// <param name="valueSet">Canonical of the value set.</param>
    /// <param name="system">The code's system; null where the element is a bare code, so that any will do.</param>
    /// <param name="code">The code.</param>
    public static Membership Contains(ProfileRun run, string valueSet, string? system, ReadOnlySpan<byte> code)
    {
        if (run.Terminology.Bound(valueSet) is not { } bound) return Membership.Undecided;
        return system is null ? bound.Contains(code) : bound.Contains(Encoding.UTF8.GetBytes(system), code);
    }
}
