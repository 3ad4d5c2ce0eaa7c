using System.Collections.Concurrent;
using Consortium.Fhir.Definitions;
using Consortium.Fhir.Expressions;
using Consortium.Fhir.Expressions.Typing;

namespace Consortium.Fhir;

/// <summary>A compiled FHIRPath expression. Immutable and thread-safe.</summary>
public sealed class CompiledPath
{
    private static readonly FhirPathEnvironment s_default = new();

    // By type rows of context and resource; null for what passed.
    private readonly ConcurrentDictionary<(int, int), FhirPathException?>? _checked;

    internal CompiledPath(string text, Expression root, bool strict)
    {
        (Text, Root) = (text, root);
        if (strict) _checked = new();
    }

    /// <summary>The expression as written.</summary>
    public string Text { get; }

    /// <summary>Whether evaluating checks the expression against the R4 model first.</summary>
    public bool IsStrict => _checked is not null;

    internal Expression Root { get; }

    /// <summary>
    /// Checks the expression against the R4 model for a context of that type, without evaluating it. What cannot be known
    /// beforehand passes.
    /// </summary>
    /// <param name="typeName">A resource type or data type: <c>Patient</c>, <c>HumanName</c>.</param>
    /// <exception cref="FhirPathException">
    /// A step names an element that cannot exist, the path starts with another type, or an ordered function has an input without
    /// order; the message and <see cref="FhirPathException.Position"/> say where.
    /// </exception>
    public void Check(string typeName)
    {
        ArgumentNullException.ThrowIfNull(typeName);
        int row = FhirR4.FindType(typeName);
        if (row == 0) throw new FhirPathException("FHIR R4 has no such type.");
        if (Checked(row, R4Tables.Instance.IsResource(row) ? row : 0) is { } fault) throw fault;
    }

    private FhirPathException? Checked(int context, int resource)
    {
        try
        {
            TypeChecker.Check(Parser.Syntax(Text), ModelTypes.OfRow(context), ModelTypes.OfRow(resource));
            return null;
        }
        catch (FhirPathException fault)
        {
            return fault;
        }
    }

    /// <summary>Evaluates on the resource.</summary>
    /// <exception cref="FhirPathException">The expression cannot be evaluated on this input.</exception>
    public IReadOnlyList<FhirPathValue> Evaluate(FhirDocument document, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(document);
        return Evaluate(document.Root, clock);
    }

    /// <summary>Evaluates on one element; <c>%resource</c> is the resource that it stands in.</summary>
    /// <exception cref="FhirPathException">The expression cannot be evaluated on this input.</exception>
    public IReadOnlyList<FhirPathValue> Evaluate(FhirNode context, TimeProvider? clock = null) =>
        Evaluate(context, clock is null ? s_default : new FhirPathEnvironment { Clock = clock });

    /// <summary>Evaluates on one element, with definitions and resources around it.</summary>
    /// <exception cref="FhirPathException">The expression cannot be evaluated on this input.</exception>
    public IReadOnlyList<FhirPathValue> Evaluate(FhirNode context, FhirPathEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        (FhirDocument document, int at) = context.Place();
        (int resource, int root) = document.EnclosingResources(at);
        if (_checked?.GetOrAdd((document.Nodes[at].Type, document.Nodes[resource].Type), key => Checked(key.Item1, key.Item2)) is { } fault)
        {
            throw new FhirPathException(fault.Message, fault.Position ?? 0);
        }

        Evaluation evaluation = new()
        {
            Context = PathValue.Of(document, at),
            Resource = PathValue.Of(document, resource),
            RootResource = PathValue.Of(document, root),
            Now = environment.Clock.GetLocalNow(),
            Definitions = environment.Definitions,
            ResolveReference = environment.ResolveReference,
        };
        PathList output = evaluation.Rent();
        Root.Evaluate(evaluation, new Scope(evaluation.Context, 0, null), output);
        FhirPathValue[] values = new FhirPathValue[output.Count];
        for (int i = 0; i < values.Length; i++) values[i] = new FhirPathValue(output[i]);
        return values;
    }

    /// <summary>Whether the expression is true on the resource; empty counts as false.</summary>
    /// <exception cref="FhirPathException">The expression cannot be evaluated, or gives several items.</exception>
    public bool IsTrue(FhirDocument document, TimeProvider? clock = null)
    {
        IReadOnlyList<FhirPathValue> values = Evaluate(document, clock);
        return values.Count switch
        {
            0 => false,
            1 => values[0].Value is not "false" || values[0].TypeName is not ("boolean" or "Boolean"),
            _ => throw new FhirPathException($"A single Boolean is expected where there are {values.Count} items."),
        };
    }
}
