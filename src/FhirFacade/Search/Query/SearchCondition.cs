using Consortium.FhirFacade.Search.Parameters;
using Consortium.FhirFacade.Search.Text;

namespace Consortium.FhirFacade.Search.Query;

/// <summary>What must hold of a resource to match. Conditions are joined by and; the alternatives of one by or.</summary>
internal abstract record SearchCondition
{
    /// <summary>The parameters that it looks at, for the rights of the caller: type and code.</summary>
    public abstract IEnumerable<(string Type, string Code)> Looks { get; }

    /// <summary>True where the number of a resource is enough to tell whether it holds; false where the resource's own columns are asked.</summary>
    public virtual bool IsToldByIndex => false;
}

/// <summary><c>_id</c>.</summary>
internal sealed record IdCondition(string Type, IReadOnlyList<string> Ids, bool IsNegated) : SearchCondition
{
    public override IEnumerable<(string Type, string Code)> Looks => [(Type, "_id")];
}

/// <summary><c>_lastUpdated</c>.</summary>
internal sealed record LastUpdatedCondition(string Type, IReadOnlyList<Compared<Interval>> Ranges) : SearchCondition
{
    public override IEnumerable<(string Type, string Code)> Looks => [(Type, "_lastUpdated")];
}

/// <summary>One of the alternatives holds for a value that the parameter found.</summary>
/// <param name="Of">The parameter.</param>
/// <param name="Alternatives">What is looked for.</param>
/// <param name="IsNegated">True where no value may do so (<c>:not</c>).</param>
internal sealed record ValueCondition(SearchParameter Of, IReadOnlyList<ValueMatch> Alternatives, bool IsNegated) : SearchCondition
{
    public override bool IsToldByIndex => true;

    public override IEnumerable<(string Type, string Code)> Looks => [(Of.ResourceType, Of.Code + Beside)];

    // What stands beside a token or a reference may be hidden where that is shown: its words, its identifier.
    private string Beside =>
        Of.Kind is not (SearchParameterKind.Token or SearchParameterKind.Reference) || Alternatives.Count == 0 || Alternatives[0].Parameter == Of.Number ? ""
        : Alternatives[0].Parameter == Of.Text ? ":text"
        : Of.Kind == SearchParameterKind.Token ? ":of-type"
        : ":identifier";
}

/// <summary>A value of a date lies as each comparison says. Several only where the parameter has one value at most: of several, each comparison may mean another one.</summary>
/// <param name="Of">The parameter.</param>
/// <param name="All">The comparisons; all hold.</param>
internal sealed record DateCondition(SearchParameter Of, IReadOnlyList<Compared<Interval>> All) : SearchCondition
{
    public override bool IsToldByIndex => true;

    public override IEnumerable<(string Type, string Code)> Looks => [(Of.ResourceType, Of.Code)];

    /// <summary>The same conditions, those of one single-valued parameter joined, so that they are one look-up in the index.</summary>
    public static IReadOnlyList<SearchCondition> Joined(IReadOnlyList<SearchCondition> conditions)
    {
        ILookup<SearchParameter, DateCondition> single = conditions.OfType<DateCondition>().Where(date => date.Of.Shape.IsSingle).ToLookup(date => date.Of);
        if (single.Count == 0) return conditions;
        return
        [
            .. conditions.Where(condition => condition is not DateCondition { Of.Shape.IsSingle: true }),
            .. single.Select(dates => new DateCondition(dates.Key, [.. dates.SelectMany(date => date.All)])),
        ];
    }
}

/// <summary><c>_text</c> and <c>_content</c>.</summary>
/// <param name="Type">The type that is searched.</param>
/// <param name="Code">Which of the two.</param>
/// <param name="Query">The words.</param>
internal sealed record TextCondition(string Type, string Code, TextQuery Query) : SearchCondition
{
    public override bool IsToldByIndex => true;

    /// <summary>True where only the narrative counts.</summary>
    public bool IsNarrative => Code == "_text";

    public override IEnumerable<(string Type, string Code)> Looks => [(Type, Code)];
}

/// <summary>All hold.</summary>
internal sealed record AllCondition(IReadOnlyList<SearchCondition> Parts) : SearchCondition
{
    public override bool IsToldByIndex => Parts.All(part => part.IsToldByIndex);

    /// <summary>What is joined by and, part by part: so that a search begins with the narrowest.</summary>
    public static IEnumerable<SearchCondition> Flat(SearchCondition condition) => condition is AllCondition all ? all.Parts.SelectMany(Flat) : [condition];

    public override IEnumerable<(string Type, string Code)> Looks => Parts.SelectMany(part => part.Looks);
}

/// <summary>One holds.</summary>
internal sealed record AnyCondition(IReadOnlyList<SearchCondition> Parts) : SearchCondition
{
    public override bool IsToldByIndex => Parts.All(part => part.IsToldByIndex);

    public override IEnumerable<(string Type, string Code)> Looks => Parts.SelectMany(part => part.Looks);
}

/// <summary>It does not hold.</summary>
internal sealed record NotCondition(SearchCondition Part) : SearchCondition
{
    public override bool IsToldByIndex => Part.IsToldByIndex;

    public override IEnumerable<(string Type, string Code)> Looks => Part.Looks;
}

