namespace Consortium.FhirFacade.Search.Text;

/// <summary>What a full-text search asks for.</summary>
internal abstract record TextQuery
{
    /// <summary>True where what is found has words of the query, so that the search may begin with these.</summary>
    public abstract bool IsPositive { get; }
}

/// <summary>Words that stand together in this order.</summary>
/// <param name="Words">As they stand in the index; at least one.</param>
/// <param name="IsBeginning">True where the last is the beginning of a word.</param>
internal sealed record TextPhrase(IReadOnlyList<string> Words, bool IsBeginning) : TextQuery
{
    public override bool IsPositive => true;
}

/// <summary>All hold.</summary>
internal sealed record TextAll(IReadOnlyList<TextQuery> Parts) : TextQuery
{
    public override bool IsPositive => Parts.Any(part => part.IsPositive);
}

/// <summary>One holds.</summary>
internal sealed record TextAny(IReadOnlyList<TextQuery> Parts) : TextQuery
{
    public override bool IsPositive => Parts.All(part => part.IsPositive);
}

/// <summary>It does not hold.</summary>
internal sealed record TextNot(TextQuery Part) : TextQuery
{
    public override bool IsPositive => false;
}
