namespace Consortium.FhirFacade.Search.Custom;

/// <summary>How far a search parameter of the site's own has come.</summary>
internal enum CustomState
{
    /// <summary>Every write puts its values in the index; what was stored before is being indexed.</summary>
    Indexing = 0,

    /// <summary>Every resource is indexed: it can be searched by.</summary>
    Ready = 1,

    /// <summary>It was changed or deleted; its values are being taken out of the index.</summary>
    Leaving = 2,

    /// <summary>Nothing of it is in the index. The row stays, so that its number is never given again.</summary>
    Gone = 3,
}

/// <summary>A search parameter of the site's own.</summary>
/// <param name="Number">Its number in the index, never used again for another definition.</param>
/// <param name="Id">The logical id of the SearchParameter.</param>
/// <param name="State">How far it is.</param>
/// <param name="Definition">What it says.</param>
/// <param name="Kinds">What the parts of a composite compare.</param>
internal sealed record CustomParameter(int Number, string Id, CustomState State, CustomDefinition Definition, IReadOnlyList<Parameters.SearchParameterKind> Kinds);
