using System.Globalization;
using System.Text.Json;
using Consortium.Fhir;
using Consortium.FhirFacade.Rest;

namespace Consortium.FhirFacade.Terminology;

/// <summary>The input of an operation: the parameters of the URL, and those of a Parameters resource in the body (FHIR R4 operations.html#request).</summary>
internal sealed class OperationInput
{
    private readonly FhirRequest _request;
    private readonly FhirNode _parameters;

    private OperationInput(FhirRequest request, FhirNode parameters) => (_request, _parameters) = (request, parameters);

    /// <exception cref="FhirException">400: the body is no Parameters resource.</exception>
    public static OperationInput Read(FhirRequest request)
    {
        if (request.Method != "POST" || request.Body.Length == 0) return new OperationInput(request, default);
        FhirDocument document = request.Document ?? FhirDocument.Parse(request.Resource);
        return document.ResourceType == "Parameters"
            ? new OperationInput(request, document.Root)
            : throw FhirException.BadRequest("invalid", "The body of this operation is a Parameters resource.", "resourceType");
    }

    /// <summary>The value of a primitive parameter; null where it is absent.</summary>
    public string? Text(string name) => Find(name).Child("value").Value ?? (_request.Parameter(name) is { Length: > 0 } text ? text : null);

    /// <summary>A whole number, not negative; null where it is absent.</summary>
    /// <exception cref="FhirException">400: it is none.</exception>
    public int? Number(string name) => Text(name) is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number
        : throw FhirException.BadRequest("value", $"{name} is a whole number, not negative.");

    /// <summary>A complex parameter, such as a Coding; does not exist where it is absent.</summary>
    public FhirNode Value(string name) => Find(name).Child("value");

    /// <summary>A resource parameter; null where it is absent.</summary>
    public FhirDocument? Resource(string name) => Find(name).Child("resource") is { Exists: true } resource ? FhirDocument.Parse(resource.Utf8Json.ToArray()) : null;

    private FhirNode Find(string name)
    {
        foreach (FhirNode parameter in _parameters.ChildrenNamed("parameter"))
        {
            if (parameter.Child("name").Value == name) return parameter;
        }

        return default;
    }
}