/// <summary>The resource contains one of a type for which all conditions hold (FHIR R4 search.html#contained).</summary>
internal sealed record ContainedCondition(string Type, IReadOnlyList<SearchCondition> Parts) : SearchCondition
{
    /// <summary>Whether a condition can be asked of what is contained: nothing refers to it from outside, and it has no time of its own.</summary>
    public static bool CanAsk(SearchCondition condition) => condition switch
    {
        HasCondition or LastUpdatedCondition or CompartmentCondition or CareDateCondition => false,
        AllCondition all => all.Parts.All(CanAsk),
        AnyCondition any => any.Parts.All(CanAsk),
        NotCondition not => CanAsk(not.Part),
        _ => true,
    };

    public override IEnumerable<(string Type, string Code)> Looks => [(Type, "_contained"), .. Parts.SelectMany(part => part.Looks)];
}

/// <summary>The resource is of a type.</summary>
internal sealed record TypeCondition(string Type) : SearchCondition
{
    public override IEnumerable<(string Type, string Code)> Looks => [];
}

/// <summary><c>near</c>: the position is within one of the circles.</summary>
internal sealed record NearCondition(IReadOnlyList<Near> Alternatives) : SearchCondition
{
    public override bool IsToldByIndex => true;

    public override IEnumerable<(string Type, string Code)> Looks => [("Location", Near.Code)];
}

/// <summary><c>:missing</c>.</summary>
internal sealed record MissingCondition(SearchParameter Of, bool IsMissing) : SearchCondition
{
    public override bool IsToldByIndex => true;

    public override IEnumerable<(string Type, string Code)> Looks => [(Of.ResourceType, Of.Code)];
}

/// <summary>A composite: in one element each part has its value.</summary>
/// <param name="Of">The parameter.</param>
/// <param name="Alternatives">For each alternative what is looked for in each part, in their order.</param>
internal sealed record CompositeCondition(SearchParameter Of, IReadOnlyList<IReadOnlyList<ValueMatch>> Alternatives) : SearchCondition
{
    public override bool IsToldByIndex => true;

    public override IEnumerable<(string Type, string Code)> Looks => [(Of.ResourceType, Of.Code)];
}

/// <summary>A chain: a reference leads to a resource for which a condition holds (search.html#chaining).</summary>
/// <param name="Of">The reference.</param>
/// <param name="Targets">For each type of target what must hold there.</param>
internal sealed record ChainCondition(SearchParameter Of, IReadOnlyList<(string Type, SearchCondition Holds)> Targets) : SearchCondition
{
    public override bool IsToldByIndex => true;

    public override IEnumerable<(string Type, string Code)> Looks => [(Of.ResourceType, Of.Code), .. Targets.SelectMany(target => target.Holds.Looks)];
}

/// <summary><c>_has</c>: a resource for which a condition holds refers here (search.html#has).</summary>
/// <param name="Type">The type that is searched.</param>
/// <param name="By">The reference by which the other one refers.</param>
/// <param name="Holds">What must hold of the other one.</param>
internal sealed record HasCondition(string Type, SearchParameter By, SearchCondition Holds) : SearchCondition
{
    public override IEnumerable<(string Type, string Code)> Looks => [(By.ResourceType, By.Code), .. Holds.Looks];
}

/// <summary>The resource is in a compartment: one of the references leads to its subject, or it is the subject itself where that counts (compartmentdefinition.html).</summary>
/// <param name="By">The references.</param>
/// <param name="TargetType">The type of the subject.</param>
/// <param name="TargetId">Its id.</param>
/// <param name="WithSubject">True where the subject itself matches.</param>
internal sealed record CompartmentCondition(IReadOnlyList<SearchParameter> By, string TargetType, string TargetId, bool WithSubject) : SearchCondition
{
    public override bool IsToldByIndex => true;

    public override IEnumerable<(string Type, string Code)> Looks => By.Select(by => (by.ResourceType, by.Code));
}

/// <summary>The dates of care are within limits, or the resource has none ($everything).</summary>
/// <param name="Parameters">The numbers of the parameters that are dates of care.</param>
/// <param name="From">In milliseconds; null for no limit.</param>
/// <param name="To">In milliseconds, exclusive; null for no limit.</param>
internal sealed record CareDateCondition(IReadOnlyList<int> Parameters, long? From, long? To) : SearchCondition
{
    public override bool IsToldByIndex => true;

    public override IEnumerable<(string Type, string Code)> Looks => [];
}

/// <summary>The resource is one that the caller's scopes are about. It is the server's own condition, which no client states.</summary>
/// <param name="WholeTypes">Types of which all resources are.</param>
/// <param name="Partly">Types of which those are for which all of the conditions hold; one entry a scope.</param>
internal sealed record ScopeCondition(IReadOnlyList<string> WholeTypes, IReadOnlyList<(string Type, IReadOnlyList<SearchCondition> Holds)> Partly) : SearchCondition
{
    public override IEnumerable<(string Type, string Code)> Looks => [];
}

/// <summary>Neither the resource nor a patient whom it refers to is labelled restricted (v3-Confidentiality R, V); or it is an AuditEvent.</summary>
internal sealed record UnrestrictedCondition : SearchCondition
{
    public override IEnumerable<(string Type, string Code)> Looks => [];
}
