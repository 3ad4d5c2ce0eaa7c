using System.Text;
using Consortium.Fhir.Terminology;

namespace Consortium.Fhir.Validation.Questionnaires;

/// <summary>Looks codes up in the value sets that a Questionnaire names: contained ones, those of R4, and those of packages.</summary>
internal sealed class AnswerValueSets(ResponseContext context)
{
    private readonly Dictionary<string, BoundValueSet?> _found = new(StringComparer.Ordinal);

    /// <param name="canonical">The value set: <c>#id</c> of a contained one, or a canonical URL.</param>
    /// <param name="system">The code system, or null where none is stated.</param>
    /// <param name="code">The code.</param>
    /// <param name="anySystem">Whether the code alone decides.</param>
    /// <param name="reason">What is allowed, or why it cannot be decided, for a message.</param>
    public Membership Contains(string canonical, string? system, string code, bool anySystem, out string reason)
    {
        if (!_found.TryGetValue(canonical, out BoundValueSet? valueSet)) _found.Add(canonical, valueSet = Find(canonical));
        reason = "the value set is not known here";
        if (valueSet is null) return Membership.Undecided;
        byte[] utf8 = Encoding.UTF8.GetBytes(code);
        Membership membership = anySystem ? valueSet.Contains(utf8) : valueSet.Contains(Encoding.UTF8.GetBytes(system ?? string.Empty), utf8);
        if (membership == Membership.Undecided)
        {
            reason = valueSet.Undecidable ?? reason;
        }
        else
        {
            string sample = valueSet.Sample;
            reason = sample.Length == 0 ? string.Empty : $"; allowed: {sample}";
        }

        return membership;
    }

    private BoundValueSet? Find(string canonical)
    {
        FhirTerminology terminology = context.Validation.Definitions.Terminology;
        if (!canonical.StartsWith('#') && terminology.Bound(canonical) is { } known) return known;
        FhirNode valueSet = CanonicalTargets.Find(context.Validation, context.Form.Node, "ValueSet", canonical);
        return valueSet.Exists ? new ComposedValueSet(terminology, canonical, terminology.Compose(valueSet)) : null;
    }
}
