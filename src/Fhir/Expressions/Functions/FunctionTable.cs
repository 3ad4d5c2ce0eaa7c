using System.Collections.Frozen;

namespace Consortium.Fhir.Expressions.Functions;

/// <summary>A function over its input collection.</summary>
internal delegate void Function(Evaluation e, in Scope scope, PathList input, Expression[] arguments, PathList output);

/// <summary>All functions by name, with how many arguments each takes.</summary>
internal static class FunctionTable
{
    private static readonly FrozenDictionary<string, (int Least, int Most, Function Call)> s_functions =
        new Dictionary<string, (int, int, Function)>[]
        {
            CollectionFunctions.All, ConversionFunctions.All, TextFunctions.All, MathFunctions.All, BoundaryFunctions.All, SortFunction.All,
            TreeFunctions.All, FhirFunctions.All, DateFunctions.All, DefinitionFunctions.All,
        }.SelectMany(group => group).ToFrozenDictionary(StringComparer.Ordinal);

    public static Expression Create(string name, Expression? input, Expression[] arguments, int at)
    {
        Expression expression = Of(name, input, arguments, at);
        if (input is not null) expression.Absent = Absence.OfCall(name, input.Absent);
        return expression;
    }

    private static Expression Of(string name, Expression? input, Expression[] arguments, int at)
    {
        switch (name)
        {
            case "exists" or "empty" when arguments.Length == 0:
                return input is ChildExpression { OfFocus: true } child
                    ? new PresenceExpression(child.Absent.Children, name == "exists")
                    : new ExistsExpression(input ?? new ThisExpression(), name == "exists");
            case "exists" when arguments.Length == 1: return new ExistsExpression(new WhereExpression(input, arguments[0]), wanted: true);
            case "where" when arguments.Length == 1: return new WhereExpression(input, arguments[0]);
            case "all" when arguments.Length == 1: return new AllExpression(input, arguments[0]);
            case "not" when arguments.Length == 0: return new NotExpression(input ?? new ThisExpression());
            case "startsWith" or "endsWith" or "contains" when arguments.Length == 1:
                return new TextTestExpression(name, input ?? new ThisExpression(), arguments[0], new FunctionExpression(s_functions[name].Call, input, arguments));
            case "matches" when arguments is [LiteralExpression { Value: { Kind: PathKind.String } pattern }]:
                return MatchesExpression.Create(input ?? new ThisExpression(), pattern.String, new FunctionExpression(s_functions[name].Call, input, arguments));
            case "first" when arguments.Length == 0 && input is not null: return new FirstExpression(input);
            case "count" when arguments.Length == 0: return new CountExpression(input ?? new ThisExpression());
            case "children" when arguments.Length == 0: return new ChildrenExpression(input ?? new ThisExpression());
            case "descendants" when arguments.Length == 0: return new DescendantsExpression(input ?? new ThisExpression());
            case "iif" when arguments.Length is 2 or 3: return new IifExpression(input, arguments);
        }

        if (!s_functions.TryGetValue(name, out (int Least, int Most, Function Call) function))
        {
            throw new FhirPathException(s_special.Contains(name)
                ? $"FHIRPath, position {at + 1}: {name}() does not take {arguments.Length} arguments."
                : $"FHIRPath, position {at + 1}: there is no function {name}().", at);
        }

        if (arguments.Length < function.Least || arguments.Length > function.Most)
        {
            throw new FhirPathException($"FHIRPath, position {at + 1}: {name}() takes {function.Least} to {function.Most} arguments, not {arguments.Length}.", at);
        }

        return new FunctionExpression(function.Call, input, arguments);
    }

    private static readonly FrozenSet<string> s_special = FrozenSet.Create("where", "all", "not", "iif");

    /// <summary>Evaluates a function's input: the path before it, or the focus.</summary>
    public static void Input(Expression? input, Evaluation e, in Scope scope, PathList output)
    {
        if (input is null) output.Add(scope.Focus);
        else input.Evaluate(e, scope, output);
    }
}

/// <summary>A function call.</summary>
internal sealed class FunctionExpression(Function call, Expression? input, Expression[] arguments) : Expression
{
    public override void Evaluate(Evaluation e, in Scope scope, PathList output)
    {
        PathList items = e.Rent();
        FunctionTable.Input(input, e, scope, items);
        call(e, scope, items, arguments, output);
        e.Return(items);
    }
}

/// <summary><c>exists()</c> and <c>empty()</c>.</summary>
internal sealed class ExistsExpression(Expression input, bool wanted) : BooleanExpression
{
    /// <summary>Whether this is <c>empty()</c> with nothing before it.</summary>
    public bool IsEmptyOfFocus => input is ThisExpression && !wanted;

    public override bool? Truth(Evaluation e, in Scope scope) => input.Any(e, scope) == wanted;
}

