using Consortium.Fhir;
using Consortium.FhirFacade.Search.Custom;

namespace Consortium.FhirFacade.Search.Parameters;

/// <summary>Where a parameter looks: an expression, and for a reference the only type of target that counts.</summary>
/// <param name="Path">FHIRPath on the resource, or on the element of a composite.</param>
/// <param name="TargetType">The type that <c>where(resolve() is …)</c> asks for; null for any. It is told by the reference itself, so that nothing has to be fetched.</param>
internal sealed record ParameterPath(CompiledPath Path, string? TargetType)
{
    /// <summary>The same where it names elements one after the other; null for another.</summary>
    public ElementPath? Elements { get; } = ElementPath.Of(Path.Text);
}

/// <summary>A search parameter of one resource type, compiled.</summary>
/// <param name="Number">Its number in the index; what belongs to it (<see cref="Text"/> …) has the numbers after it.</param>
/// <param name="ResourceType">The type whose resources are searched.</param>
/// <param name="Code">Its name in a search.</param>
/// <param name="Url">Its canonical URL.</param>
/// <param name="Kind">What it compares.</param>
/// <param name="Paths">Where it looks.</param>
/// <param name="Targets">The types that a reference may lead to; empty for any.</param>
/// <param name="Components">The parts of a composite.</param>
internal sealed record SearchParameter(
    int Number, string ResourceType, string Code, string Url, SearchParameterKind Kind, ParameterPath[] Paths, string[] Targets, SearchParameter[] Components)
{
    /// <summary>What is known beforehand of its values.</summary>
    public ElementShape Shape { get; } = ElementShape.Of([.. Paths.Select(path => path.Path.Text)], ResourceType);

    /// <summary>True where the values are texts that tokens are compared with, without regard to case (search.html#token).</summary>
    public bool IsText => Kind == SearchParameterKind.Token && Shape.TypeName == "string";

    /// <summary>False while resources that were stored before it are still being indexed by it.</summary>
    public bool IsReady { get; init; } = true;

    /// <summary>True for a parameter of the site's own.</summary>
    public bool IsCustom => Number >= CustomRegistry.FirstNumber;

    /// <summary>True where no other type has the same numbers: a row of the index then tells the type of its resource.</summary>
    public bool IsOfOneType => !IsCustom && Number > SearchCatalog.MostSharedNumber;

    /// <summary>How many numbers each parameter takes.</summary>
    public const int Numbers = 4;

    /// <summary>The index of the words beside a token (<c>:text</c>).</summary>
    public int Text => Number + 1;

    /// <summary>The index of identifiers by their type (<c>:of-type</c>), or of the identifier of a reference (<c>:identifier</c>).</summary>
    public int Identifier => Number + 2;
}
