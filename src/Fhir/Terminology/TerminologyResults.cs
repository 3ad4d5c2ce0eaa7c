namespace Consortium.Fhir.Terminology;

/// <summary>What <see cref="FhirTerminology.ValidateCode"/> found.</summary>
public enum CodeVerdict
{
    /// <summary>The code is in the value set or code system.</summary>
    Valid,

    /// <summary>It is not.</summary>
    Invalid,

    /// <summary>The code systems or value sets that would decide are not at hand.</summary>
    Unknown,
}

/// <summary>The outcome of validating a code.</summary>
/// <param name="Verdict">Whether it is valid.</param>
/// <param name="System">The code system, found where the value set implies it.</param>
/// <param name="Code">The code, as the code system writes it.</param>
/// <param name="Display">The code system's display.</param>
/// <param name="Message">Why it is not valid or not known, or what is wrong with the display; null where all is well.</param>
public sealed record CodeValidation(CodeVerdict Verdict, string? System, string Code, string? Display, string? Message);

/// <summary>One code of an expansion.</summary>
/// <param name="System">The code system.</param>
/// <param name="Code">The code.</param>
/// <param name="Display">Its display in the value set, or else in the code system.</param>
/// <param name="IsAbstract">Whether it only groups others and is no proper value.</param>
/// <param name="IsInactive">Whether it is no longer approved for use.</param>
public sealed record ExpandedCode(string System, string Code, string? Display, bool IsAbstract, bool IsInactive);

/// <summary>A page of a value set's expansion.</summary>
/// <param name="Codes">The codes of the page.</param>
/// <param name="Total">How many codes match in all.</param>
/// <param name="Incomplete">Why codes may be missing; null where the expansion is complete.</param>
public sealed record ExpandedValueSet(IReadOnlyList<ExpandedCode> Codes, int Total, string? Incomplete);

/// <summary>Another text for a concept.</summary>
/// <param name="Language">BCP 47 tag, or null.</param>
/// <param name="Value">The text.</param>
public sealed record ConceptDesignation(string? Language, string Value);

/// <summary>A property of a concept.</summary>
/// <param name="Code">The property's code.</param>
/// <param name="Value">Its value as text; a Coding is <c>system#code</c>.</param>
public sealed record ConceptProperty(string Code, string Value);

/// <summary>What a code system says of one concept.</summary>
/// <param name="System">The code system.</param>
/// <param name="SystemTitle">Its title or name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Code">The code.</param>
/// <param name="Display">The display.</param>
/// <param name="Definition">The definition; those of R4's own code systems are not kept.</param>
/// <param name="Designations">Other texts, those of supplements included.</param>
/// <param name="Properties">The properties, those of supplements included.</param>
/// <param name="Parents">The codes right above.</param>
/// <param name="Children">The codes right below.</param>
/// <param name="IsAbstract">Whether it only groups others and is no proper value.</param>
/// <param name="IsInactive">Whether it is no longer approved for use.</param>
public sealed record ConceptDetails(
    string System,
    string? SystemTitle,
    string? Version,
    string Code,
    string? Display,
    string? Definition,
    IReadOnlyList<ConceptDesignation> Designations,
    IReadOnlyList<ConceptProperty> Properties,
    IReadOnlyList<string> Parents,
    IReadOnlyList<string> Children,
    bool IsAbstract,
    bool IsInactive);
