using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Consortium.Fhir.Model;

public abstract partial class Resource
{
    /// <summary>The resource as JSON, elements in the order of the definitions.</summary>
    /// <exception cref="InvalidOperationException">An object contains itself, or a choice has a type that it does not allow.</exception>
    public string ToJson(bool indented = false) => Encoding.UTF8.GetString(ToUtf8Json(indented));

    /// <summary>The resource as JSON in UTF-8.</summary>
    /// <exception cref="InvalidOperationException">An object contains itself, or a choice has a type that it does not allow.</exception>
    public byte[] ToUtf8Json(bool indented = false)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = indented, NewLine = "\n" })) WriteTo(writer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes the resource as a JSON object.</summary>
    /// <exception cref="InvalidOperationException">An object contains itself, or a choice has a type that it does not allow.</exception>
    public void WriteTo(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        new ModelWriter(writer).Write(this);
    }

    /// <summary>The resource as XML (FHIR R4 xml.html), with a declaration.</summary>
    /// <exception cref="FhirFormatException">XML cannot carry something in it, such as a control character or a narrative that is not well-formed.</exception>
    public string ToXml() => Encoding.UTF8.GetString(ToUtf8Xml());

    /// <summary>The resource as XML in UTF-8.</summary>
    /// <exception cref="FhirFormatException">See <see cref="ToXml"/>.</exception>
    public byte[] ToUtf8Xml() => ToDocument().ToXml();

    /// <summary>The resource as a document, which the validator and FHIRPath read.</summary>
    /// <exception cref="FhirFormatException">It has more levels than a document may have.</exception>
    public FhirDocument ToDocument() => FhirDocument.Parse(ToUtf8Json());

    /// <summary>The resource of a document.</summary>
    /// <exception cref="FhirFormatException">It is no such resource, or has an element or a form that R4 does not know; the exception names the place.</exception>
    public static T From<T>(FhirDocument document)
        where T : Resource
    {
        ArgumentNullException.ThrowIfNull(document);
        Resource resource = ModelReader.Read(document);
        if (resource is T wanted) return wanted;
        (int line, int column) = document.Place(0);
        throw new FhirFormatException($"The resource is a {resource.TypeName}, not a {typeof(T).Name}.", line, column);
    }
}
