namespace Consortium.FhirFacade.Search.Query;

/// <summary>How an ordered value is compared (FHIR R4 search.html#prefix).</summary>
internal enum Comparison
{
    /// <summary>Within the searched interval.</summary>
    Equal,

    /// <summary>Not within it.</summary>
    NotEqual,

    /// <summary>A part of the value lies above.</summary>
    Greater,

    /// <summary>A part of the value lies below.</summary>
    Less,

    /// <summary>Above or within.</summary>
    GreaterOrEqual,

    /// <summary>Below or within.</summary>
    LessOrEqual,

    /// <summary>All of the value lies above.</summary>
    StartsAfter,

    /// <summary>All of the value lies below.</summary>
    EndsBefore,

    /// <summary>A tenth to either side.</summary>
    Approximate,

    /// <summary>A part of the value lies within.</summary>
    Overlaps,
}

/// <summary>An interval of milliseconds, the end exclusive.</summary>
internal readonly record struct Interval(long From, long To);

/// <summary>What is compared, and how.</summary>
internal readonly record struct Compared<T>(Comparison How, T With);

/// <summary>What is looked for among the values of one parameter.</summary>
internal abstract record ValueMatch(int Parameter);

/// <summary>A code. <see cref="System"/> null: any; empty: none. <see cref="Code"/> null: any of the system.</summary>
internal sealed record TokenMatch(int Parameter, string? System, string? Code) : ValueMatch(Parameter);

/// <summary>One of many codes: those of a value set or below a concept.</summary>
internal sealed record TokenSetMatch(int Parameter, IReadOnlyList<(string System, string Code)> Codes) : ValueMatch(Parameter);

/// <summary>A URI: itself, or what stands below or above it.</summary>
internal sealed record UriMatch(int Parameter, string Uri, UriRelation Relation) : ValueMatch(Parameter);

/// <summary>How a URI is compared.</summary>
internal enum UriRelation
{
    /// <summary>It.</summary>
    Same,

    /// <summary>It, and what stands below it.</summary>
    Below,

    /// <summary>It, and what stands above it.</summary>
    Above,

    /// <summary>A MIME type, with parameters or without.</summary>
    MimeType,

    /// <summary>What begins so.</summary>
    Begins,

    /// <summary>What has it anywhere.</summary>
    Contains,

    /// <summary>What ends so.</summary>
    Ends,
}

/// <summary>Words.</summary>
internal sealed record StringMatch(int Parameter, string Text, StringRelation Relation) : ValueMatch(Parameter);

/// <summary>How words are compared.</summary>
internal enum StringRelation
{
    /// <summary>The beginning.</summary>
    Begins,

    /// <summary>Anywhere.</summary>
    Contains,

    /// <summary>As it is written.</summary>
    Exact,

    /// <summary>The whole, folded.</summary>
    Same,

    /// <summary>The end.</summary>
    Ends,

    /// <summary>What comes after it in the order of the index.</summary>
    After,

    /// <summary>It, and what comes after it.</summary>
    NotBefore,

    /// <summary>What comes before it.</summary>
    Before,

    /// <summary>It, and what comes before it.</summary>
    NotAfter,
}

/// <summary>A reference. <see cref="TargetType"/> null: any type; empty: an absolute URL.</summary>
internal sealed record ReferenceMatch(int Parameter, string? TargetType, string TargetId) : ValueMatch(Parameter);

/// <summary>A canonical URL of any version, or of the versions that begin as the one named (search.html#versions, <c>:below</c>).</summary>
internal sealed record CanonicalMatch(int Parameter, string Canonical) : ValueMatch(Parameter);

/// <summary>A value for which another match does not hold.</summary>
internal sealed record UnequalMatch(ValueMatch To) : ValueMatch(To.Parameter);

/// <summary>A time.</summary>
internal sealed record DateMatch(int Parameter, Compared<Interval> Time) : ValueMatch(Parameter);

/// <summary>A number: exact, and with the interval that its digits stand for.</summary>
internal readonly record struct NumberInterval(double Exact, double From, double To);

/// <summary>A number, with a unit where one was asked for. With <see cref="CanonicalCode"/> the numbers are those of UCUM's base units.</summary>
internal sealed record QuantityMatch(int Parameter, Compared<NumberInterval> Number, string? System, string? Code, string? CanonicalCode) : ValueMatch(Parameter);
