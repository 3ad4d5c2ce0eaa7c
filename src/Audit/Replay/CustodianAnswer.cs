using System.Text.Json;
using Consortium.Integrity;

namespace Consortium.Audit;

/// <summary>
/// What a custodian answered to <c>$disclose</c>: a view, its disclosure, and the record's name as far as they tell. The name
/// is what the custodian says; it is proved only where the disclosure verifies.
/// </summary>
internal sealed record CustodianAnswer(byte[] View, Disclosure Disclosure)
{
    /// <summary>Reads the Parameters resource.</summary>
    /// <exception cref="FormatException">It holds no view and disclosure; the message has no content of it.</exception>
    public static CustodianAnswer Read(byte[] parameters)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(parameters);
            byte[]? view = null;
            byte[]? disclosure = null;
            byte[]? resource = null;
            foreach (JsonElement parameter in document.RootElement.GetProperty("parameter").EnumerateArray())
            {
                switch (parameter.GetProperty("name").GetString())
                {
                    case "viewBytes":
                        view = parameter.GetProperty("valueBase64Binary").GetBytesFromBase64();
                        break;
                    case "disclosure":
                        disclosure = parameter.GetProperty("valueBase64Binary").GetBytesFromBase64();
                        break;
                    case "view" when parameter.TryGetProperty("resource", out JsonElement element):
                        resource = System.Text.Encoding.UTF8.GetBytes(element.GetRawText());
                        break;
                    default:
                        break;
                }
            }

            if ((view ?? resource) is not { } shown || disclosure is null) throw new FormatException("The answer has no view or no disclosure.");
            return new CustodianAnswer(shown, Disclosure.Parse(disclosure));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or DisclosureFormatException)
        {
            throw new FormatException(e is DisclosureFormatException ? e.Message : "The answer is no Parameters resource with a view and a disclosure.", e);
        }
    }

    /// <summary>The value of a disclosed leaf.</summary>
    public string? Leaf(string pointer) => Disclosure.Text(pointer);

    /// <summary><c>Type/id/_history/version</c>; null where not even the type is disclosed. Text that is no name is left out.</summary>
    public string? Name()
    {
        string? type = Leaf("/resourceType");
        if (type is null || IndexIdentifiers.Kind(type) == 0) return null;
        string? id = Token(Leaf("/id"));
        string? version = Token(Leaf("/meta/versionId"));
        return id is null ? type : version is null ? $"{type}/{id}" : $"{type}/{id}/_history/{version}";
    }

    /// <summary>FHIR's <c>id</c> type; a tampered record may have anything there, which must not reach a report.</summary>
    private static string? Token(string? text) =>
        text is { Length: > 0 and <= 64 } && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.') ? text : null;
}
