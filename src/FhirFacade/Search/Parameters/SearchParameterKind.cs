namespace Consortium.FhirFacade.Search.Parameters;

/// <summary>What a search parameter compares (FHIR R4 search.html#ptypes).</summary>
internal enum SearchParameterKind
{
    /// <summary>A number.</summary>
    Number,

    /// <summary>A date, a time or a period.</summary>
    Date,

    /// <summary>Words.</summary>
    String,

    /// <summary>A code or an identifier.</summary>
    Token,

    /// <summary>A reference to another resource.</summary>
    Reference,

    /// <summary>Several values of one element together.</summary>
    Composite,

    /// <summary>A number with a unit.</summary>
    Quantity,

    /// <summary>A URI.</summary>
    Uri,
}
