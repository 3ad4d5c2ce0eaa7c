using Consortium.Fhir.Json;

namespace Consortium.Fhir.Expressions.Functions;

/// <summary>Tree navigation, utility and type functions (FHIRPath N1 5.8, 5.9, 6.3).</summary>
internal static class TreeFunctions
{
    public static readonly Dictionary<string, (int, int, Function)> All = new(StringComparer.Ordinal)
    {
        ["trace"] = (1, 2, static (Evaluation e, in Scope s, PathList input, Expression[] a, PathList output) => output.AddRange(input)),
        ["now"] = (0, 0, static (Evaluation e, in Scope s, PathList input, Expression[] a, PathList output) => output.Add(PathValue.Of(PathDateTime.Now(e.Now)))),
        ["today"] = (0, 0, static (Evaluation e, in Scope s, PathList input, Expression[] a, PathList output) => output.Add(PathValue.Of(PathDateTime.Now(e.Now).As(PathKind.Date)))),
        ["timeOfDay"] = (0, 0, static (Evaluation e, in Scope s, PathList input, Expression[] a, PathList output) => output.Add(PathValue.Of(PathDateTime.Now(e.Now).As(PathKind.Time)))),
        ["type"] = (0, 0, static (Evaluation e, in Scope s, PathList input, Expression[] a, PathList output) =>
        {
            foreach (ref readonly PathValue item in input.Items) output.Add(PathValue.Of(TypeSpecifier.NameOf(e.Tables, item)));
        }),
        ["defineVariable"] = (1, 2, DefineVariable),
    };

    private static void DefineVariable(Evaluation e, in Scope scope, PathList input, Expression[] arguments, PathList output)
    {
        if (!Singleton.TryText(arguments[0], e, scope, out string name)) throw new FhirPathException("defineVariable() needs a name.");
        if (name is "resource" or "rootResource" or "context" or "ucum" or "sct" or "loinc" || name.StartsWith("vs-", StringComparison.Ordinal) || name.StartsWith("ext-", StringComparison.Ordinal)) throw new FhirPathException($"%{name} cannot be defined.");
        PathList value = e.Rent();
        if (arguments.Length == 1)
        {
            value.AddRange(input);
        }
        else
        {
            for (int i = 0; i < input.Count; i++) arguments[1].Evaluate(e, new Scope(input[i], i, scope.Total), value);
        }

        e.Variables = PathVariables.Define(e.Variables, name, value);
        e.Return(value);
        output.AddRange(input);
    }
}
