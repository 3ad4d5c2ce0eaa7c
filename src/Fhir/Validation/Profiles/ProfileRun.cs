using Consortium.Fhir.Conformance;
using Consortium.Fhir.Definitions;

namespace Consortium.Fhir.Validation.Profiles;

/// <summary>What the profile checks of one validation share, across the documents that references lead to. Work and depth are bounded.</summary>
internal sealed class ProfileRun(ValidationContext context)
{
    /// <summary>Nesting of elements, profiles and references.</summary>
    public const int MaxDepth = 200;

    /// <summary>Element checks for each node of the document, with a floor: beyond it the profile multiplies work without end.</summary>
    private const long WorkPerNode = 2_000;

    private readonly Stack<List<int>> _spare = new();
    private Dictionary<string, FhirDocument?>? _resolved;
    private Dictionary<FhirDocument, ProfileWalk>? _walks;
    private ProfileWalk? _own;
    private HashSet<(FhirDocument, int, Profile)>? _active;
    private Dictionary<(FhirDocument, int, Profile), Findings>? _trials;
    private long _work = Math.Max(5_000_000, context.Document.Count * WorkPerNode);

    public ValidationContext Context { get; } = context;

    public R4Tables Tables { get; } = R4Tables.Instance;

    public Terminology.FhirTerminology Terminology { get; } = context.Definitions.Terminology;

    public ProfileSet Profiles { get; } = context.Definitions.Profiles;

    public DateTimeOffset Now { get; } = context.Options.Clock.GetLocalNow();

    /// <summary>Profiles that are being applied to an element: met again through a circle of references, they count as conforming.</summary>
    public HashSet<(FhirDocument, int, Profile)> Active => _active ??= [];

    /// <summary>How often such a circle was met.</summary>
    public int Circles { get; set; }

    /// <summary>Answers of trials.</summary>
    public Dictionary<(FhirDocument, int, Profile), Findings> Trials => _trials ??= [];

    /// <summary>An empty list of items, for a caller that ends with <see cref="ReturnItems"/>.</summary>
    public List<int> RentItems() => _spare.TryPop(out List<int>? spare) ? spare : [];

    /// <summary>Takes a list back; the caller does not use it afterwards.</summary>
    public void ReturnItems(List<int> items)
    {
        items.Clear();
        _spare.Push(items);
    }

    public int Depth { get; set; }

    public bool IsExhausted => _work <= 0 || Depth > MaxDepth;

    /// <summary>Whether a check had to be left out because of a bound.</summary>
    public bool WasCutShort { get; private set; }

    public bool Spend(int work)
    {
        _work -= work;
        if (!IsExhausted) return true;
        WasCutShort = true;
        return false;
    }

    public ProfileWalk WalkOf(FhirDocument document)
    {
        if (ReferenceEquals(document, Context.Document)) return _own ??= new ProfileWalk(this, document);
        _walks ??= new(ReferenceEqualityComparer.Instance);
        if (!_walks.TryGetValue(document, out ProfileWalk? walk)) _walks.Add(document, walk = new ProfileWalk(this, document));
        return walk;
    }

    /// <summary>Whether the caller gives resources for references.</summary>
    public bool CanResolve => Context.Options.ResolveReference is not null;

    /// <summary>The resource that the caller gives for a reference; each is asked for once.</summary>
    public FhirDocument? Resolve(string reference)
    {
        if (Context.Options.ResolveReference is not { } resolve) return null;
        _resolved ??= new(StringComparer.Ordinal);
        if (!_resolved.TryGetValue(reference, out FhirDocument? document)) _resolved.Add(reference, document = resolve(reference));
        return document;
    }
}
