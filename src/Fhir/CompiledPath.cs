using Consortium.Fhir.Expressions;

namespace Consortium.Fhir;

/// <summary>A compiled FHIRPath expression. Immutable and thread-safe.</summary>
public sealed class CompiledPath
{
    internal CompiledPath(string text, Expression root)
    {
        (Text, Root) = (text, root);
    }

    /// <summary>The expression as written.</summary>
    public string Text { get; }

    internal Expression Root { get; }

    /// <summary>Evaluates on the resource.</summary>
    /// <exception cref="FhirPathException">The expression cannot be evaluated on this input.</exception>
    public IReadOnlyList<FhirPathValue> Evaluate(FhirDocument document, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(document);
        return Evaluate(document.Root, clock);
    }

    /// <summary>Evaluates on one element; <c>%resource</c> is the resource that it stands in.</summary>
    /// <exception cref="FhirPathException">The expression cannot be evaluated on this input.</exception>
    public IReadOnlyList<FhirPathValue> Evaluate(FhirNode context, TimeProvider? clock = null)
    {
        (FhirDocument document, int at) = context.Place();
        (int resource, int root) = document.EnclosingResources(at);
        Evaluation evaluation = new()
        {
            Context = PathValue.Of(document, at),
            Resource = PathValue.Of(document, resource),
            RootResource = PathValue.Of(document, root),
            Now = (clock ?? TimeProvider.System).GetLocalNow(),
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
