using Consortium.Fhir.Definitions;

namespace Consortium.Fhir.Validation;

/// <summary>Evaluates the invariants of types and elements.</summary>
internal sealed class InvariantRules(FhirDocument document, R4Tables tables, IssueList issues)
{
    /// <summary>The innermost resource of the walk (%resource).</summary>
    public int Resource { get; private set; }

    public Scope EnterResource(int at, int outer)
    {
        Scope scope = new(this, Resource);
        Resource = at;
        return scope;
    }

    public void CheckType(int at, int type)
    {
        _ = (document, tables, issues, at, type);
    }

    public void CheckElement(int at, in ElementRow element)
    {
        _ = (Resource, at, element);
    }

    /// <summary>Leaves a resource when disposed.</summary>
    public readonly ref struct Scope(InvariantRules rules, int resource)
    {
        public void Dispose() => rules.Resource = resource;
    }
}
