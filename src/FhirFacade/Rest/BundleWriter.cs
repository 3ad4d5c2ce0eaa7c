using System.Buffers;
using System.Text.Json;

namespace Consortium.FhirFacade.Rest;

/// <summary>Writes a Bundle around resources whose bytes stay as they are.</summary>
internal sealed class BundleWriter : IDisposable
{
    private readonly ArrayBufferWriter<byte> _output = new(4096);
    private readonly Utf8JsonWriter _json;
    private readonly List<(string Relation, string Url)> _links = [];
    private bool _hasEntries;

    public BundleWriter(string type, long? total)
    {
        _json = new Utf8JsonWriter(_output, Negotiation.Compact);
        _json.WriteStartObject();
        _json.WriteString("resourceType", "Bundle");
        _json.WriteString("type", type);
        if (total is { } known) _json.WriteNumber("total", known);
    }

    /// <summary>A URL with its parameters escaped.</summary>
    public static string Url(string path, IReadOnlyList<(string Name, string Value)> parameters) => parameters.Count == 0
        ? path
        : path + "?" + string.Join('&', parameters.Select(parameter => $"{Uri.EscapeDataString(parameter.Name)}={Uri.EscapeDataString(parameter.Value)}"));

    /// <summary>Adds a link; before the first entry.</summary>
    public void Link(string relation, string url) => _links.Add((relation, url));

    /// <summary>Starts an entry; the caller adds to it and ends it.</summary>
    public Utf8JsonWriter StartEntry(string? fullUrl, ReadOnlySpan<byte> resource)
    {
        if (!_hasEntries)
        {
            WriteLinks();
            _json.WriteStartArray("entry");
            _hasEntries = true;
        }

        _json.WriteStartObject();
        if (fullUrl is not null) _json.WriteString("fullUrl", fullUrl);
        if (resource.Length > 0)
        {
            _json.WritePropertyName("resource");
            _json.WriteRawValue(resource, skipInputValidation: true);
        }

        return _json;
    }

    public void EndEntry() => _json.WriteEndObject();

    /// <summary>The whole Bundle.</summary>
    public byte[] Finish()
    {
        if (_hasEntries) _json.WriteEndArray();
        else WriteLinks();
        _json.WriteEndObject();
        _json.Flush();
        return _output.WrittenSpan.ToArray();
    }

    public void Dispose() => _json.Dispose();

    private void WriteLinks()
    {
        if (_links.Count == 0) return;
        _json.WriteStartArray("link");
        foreach ((string relation, string url) in _links)
        {
            _json.WriteStartObject();
            _json.WriteString("relation", relation);
            _json.WriteString("url", url);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }
}
