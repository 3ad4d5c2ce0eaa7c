using System.Text;
using Consortium.Fhir.Model;

namespace Consortium.Fhir;

/// <summary>FHIR R4 in XML (xml.html), read as objects of the model. Document types are refused, nothing is expanded.</summary>
public static class FhirXml
{
    /// <summary>Reads a resource as objects of the model. Nothing is dropped: what R4 does not know is refused.</summary>
    /// <typeparam name="T">The type of the resource, or <see cref="Resource"/> for any.</typeparam>
    /// <exception cref="FhirFormatException">It is not one well-formed resource of that type; the exception names line and column.</exception>
    public static T Parse<T>(ReadOnlyMemory<byte> utf8Xml)
        where T : Resource => Resource.From<T>(FhirDocument.ParseXml(utf8Xml));

    /// <summary>Reads a resource as <see cref="Parse{T}(ReadOnlyMemory{byte})"/> does.</summary>
    /// <exception cref="FhirFormatException">It is not one well-formed resource of that type; the exception names line and column.</exception>
    public static T Parse<T>(string xml)
        where T : Resource
    {
        ArgumentNullException.ThrowIfNull(xml);
        return Parse<T>(Encoding.UTF8.GetBytes(xml));
    }
}
