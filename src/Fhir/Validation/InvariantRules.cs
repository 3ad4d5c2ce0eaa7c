using Consortium.Fhir.Definitions;
using Consortium.Fhir.Expressions;

namespace Consortium.Fhir.Validation;

/// <summary>Evaluates the invariants of types and elements at their severity (FHIR R4 conformance-rules.html#constraints).</summary>
internal sealed class InvariantRules(FhirDocument document, R4Tables tables, IssueList issues, TimeProvider clock)
{
    // By place in the lists of invariants, so for one type of focus each. Compiled once for all validations; two threads may
    // compile the same one, either will do.
    private static readonly Invariant?[] s_compiled = new Invariant?[R4Tables.Instance.InvariantLists.Length];

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
        for (int i = start; i < start + count; i++)
        {
            Invariant invariant = s_compiled[i] ??= Compile(i, type);
            if ((invariant.Presupposes && (present & invariant.Presupposed) == 0) || (invariant.IsWarning && issues.ErrorsOnly)) continue;
            Evaluate(at, invariant, present);
        }
    }

    private void Evaluate(int at, Invariant invariant, ulong present)
    {
        PathValue focus = PathValue.Of(document, at);
        _evaluation.Restart();
        _evaluation.Context = focus;
        _evaluation.Present = present;
        try
        {
            if (invariant.Expression.Decide(_evaluation, new Expressions.Scope(focus, 0, null)) == true) return;
            issues.Add(invariant.IsWarning ? IssueSeverity.Warning : IssueSeverity.Error, at, "invariant", invariant.Message);
        }
        catch (FhirPathException unevaluable)
        {
            issues.Warning(at, "exception", $"{invariant.Key} cannot be evaluated here: {unevaluable.Message}");
        }
    }

    /// <summary>Gives the evaluation's collections back for the next validation; the rules are not used afterwards.</summary>
    public void Release() => _evaluation.Release();

    private Invariant Compile(int listed, int type)
    {
        ref readonly InvariantRow row = ref tables.Invariants[tables.InvariantLists[listed]];
        return new Invariant(Parser.Parse(tables.Text(row.Expression), type), row.Severity != 0, tables.Text(row.Key), tables.Text(row.Human));
    }

    private void Enter(int resource, int root)
    {
        (Resource, _root) = (resource, root);
        _evaluation.Resource = PathValue.Of(document, resource);
        _evaluation.RootResource = PathValue.Of(document, root);
    }

    /// <summary>A compiled invariant, and what is said when it does not hold.</summary>
    private sealed class Invariant(Expression expression, bool isWarning, string key, string human)
    {
        public Expression Expression { get; } = expression;

        public bool IsWarning { get; } = isWarning;

        public string Key { get; } = key;

        public string Message { get; } = $"{key}: {human}";

        /// <summary>Whether it is known to hold where none of some children is there.</summary>
        public bool Presupposes { get; } = expression.Absent.Value == Known.True;

        /// <summary>Those children, by position in the type.</summary>
        public ulong Presupposed { get; } = expression.Absent.Children;
    }

    /// <summary>Leaves a resource when disposed.</summary>
    public readonly ref struct Scope(InvariantRules rules, int resource, int root)
    {
        /// <summary>Goes back to the resource around.</summary>
        public void Dispose() => rules.Enter(resource, root);
    }
}