/// <summary><c>child.exists()</c> and <c>child.empty()</c> of the outermost focus: one test of the children that it has.</summary>
internal sealed class PresenceExpression(ulong child, bool wanted) : BooleanExpression
{
    public override bool? Truth(Evaluation e, in Scope scope) => (e.Present & child) != 0 == wanted;
}

/// <summary><c>first()</c>: what stands before a long collection's end is not collected.</summary>
internal sealed class FirstExpression(Expression input) : Expression
{
    public override void Evaluate(Evaluation e, in Scope scope, PathList output)
    {
        if (input.First(e, scope, out PathValue first)) output.Add(first);
    }

    public override int Few(Evaluation e, in Scope scope, out PathValue first) => input.First(e, scope, out first) ? 1 : 0;
}

/// <summary><c>count()</c>: of a child that the outermost focus lacks without looking for it.</summary>
internal sealed class CountExpression(Expression input) : Expression
{
    public override void Evaluate(Evaluation e, in Scope scope, PathList output) => output.Add(PathValue.Of(Count(e, scope)));

    public override int Few(Evaluation e, in Scope scope, out PathValue first)
    {
        first = PathValue.Of(Count(e, scope));
        return 1;
    }

    private long Count(Evaluation e, in Scope scope)
    {
        if (input.Absent.Value == Known.Empty && (e.Present & input.Absent.Children) == 0) return 0;
        PathList items = e.Rent();
        input.Evaluate(e, scope, items);
        int count = items.Count;
        e.Return(items);
        return count;
    }
}

/// <summary><c>not()</c>.</summary>
internal sealed class NotExpression(Expression input) : BooleanExpression
{
    public override bool? Truth(Evaluation e, in Scope scope) => !input.Truth(e, scope);
}

/// <summary><c>where(criteria)</c>.</summary>
internal sealed class WhereExpression(Expression? input, Expression criteria) : Expression
{
    public override void Evaluate(Evaluation e, in Scope scope, PathList output)
    {
        PathList items = e.Rent();
        FunctionTable.Input(input, e, scope, items);
        for (int i = 0; i < items.Count; i++)
        {
            if (criteria.Truth(e, new Scope(items[i], i, scope.Total)) == true) output.Add(items[i]);
        }

        e.Return(items);
    }

    public override bool Any(Evaluation e, in Scope scope)
    {
        PathList items = e.Rent();
        FunctionTable.Input(input, e, scope, items);
        bool any = false;
        for (int i = 0; i < items.Count && !any; i++) any = criteria.Truth(e, new Scope(items[i], i, scope.Total)) == true;
        e.Return(items);
        return any;
    }
}

/// <summary><c>all(criteria)</c>.</summary>
internal sealed class AllExpression(Expression? input, Expression criteria) : BooleanExpression
{
    public override bool? Truth(Evaluation e, in Scope scope)
    {
        PathList items = e.Rent();
        FunctionTable.Input(input, e, scope, items);
        bool all = true;
        for (int i = 0; i < items.Count && all; i++) all = criteria.Truth(e, new Scope(items[i], i, scope.Total)) == true;
        e.Return(items);
        return all;
    }
}

/// <summary><c>iif(criterion, true-result, otherwise)</c>: only the chosen result is evaluated.</summary>
internal sealed class IifExpression(Expression? input, Expression[] arguments) : Expression
{
    public override bool? Truth(Evaluation e, in Scope scope)
    {
        if (input is not null) return base.Truth(e, scope);
        return arguments[0].Truth(e, scope) == true ? arguments[1].Truth(e, scope) : arguments.Length > 2 ? arguments[2].Truth(e, scope) : null;
    }

    public override void Evaluate(Evaluation e, in Scope scope, PathList output)
    {
        if (input is null)
        {
            Choose(e, scope, output);
            return;
        }

        PathList items = e.Rent();
        input.Evaluate(e, scope, items);
        if (items.Count > 1) throw new FhirPathException("iif() takes a single item as its input.");
        // On an empty input the criterion has no $this; only what does not ask for it can be true.
        if (items.Count == 1) Choose(e, new Scope(items[0], 0, scope.Total), output);
        else ChooseEmpty(e, scope, output);
        e.Return(items);
    }

    private void Choose(Evaluation e, in Scope scope, PathList output)
    {
        if (arguments[0].Truth(e, scope) == true) arguments[1].Evaluate(e, scope, output);
        else if (arguments.Length > 2) arguments[2].Evaluate(e, scope, output);
    }

    private void ChooseEmpty(Evaluation e, in Scope scope, PathList output)
    {
        bool chosen = arguments[0] is LiteralExpression { Value: { Kind: PathKind.Boolean } literal }
            ? literal.Boolean
            : arguments[0] is ExistsExpression { IsEmptyOfFocus: true };
        Expression? result = chosen ? arguments[1] : arguments.Length > 2 ? arguments[2] : null;
        result?.Evaluate(e, scope, output);
    }
}
