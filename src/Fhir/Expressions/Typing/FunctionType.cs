namespace Consortium.Fhir.Expressions.Typing;

/// <summary>What a function gives, as far as is known before evaluating.</summary>
/// <param name="Result">From the types of the input and the arguments.</param>
/// <param name="ArgumentsSeeItems">Whether <c>$this</c> in the arguments is an item of the input.</param>
/// <param name="NeedsOrder">Whether it depends on the order of the input (FHIRPath N1 5.3).</param>
internal sealed record FunctionType(Func<StaticType, IReadOnlyList<StaticType>, StaticType> Result, bool ArgumentsSeeItems = false, bool NeedsOrder = false)
{
    private static readonly FunctionType s_unknown = new(static (_, _) => StaticType.Any);

    private static readonly Dictionary<string, FunctionType> s_all = Build();

    public static FunctionType Of(string name) => s_all.GetValueOrDefault(name, s_unknown);

    private static Dictionary<string, FunctionType> Build()
    {
        Dictionary<string, FunctionType> all = new(StringComparer.Ordinal);
        void Add(string names, FunctionType type)
        {
            foreach (string name in names.Split(' ')) all.Add(name, type);
        }

        static StaticType Input(StaticType input, IReadOnlyList<StaticType> arguments) => input;
        static FunctionType Gives(StaticType type) => new((_, _) => type);

        Add("empty not allTrue anyTrue allFalse anyFalse subsetOf supersetOf isDistinct startsWith endsWith contains matches matchesFull hasValue memberOf subsumes subsumedBy htmlChecks conformsTo comparable", Gives(StaticType.Boolean));
        Add("convertsToBoolean convertsToInteger convertsToDecimal convertsToString convertsToDate convertsToDateTime convertsToTime convertsToQuantity toBoolean", Gives(StaticType.Boolean));
        Add("exists all", new(static (_, _) => StaticType.Boolean, ArgumentsSeeItems: true));
        Add("count length indexOf lastIndexOf toInteger precision ceiling floor truncate", Gives(StaticType.Integer));
        Add("toString upper lower trim replace replaceMatches substring toChars split join encode decode escape unescape", Gives(StaticType.Text));
        Add("toDecimal round exp ln log sqrt", Gives(StaticType.Of(PathKind.Decimal)));
        Add("toQuantity", Gives(StaticType.Of(PathKind.Quantity)));
        Add("toDate today", Gives(StaticType.Of(PathKind.Date)));
        Add("toDateTime now", Gives(StaticType.Of(PathKind.DateTime)));
        Add("toTime timeOfDay", Gives(StaticType.Of(PathKind.Time)));
        Add("type", Gives(StaticType.Of(PathKind.TypeInfo)));
        Add("where trace", new(Input, ArgumentsSeeItems: true));
        Add("distinct exclude intersect checkModifiers", new(Input));
        Add("single", new(static (input, _) => input.Ordered(true)));
        Add("sort", new(static (input, _) => input.Ordered(true), ArgumentsSeeItems: true));
        Add("first last tail skip take", new(Input, NeedsOrder: true));
        Add("select", new(static (input, arguments) => arguments.Count > 0 ? arguments[0].Ordered(arguments[0].IsOrdered && input.IsOrdered) : StaticType.Any, ArgumentsSeeItems: true));
        Add("union combine", new(static (input, arguments) => arguments.Count > 0 ? input.Or(arguments[0]) : input));
        Add("coalesce", new(static (_, arguments) => arguments.Aggregate(StaticType.Empty, static (a, b) => a.Or(b))));
        Add("iif", new(static (_, arguments) => arguments.Skip(1).Aggregate(StaticType.Empty, static (a, b) => a.Or(b)), ArgumentsSeeItems: true));
        Add("aggregate", new(static (_, _) => StaticType.Any, ArgumentsSeeItems: true));
        Add("children", new(static (input, _) => ModelTypes.Children(input).Ordered(false)));
        Add("descendants", new(static (_, _) => StaticType.Any.Ordered(false)));
        Add("repeatAll", new(static (_, _) => StaticType.Any));
        Add("yearOf monthOf dayOf hourOf minuteOf secondOf millisecondOf", Gives(StaticType.Integer));
        Add("elementDefinition", Gives(ModelTypes.Named("ElementDefinition")));
        Add("extension", Gives(ModelTypes.Named("Extension")));
        Add("resolve", new(static (input, _) => ModelTypes.AnyResource.Ordered(input.IsOrdered)));
        return all;
    }
}
