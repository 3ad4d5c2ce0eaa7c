using Consortium.Fhir.Conformance;
using Consortium.Fhir.Expressions;

namespace Consortium.Fhir.Validation.Profiles;

/// <summary>Constraints that a profile adds (FHIR R4 conformance-rules.html#constraints).</summary>
internal sealed class ProfileConstraints(ProfileRun run, FhirDocument document)
{
    private Evaluation? _evaluation;

    public void Check(Profile profile, ProfileElement element, int at, Findings findings)
    {
        _evaluation ??= new Evaluation { Now = run.Now, Definitions = run.Context.Definitions, ResolveReference = run.Context.Options.ResolveReference };
        PathValue focus = PathValue.Of(document, at);
        (int resource, int root) = document.EnclosingResources(at);
        _evaluation.Resource = PathValue.Of(document, resource);
        _evaluation.RootResource = PathValue.Of(document, root);
        _evaluation.Context = focus;
        for (int i = 0; i < element.Constraints.Count; i++)
        {
            ProfileConstraint constraint = element.Constraints[i];
            if (!constraint.IsError && run.Context.Options.ErrorsOnly) continue;
            try
            {
                _evaluation.Restart();
                bool? truth = constraint.Compiled.Root.Truth(_evaluation, new Scope(focus, 0, null));
                if (truth == true) continue;
                if (truth is null && constraint.Expression.Contains("memberOf(", StringComparison.Ordinal))
                {
                    // memberOf() is empty where the value set cannot be expanded here (FHIR R4 fhirpath.html#functions).
                    findings.Add(IssueSeverity.Information, profile, document, at, "not-supported", $"{element.Id}: {constraint.Key} asks for a value set that cannot be decided here", $"constraint|{constraint.Key}");
                    continue;
                }

                IssueSeverity severity = constraint.IsError ? IssueSeverity.Error : IssueSeverity.Warning;
                findings.Add(severity, profile, document, at, "invariant", $"{element.Id}: {constraint.Key}: {constraint.Human.TrimEnd('.')}", $"constraint|{constraint.Key}");
            }
            catch (FhirPathException unevaluable)
            {
                findings.Add(IssueSeverity.Warning, profile, document, at, "exception", $"{element.Id}: {constraint.Key} cannot be evaluated here: {unevaluable.Message.TrimEnd('.')}", $"constraint|{constraint.Key}");
            }
        }
    }
}
