using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;
using Consortium.FhirFacade.Redaction;
using Consortium.FhirFacade.Search;

namespace Consortium.FhirFacade.Access;

/// <summary>
/// Which search parameters a role may use. Asked of the redaction itself, with a resource that has nothing but the element in question,
/// so that there is one list of what is hidden and not two.
/// </summary>
internal sealed class SearchableParameters
{
    private readonly ConcurrentDictionary<(ViewRole, string, string), bool> _allowed = new();

    public bool Allows(ViewRole role, string type, string parameter) =>
        _allowed.GetOrAdd((role, type, parameter), static key => IsVisible(key.Item1, key.Item2, key.Item3));

    private static bool IsVisible(ViewRole role, string type, string parameter)
    {
        if (parameter is "_id" or "_lastUpdated") return true; // in every view
        ResourceParameters known = SearchParameterTable.R4.For(type);
        if (!known.Has(parameter)) return false; // not looked into yet: what is not known to be visible is hidden
        return known.Elements(parameter).All(element => RecordView.Redact(Probe(type, element, parameter == "identifier"), role).HiddenPointers.Count == 0);
    }

    /// <summary>A resource with this element alone: <c>participant[].actor</c> gives <c>{"resourceType":…,"participant":[{"actor":{"reference":…}}]}</c>.</summary>
    private static byte[] Probe(string type, string element, bool identifier)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteString("resourceType", type);
            json.WriteString("id", "probe");
            Write(json, element.Split('.'), identifier);
            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter json, ReadOnlySpan<string> path, bool identifier)
    {
        bool repeats = path[0].EndsWith("[]", StringComparison.Ordinal);
        json.WritePropertyName(repeats ? path[0][..^2] : path[0]);
        if (repeats) json.WriteStartArray();
        json.WriteStartObject();
        if (path.Length > 1)
        {
            Write(json, path[1..], identifier);
        }
        else if (identifier)
        {
            json.WriteString("system", "urn:probe");
            json.WriteString("value", "probe");
        }
        else
        {
            json.WriteString("reference", "Patient/probe");
        }

        json.WriteEndObject();
        if (repeats) json.WriteEndArray();
    }
}
