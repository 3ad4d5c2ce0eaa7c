namespace Consortium.Fhir.Expressions.Functions;

/// <summary><c>toX()</c> and <c>convertsToX()</c> (FHIRPath N1 5.5).</summary>
internal static class ConversionFunctions
{
    private delegate PathValue? Conversion(in PathValue value);

    public static readonly Dictionary<string, (int, int, Function)> All = Build();

    private static Dictionary<string, (int, int, Function)> Build()
    {
        Dictionary<string, (int, int, Function)> all = new(StringComparer.Ordinal);
        void Add(string type, int arguments, Conversion convert)
        {
            all["to" + type] = (0, arguments, (Evaluation e, in Scope scope, PathList input, Expression[] a, PathList output) =>
            {
                if (Converted(e, scope, input, a, convert, out _) is { } value) output.Add(value);
            });
            all["convertsTo" + type] = (0, arguments, (Evaluation e, in Scope scope, PathList input, Expression[] a, PathList output) =>
            {
                bool converts = Converted(e, scope, input, a, convert, out bool any) is not null;
                if (any) output.Add(PathValue.Of(converts));
            });
        }

        Add("Boolean", 0, Conversions.ToBoolean);
        Add("Integer", 0, Conversions.ToInteger);
        Add("Decimal", 0, Conversions.ToDecimal);
        Add("String", 0, Conversions.ToText);
        Add("Quantity", 1, Conversions.ToQuantity);
        Add("Date", 0, static (in PathValue value) => Conversions.ToTemporal(value, PathKind.Date));
        Add("DateTime", 0, static (in PathValue value) => Conversions.ToTemporal(value, PathKind.DateTime));
        Add("Time", 0, static (in PathValue value) => Conversions.ToTemporal(value, PathKind.Time));
        return all;
    }

    private static PathValue? Converted(Evaluation e, in Scope scope, PathList input, Expression[] arguments, Conversion convert, out bool any)
    {
        any = Singleton.TryTake(input, out PathValue item);
        if (!any) return null;
        // A FHIR decimal's own characters are its string form: 1.50 stays 1.50.
        if (!item.TrySystem(out PathValue value)) return null;
        PathValue? result = convert(value);
        if (arguments.Length == 0 || result is not { Kind: PathKind.Quantity } quantity) return result;
        if (!Singleton.TryText(arguments[0], e, scope, out string unit)) return null;
        return QuantityArithmetic.Convert(quantity.Quantity, unit) is { } other ? PathValue.Of(other) : null;
    }
}
