using Consortium.Fhir.Definitions;
using Consortium.Fhir.Expressions;

namespace Consortium.Fhir.Validation;

/// <summary>Evaluates the invariants of types and elements at their severity (FHIR R4 conformance-rules.html#constraints).</summary>
internal sealed class InvariantRules(FhirDocument document, R4Tables tables, IssueList issues, TimeProvider clock)
{
    // Compiled once for all validations; two threads may compile the same one, either will do.
    private static readonly Expression?[] s_compiled = new Expression?[R4Tables.Instance.Invariants.Length];

    private readonly Evaluation _evaluation = new() { Now = clock.GetLocalNow() };
    private int _root;

    /// <summary>The innermost resource of the walk (%resource).</summary>
    public int Resource { get; private set; }

    /// <summary>Enters a resource; <paramref name="outer"/> is its container, or -1.</summary>
    public Scope EnterResource(int at, int outer)
    {
        Scope scope = new(this, Resource, _root);
        Enter(at, outer < 0 ? at : outer);
        return scope;
    }

    public void CheckType(int at, int type)
    {
        ref readonly TypeRow row = ref tables.Types[type];
        if (row.InvariantCount > 0) Check(at, row.InvariantStart, row.InvariantCount);
    }

    public void CheckElement(int at, in ElementRow element)
    {
        if (element.InvariantCount > 0) Check(at, element.InvariantStart, element.InvariantCount);
    }

    private void Check(int at, int start, int count)
    {
        PathValue focus = PathValue.Of(document, at);
        _evaluation.Context = focus;
        Expressions.Scope scope = new(focus, 0, null);
        for (int i = start; i < start + count; i++)
        {
            int number = tables.InvariantLists[i];
            ref readonly InvariantRow row = ref tables.Invariants[number];
            Expression expression = s_compiled[number] ??= Parser.Parse(tables.Text(row.Expression));
            _evaluation.Restart();
            try
            {
                if (expression.Truth(_evaluation, scope) == true) continue;
                Report(row.Severity, at, $"{tables.Text(row.Key)}: {tables.Text(row.Human)}");
            }
            catch (FhirPathException unevaluable)
            {
                issues.Warning(at, "exception", $"{tables.Text(row.Key)} cannot be evaluated here: {unevaluable.Message}");
            }
        }
    }

    private void Report(int severity, int at, string message)
    {
        if (severity == 0) issues.Error(at, "invariant", message);
        else issues.Warning(at, "invariant", message);
    }

    private void Enter(int resource, int root)
    {
        (Resource, _root) = (resource, root);
        _evaluation.Resource = PathValue.Of(document, resource);
        _evaluation.RootResource = PathValue.Of(document, root);
    }

    /// <summary>Leaves a resource when disposed.</summary>
    public readonly ref struct Scope(InvariantRules rules, int resource, int root)
    {
        /// <summary>Goes back to the resource around.</summary>
        public void Dispose() => rules.Enter(resource, root);
    }
}
