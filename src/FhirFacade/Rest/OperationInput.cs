using System.Globalization;
using Consortium.Fhir;

namespace Consortium.FhirFacade.Rest;

/// <summary>The input of an operation: the parameters of the URL, and those of a Parameters resource in the body, which go first (FHIR R4 operations.html#request).</summary>
internal sealed class OperationInput
{
    private readonly FhirRequest _request;
    private readonly ParametersReader _body;

    private OperationInput(FhirRequest request, ParametersReader body) => (_request, _body) = (request, body);

    /// <exception cref="FhirException">400: the body is no Parameters resource.</exception>
    public static OperationInput Read(FhirRequest request) => new(
        request, request.Method != "POST" || request.Body.Length == 0 ? ParametersReader.None : ParametersReader.Of(request.Document ?? FhirDocument.Parse(request.Resource)));

    /// <summary>The names that occur, in the URL or in the body.</summary>
    public IEnumerable<string> Names => _body.Names.Concat(_request.Parameters.Where(parameter => parameter.Value.Length > 0).Select(parameter => parameter.Key)).Distinct(StringComparer.Ordinal);

    /// <summary>The value of a primitive parameter; null where it is absent.</summary>
    public string? Text(string name) => _body.Text(name) ?? (_request.Parameter(name) is { Length: > 0 } text ? text : null);

    /// <summary>All values of a repeating parameter.</summary>
    public IReadOnlyList<string> Texts(string name) => [.. _body.Texts(name), .. FromUrl(name)];

    /// <summary>The references of a repeating parameter: a Reference in the body, text in the URL.</summary>
    public IReadOnlyList<string> References(string name) => [.. _body.References(name), .. FromUrl(name)];

    /// <summary>A whole number, not negative; null where it is absent.</summary>
    /// <exception cref="FhirException">400: it is none.</exception>
    public int? Number(string name) => Text(name) is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number
        : throw FhirException.BadRequest("value", $"{name} is a whole number, not negative.");

    /// <summary>A complex parameter, such as a Coding; does not exist where it is absent.</summary>
    public FhirNode Value(string name) => _body.Value(name);

    /// <summary>A resource parameter; null where it is absent.</summary>
    public FhirDocument? Resource(string name) => _body.Resource(name);

    private IEnumerable<string> FromUrl(string name) => _request.Parameters.Where(parameter => parameter.Key == name && parameter.Value.Length > 0).Select(parameter => parameter.Value);
}
