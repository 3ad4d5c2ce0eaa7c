namespace Consortium.Fhir.Expressions.Typing;

/// <summary>
/// Checks an expression against the R4 model without evaluating it (FHIRPath N1 10, type safety and strict evaluation): a step to
/// an element that no possible type of its input has, a path that starts with another type than its context, an ordered
/// function on a collection without order. What is not known is never an error.
/// </summary>
internal sealed class TypeChecker
{
    private readonly StaticType _context;
    private readonly StaticType _resource;
    private readonly Dictionary<string, StaticType> _variables = new(StringComparer.Ordinal);
    private StaticType _focus;
    private bool _quiet;

    private TypeChecker(StaticType context, StaticType resource) => (_context, _resource, _focus) = (context, resource, context);

    /// <exception cref="FhirPathException">The expression cannot be right on such a context.</exception>
    public static StaticType Check(PathSyntax expression, StaticType context, StaticType resource) => new TypeChecker(context, resource).TypeOf(expression);

    private StaticType TypeOf(PathSyntax syntax) => syntax switch
    {
        LiteralSyntax literal => literal.Value is { } value ? StaticType.Of(value.Kind) : StaticType.Empty,
        VariableSyntax variable => Variable(variable.Name),
        SpecialSyntax special => special.Name switch { "this" => _focus, "index" => StaticType.Integer, _ => StaticType.Any },
        ChildSyntax child => Child(child),
        IndexerSyntax indexer => Indexer(indexer),
        FunctionSyntax function => Function(function),
        TypeSyntax type => Type(type),
        BinarySyntax binary => Binary(binary),
        PolaritySyntax polarity => TypeOf(polarity.Operand),
        _ => StaticType.Any,
    };

    private StaticType Variable(string name)
    {
        if (_variables.TryGetValue(name, out StaticType? known)) return known;
        return name switch
        {
            "context" => _context,
            "resource" => _resource,
            "ucum" or "sct" or "loinc" => StaticType.Text,
            _ => StaticType.Any,
        };
    }

    private StaticType Child(ChildSyntax child)
    {
        StaticType input = child.Input is null ? _focus : TypeOf(child.Input);
        if (child.Input is null && ModelTypes.IsOwnName(input, child.Name, out StaticType own)) return own;
        if (ModelTypes.Child(input, child.Name) is { } type) return type;
        if (_quiet) return StaticType.Any;
        if (child.Input is null && ModelTypes.Named(child.Name) is { IsAny: false })
        {
            throw Error(child.At, $"the path starts at {child.Name}, the context is {input.Describe()}");
        }

        throw Error(child.At, $"{input.Describe()} has no element '{Shown(child.Name)}'{ModelTypes.Hint(input, child.Name)}");
    }

    private StaticType Indexer(IndexerSyntax indexer)
    {
        StaticType input = TypeOf(indexer.Input);
        TypeOf(indexer.Index);
        RequireOrder(input, indexer.At, "An index");
        return input.Ordered(true);
    }

    private StaticType Type(TypeSyntax type)
    {
        StaticType input = type.Input is null ? _focus : TypeOf(type.Input);
        if (type.Operation == "is") return StaticType.Boolean;
        return type.Type.Static().Ordered(input.IsOrdered);
    }

    private StaticType Binary(BinarySyntax binary)
    {
        StaticType left = TypeOf(binary.Left), right = TypeOf(binary.Right);
        return binary.Operator switch
        {
            "|" => left.Or(right),
            "&" => StaticType.Text,
            "+" or "-" or "*" or "/" or "div" or "mod" => StaticType.Any,
            _ => StaticType.Boolean,
        };
    }

    private StaticType Function(FunctionSyntax call)
    {
        StaticType input = call.Input is null ? _focus : TypeOf(call.Input);
        if (call.Name == "defineVariable") return DefineVariable(call, input);
        FunctionType signature = FunctionType.Of(call.Name);
        if (signature.NeedsOrder) RequireOrder(input, call.At, call.Name + "()");
        if (call.Name == "repeat" && call.Arguments.Count == 1) return Repeat(call.Arguments[0], input);
        List<StaticType> arguments = [];
        foreach (PathSyntax argument in call.Arguments) arguments.Add(signature.ArgumentsSeeItems ? Within(input, argument) : TypeOf(argument));
        if (call.Name == "iif" && call.Arguments.Count > 0) RequireCriterion(arguments[0], call.Arguments[0].At);
        return signature.Result(input, arguments);
    }

    private StaticType Within(StaticType focus, PathSyntax argument)
    {
        (StaticType outer, _focus) = (_focus, focus);
        try
        {
            return TypeOf(argument);
        }
        finally
        {
            _focus = outer;
        }
    }

    /// <summary>The projection is checked on the input; what it gives is followed a few rounds for its types only.</summary>
    private StaticType Repeat(PathSyntax projection, StaticType input)
    {
        StaticType all = Within(input, projection), round = all;
        bool quiet = _quiet;
        _quiet = true;
        for (int i = 0; i < 4 && !all.IsAny; i++)
        {
            int known = all.Fhir.Count;
            round = Within(round, projection);
            all = all.Or(round);
            if (all.Fhir.Count == known) break;
        }

        _quiet = quiet;
        return all;
    }

    private StaticType DefineVariable(FunctionSyntax call, StaticType input)
    {
        StaticType value = call.Arguments.Count > 1 ? Within(input, call.Arguments[1]) : input;
        // Two variables of a name in different branches may have different types.
        if (call.Arguments is [LiteralSyntax { Value: { Kind: PathKind.String } name }, ..]) _variables[name.String] = _variables.TryGetValue(name.String, out StaticType? other) ? other.Or(value) : value;
        return input;
    }

    private void RequireOrder(StaticType input, int at, string what)
    {
        if (!input.IsOrdered && !_quiet) throw Error(at, $"{what} depends on an order that the collection does not have (FHIRPath N1 5.3, 5.8)");
    }

    /// <summary>N1 5.5.1: the criterion is an expression that evaluates to a Boolean.</summary>
    private void RequireCriterion(StaticType criterion, int at)
    {
        if (criterion.IsAny || criterion.IsEmpty || criterion.Fhir.Count > 0 || criterion.System.Contains(PathKind.Boolean) || _quiet) return;
        throw Error(at, $"the criterion of iif() is a Boolean, not {criterion.Describe()}");
    }

    private static string Shown(string name) => name.Length <= 60 ? name : name[..60] + "…";

    private static FhirPathException Error(int at, string what) => new($"FHIRPath, position {at + 1}: {what}.", at);
}
