using System.Text;
using Consortium.Fhir.Model;

namespace Consortium.Fhir;

/// <summary>FHIR R4 in JSON (json.html), read as objects of the model.</summary>
public static class FhirJson
{
    /// <summary>Reads a resource. Nothing is dropped: what R4 does not know is refused, codes and dates that are not well-formed are kept.</summary>
    /// <typeparam name="T">The type of the resource, or <see cref="Resource"/> for any.</typeparam>
    /// <exception cref="FhirFormatException">It is not one well-formed resource of that type; the exception names line and column.</exception>
    public static T Parse<T>(ReadOnlyMemory<byte> utf8Json)
        where T : Resource
    {
        FhirDocument document = FhirDocument.ParsePooled(utf8Json);
        try
        {
            return Resource.From<T>(document);
        }
        finally
        {
            document.Release();
        }
    }

    /// <summary>Reads a resource as <see cref="Parse{T}(ReadOnlyMemory{byte})"/> does.</summary>
    /// <exception cref="FhirFormatException">It is not one well-formed resource of that type; the exception names line and column.</exception>
    public static T Parse<T>(string json)
        where T : Resource
    {
        ArgumentNullException.ThrowIfNull(json);
        return Parse<T>(Encoding.UTF8.GetBytes(json));
    }
}
