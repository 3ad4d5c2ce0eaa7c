using Consortium.Fhir.Definitions;
using Consortium.Fhir.Expressions;

namespace Consortium.Fhir.Validation;

/// <summary>Evaluates the invariants of types and elements at their severity (FHIR R4 conformance-rules.html#constraints).</summary>
internal sealed class InvariantRules(FhirDocument document, R4Tables tables, IssueList issues, TimeProvider clock)
{
    // By place in the lists of invariants, so for one type of focus each. Compiled once for all validations; two threads may
    // compile the same one, either will do.
    private static readonly Expression?[] s_compiled = new Expression?[R4Tables.Instance.InvariantLists.Length];

    // What is said when one does not hold, by place in the lists too.
    private static readonly string?[] s_messages = new string?[R4Tables.Instance.InvariantLists.Length];

    private readonly Evaluation _evaluation = Evaluation.Take(clock.GetLocalNow());
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

    /// <param name="at">The element.</param>
    /// <param name="type">Its type.</param>
    /// <param name="present">Which of the type's elements it has, by position.</param>
    public void CheckType(int at, int type, ulong present)
    {
        ref readonly TypeRow row = ref tables.Types[type];
        if (row.InvariantCount > 0) Check(at, row.InvariantStart, row.InvariantCount, type, present);
    }

    public void CheckElement(int at, in ElementRow element, ulong present)
    {
        if (element.InvariantCount == 0) return;
        // The elements of a choice have several types, and resources are of any type: each has other positions.
        int type = element.TypeCount == 1 ? tables.ElementTypes[element.TypeStart].Type : 0;
        if (type == tables.Resource) type = 0;
        Check(at, element.InvariantStart, element.InvariantCount, type, present);
    }

    private void Check(int at, int start, int count, int type, ulong present)
    {
        PathValue focus = PathValue.Of(document, at);
        Expressions.Scope scope = new(focus, 0, null);
        for (int i = start; i < start + count; i++)
        {
            Expression expression = s_compiled[i] ??= Compile(i, type);
            if (expression.Absent.Value == Known.True && (present & expression.Absent.Children) == 0) continue;
            _evaluation.Restart();
            _evaluation.Context = focus;
            _evaluation.Present = present;
            try
            {
                if (expression.Decide(_evaluation, scope) == true) continue;
                ref readonly InvariantRow row = ref tables.Invariants[tables.InvariantLists[i]];
                Report(row.Severity, at, s_messages[i] ??= $"{tables.Text(row.Key)}: {tables.Text(row.Human)}");
            }
            catch (FhirPathException unevaluable)
            {
                string key = tables.Text(tables.Invariants[tables.InvariantLists[i]].Key);
                issues.Warning(at, "exception", $"{key} cannot be evaluated here: {unevaluable.Message}");
            }
        }
    }

    /// <summary>Gives the evaluation's collections back for the next validation; the rules are not used afterwards.</summary>
    public void Release() => _evaluation.Release();

    private Expression Compile(int listed, int type) =>
        Parser.Parse(tables.Text(tables.Invariants[tables.InvariantLists[listed]].Expression), type);

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
