using Consortium.Fhir.Definitions;

namespace Consortium.Fhir.Expressions;

/// <summary>What <c>$this</c>, <c>$index</c> and <c>$total</c> stand for where an expression is evaluated.</summary>
internal readonly struct Scope(PathValue focus, int index, PathList? total)
{
    public PathValue Focus { get; } = focus;

    public int Index { get; } = index;

    public PathList? Total { get; } = total;
}

/// <summary>One evaluation's environment: variables, the clock's instant, reused collections, and the work limit. Not thread-safe.</summary>
internal sealed class Evaluation
{
    /// <summary>Most items that one evaluation may produce: far above any real use, so that <c>repeat()</c> and the like end.</summary>
    private const int WorkLimit = 20_000_000;

    // One for each thread between two validations: its collections have grown to what resources need.
    [ThreadStatic]
    private static Evaluation? t_spare;

    /// <summary>Longest text that an expression may make out of shorter ones.</summary>
    private const int LongestText = 10_000_000;

    private readonly Stack<PathList> _free = new();
    private readonly List<(Expression Part, PathList Value)> _settled = [];
    private int _work;

    public R4Tables Tables { get; } = R4Tables.Instance;

    /// <summary>The definitions that memberOf() and conformsTo() ask.</summary>
    public FhirDefinitions Definitions { get; init; } = FhirDefinitions.R4;

    /// <summary>Gives the resource of a reference that the document itself does not have; null where there is no such source.</summary>
    public Func<string, FhirDocument?>? ResolveReference { get; init; }

    /// <summary>What defineVariable() has defined so far in this branch of the expression.</summary>
    public PathVariables? Variables { get; set; }

    /// <summary>Which children the outermost focus has, by position in its type; all bits where that is not known.</summary>
    public ulong Present { get; set; } = ulong.MaxValue;

    /// <summary><c>%resource</c>.</summary>
    public PathValue Resource { get; set; }

    /// <summary><c>%rootResource</c>.</summary>
    public PathValue RootResource { get; set; }

    /// <summary><c>%context</c>.</summary>
    public PathValue Context { get; set; }

    /// <summary>The instant that now(), today() and timeOfDay() give throughout the evaluation (FHIRPath N1 5.9).</summary>
    public DateTimeOffset Now { get; set; }

    /// <summary>An evaluation for a caller that ends with <see cref="Release"/>; its collections may have served before.</summary>
    public static Evaluation Take(DateTimeOffset now)
    {
        Evaluation evaluation = t_spare ?? new Evaluation();
        t_spare = null;
        evaluation.Now = now;
        return evaluation;
    }

    /// <summary>Keeps the collections for the next <see cref="Take"/> on this thread, and nothing of what was evaluated.</summary>
    public void Release()
    {
        Restart();
        Present = ulong.MaxValue;
        (Resource, RootResource, Context) = (default, default, default);
        if (_free.Count <= 64) t_spare = this;
    }

    /// <summary>What a part gives that is the same wherever it is asked within this evaluation.</summary>
    public PathList Settle(Expression part, in Scope scope)
    {
        foreach ((Expression known, PathList value) in _settled)
        {
            if (ReferenceEquals(known, part)) return value;
        }

        PathList list = Rent();
        part.Evaluate(this, scope, list);
        _settled.Add((part, list));
        return list;
    }

    public PathList Rent() => _free.TryPop(out PathList? list) ? list : new PathList();

    public void Return(PathList list)
    {
        Spend(list.Count + 1);
        list.Clear();
        // A collection that one large Bundle blew up is not kept for the small resources after it.
        if (list.Capacity <= 4096) _free.Push(list);
    }

    /// <summary>Starts a new evaluation in the same environment.</summary>
    public void Restart()
    {
        if (_settled.Count > 0)
        {
            foreach ((_, PathList value) in _settled) Return(value);
            _settled.Clear();
        }

        _work = 0;
        Variables = null;
    }

    /// <summary>Counts a text that is about to be made, so that texts that grow and multiply end before the memory does.</summary>
    public void SpendText(long length)
    {
        if (length > LongestText) throw new FhirPathException($"The expression makes a text longer than {LongestText} characters.");
        if (length > 256) Spend((int)(length / 16));
    }

    public void Spend(int items)
    {
        _work += items;
        if (_work > WorkLimit) throw new FhirPathException($"The expression does more work than is allowed ({WorkLimit} items).");
    }
}
