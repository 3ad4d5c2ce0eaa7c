using System.Buffers;
using System.Text;
using Consortium.Fhir.Model;
using Consortium.Fhir.Xml;

namespace Consortium.Fhir;

/// <summary>FHIR R4 in XML (xml.html).</summary>
public static class FhirXml
{
    /// <summary>
    /// The resource in XML, UTF-8 with a declaration, not indented. Reading it with <see cref="FhirDocument.ParseXml"/> gives the
    /// same content: numbers, texts and narrative with their characters, extensions of primitives, elements in the order of the
    /// definitions. In a narrative HTML's named entities become numeric ones, the only ones that XML has.
    /// </summary>
    /// <exception cref="FhirFormatException">
    /// Something in it could not come back from XML as it is: an unknown element, a value of the wrong JSON kind, a control
    /// character, a narrative that is not well-formed. The exception names the place in the input.
    /// </exception>
    public static byte[] Write(FhirDocument document)
    {
        ArrayBufferWriter<byte> buffer = new();
        Write(document, buffer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes the resource as <see cref="Write(FhirDocument)"/> does. After an exception the output holds a part of it.</summary>
    /// <exception cref="FhirFormatException">See <see cref="Write(FhirDocument)"/>.</exception>
    public static void Write(FhirDocument document, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(output);
        JsonToXml.Write(document, output);
    }

    /// <summary>Writes the resource as <see cref="Write(FhirDocument)"/> does, whole or, after an exception, not at all.</summary>
    /// <exception cref="FhirFormatException">See <see cref="Write(FhirDocument)"/>.</exception>
    public static void Write(FhirDocument document, Stream output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write(Write(document));
    }

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
