using Consortium.Fhir;

namespace Consortium.FhirFacade.Rest;

/// <summary>Reads a Parameters resource, or the parts of one of its parameters (FHIR R4 parameters.html).</summary>
internal sealed class ParametersReader
{
    private readonly FhirNode _owner;
    private readonly string _list;

    private ParametersReader(FhirNode owner, string list) => (_owner, _list) = (owner, list);

    /// <summary>No parameters.</summary>
    public static ParametersReader None { get; } = new(default, "parameter");

    /// <summary>The parameters of a resource.</summary>
    /// <exception cref="FhirException">400: it is no Parameters resource.</exception>
    /// <exception cref="FhirFormatException">It is no FHIR JSON.</exception>
    public static ParametersReader Read(ReadOnlyMemory<byte> bytes) => Of(FhirDocument.Parse(bytes));

    /// <inheritdoc cref="Read"/>
    public static ParametersReader Of(FhirDocument document) => document.ResourceType == "Parameters"
        ? new ParametersReader(document.Root, "parameter")
        : throw FhirException.BadRequest("invalid", "The body is a Parameters resource.", "resourceType");

    /// <summary>The names that occur.</summary>
    public IEnumerable<string> Names
    {
        get
        {
            List<string> names = [];
            foreach (FhirNode parameter in _owner.ChildrenNamed(_list)) names.Add(parameter.Child("name").Value ?? "");
            return names.Distinct(StringComparer.Ordinal);
        }
    }

    /// <summary>The value of a primitive parameter, whatever its type; null where it is absent.</summary>
    public string? Text(string name) => Find(name).Child("value").Value;

    /// <summary>All values of a repeating parameter.</summary>
    public IReadOnlyList<string> Texts(string name) => [.. All(name).Select(parameter => parameter.Child("value").Value).OfType<string>()];

    /// <summary>The references of a repeating parameter: a Reference, or text.</summary>
    public IReadOnlyList<string> References(string name) =>
        [.. All(name).Select(parameter => parameter.Child("value")).Select(value => value.Value ?? value.Child("reference").Value).OfType<string>()];

    /// <summary>The bytes of a base64 parameter; null where it is absent or no base64.</summary>
    public byte[]? Bytes(string name)
    {
        if (Text(name) is not { } text) return null;
        byte[] bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out int length) ? bytes[..length] : null;
    }

    /// <summary>A complex value, such as a Coding; does not exist where it is absent.</summary>
    public FhirNode Value(string name) => Find(name).Child("value");

    /// <summary>A resource; null where it is absent.</summary>
    public FhirDocument? Resource(string name) => Find(name).Child("resource") is { Exists: true } resource ? FhirDocument.Parse(resource.Utf8Json.ToArray()) : null;

    /// <summary>The parts of a parameter; null where it is absent.</summary>
    public ParametersReader? Parts(string name) => Find(name) is { Exists: true } parameter ? new ParametersReader(parameter, "part") : null;

    private FhirNode Find(string name)
    {
        List<FhirNode> all = All(name);
        return all.Count > 0 ? all[0] : default;
    }

    private List<FhirNode> All(string name)
    {
        List<FhirNode> found = [];
        foreach (FhirNode parameter in _owner.ChildrenNamed(_list))
        {
            if (parameter.Child("name").Value == name) found.Add(parameter);
        }

        return found;
    }
}
