using System.Buffers;
using System.Collections.Frozen;
using System.Text.Json;

namespace Consortium.FhirFacade.Rest;

/// <summary>
/// What the operations are called and defined as. Those of FHIR R4 have their definition there; the server's own are defined by OperationDefinitions
/// that it serves itself, at which levels from the table of routes.
/// </summary>
internal sealed class OperationDefinitions(Lazy<FhirRouter> router, FacadeOptions options)
{
    private static readonly FrozenDictionary<string, string> OfR4 = new Dictionary<string, string>
    {
        ["validate"] = "http://hl7.org/fhir/OperationDefinition/Resource-validate",
        ["meta"] = "http://hl7.org/fhir/OperationDefinition/Resource-meta",
        ["meta-add"] = "http://hl7.org/fhir/OperationDefinition/Resource-meta-add",
        ["everything"] = "http://hl7.org/fhir/OperationDefinition/Patient-everything",
        ["expand"] = "http://hl7.org/fhir/OperationDefinition/ValueSet-expand",
        ["lookup"] = "http://hl7.org/fhir/OperationDefinition/CodeSystem-lookup",
        ["meta-delete"] = "http://hl7.org/fhir/OperationDefinition/Resource-meta-delete",
    }.ToFrozenDictionary();

    private static readonly (string Name, string Type)[] s_entry =
        [("custodian", "string"), ("kind", "code"), ("recordId", "string"), ("recorded", "instant"), ("sequence", "decimal"), ("transactionHash", "string"), ("blockNumber", "decimal")];

    private static readonly FrozenDictionary<string, Own> Ours = new Dictionary<string, Own>
    {
        ["disclose"] = new("The caller's view of one version of a record with what is needed to verify it against its commitment.",
            [new("recordId", "in", 0, "string", "The record id of the index entry, 32 hexadecimal digits; at the system level. Several (at most 100, POST) are answered by a parameter record each, with recordId, status, and answer (Parameters as for one) or outcome.") { Repeats = true }, new("view", "out", 0, "Any", "The view."),
             new("disclosure", "out", 1, "base64Binary", "What was hidden, as salted hashes."), new("viewBytes", "out", 1, "base64Binary", "The exact bytes of the view."),
             new("role", "out", 1, "string", "The role whose view it is."), new("recordId", "out", 1, "string", "The record id."), new("commitment", "out", 1, "string", "The commitment, in hexadecimal digits.")]),
        ["receipt"] = new("Where a version's commitment stands on the consortium's chain.",
            [new("recordId", "out", 1, "string", "The record id."), new("commitment", "out", 1, "string", "The commitment, in hexadecimal digits.")]),
        ["erase"] = new("Destroys bytes and secret of a record, of some of its versions, or of all records of a patient; what remains is a tombstone with the commitment, and an anchored AuditEvent.",
            [new("basis", "in", 1, "code", "The legal basis, as a code of the site's: pipl-47, gdpr-17, court-order."), new("scope", "in", 0, "code", "For a Patient: record, or patient for all of the patient's records."),
             new("versions", "in", 0, "string", "A version or a range: 2, 1-3; left out, all."), new("by", "in", 0, "string", "Who ordered it: a staff number or user name."),
             new("dryRun", "in", 0, "boolean", "Says what would be erased."), new("dryRun", "out", 1, "boolean", "Whether nothing was erased."), new("records", "out", 1, "decimal", "Records concerned."),
             new("versions", "out", 1, "decimal", "Versions concerned."), new("event", "out", 0, "string", "The AuditEvents that are the record of it."), new("rawRecord", "out", 0, "string", "Digests of the raw records in the intake journal, which are erased there.")]),
        ["legal-hold"] = new("Keeps a record, or all records of a patient, from being erased.",
            [new("reason", "in", 1, "code", "A code of the site's."), new("by", "in", 0, "string", "Who ordered it."), new("held", "out", 1, "boolean", "That it is held.")]),
        ["legal-hold-release"] = new("Releases the legal holds of a record.", [new("by", "in", 0, "string", "Who ordered it."), new("released", "out", 1, "decimal", "How many there were.")]),
        ["inventory"] = new("The record id and time of every version in the store, for the hospital and for regulators: what the chain must have.",
            [new("_after", "in", 0, "string", "The next of the page before."), new("_count", "in", 0, "integer", "Versions of a page, at most 1000."),
             new("record", "out", 0, null, "A version.", [("recordId", "string"), ("recorded", "instant")]), new("next", "out", 0, "string", "With what the next page is asked for; absent at the end.")]),
        ["locate"] = new("Finds the index entries of a patient's records at all members.",
            [new("identifier", "in", 1, "string", "system|value of the patient's strongest identifier."), new("entry", "out", 0, null, "An index entry.", s_entry)]),
        ["status"] = new("How far the search parameters of the site's own are: each becomes searchable when what was stored before it is indexed.",
            [new("state", "out", 0, "code", "indexing, ready, leaving (changed or deleted), or not-in-force (retired, or R4's own); of one SearchParameter."),
             new("url", "out", 0, "uri", "Its canonical URL."), new("code", "out", 0, "code", "Its name in a search."),
             new("indexed", "out", 0, "decimal", "The resources that are indexed."), new("total", "out", 0, "decimal", "The resources to index."),
             new("searchParameter", "out", 0, null, "Of all: one for each, with the same parts and its id.", [("id", "string"), ("url", "uri"), ("code", "code"), ("state", "code"), ("indexed", "decimal"), ("total", "decimal")])]),
        ["fetch"] = new("Gets a record from another member and verifies it.",
            [new("custodian", "in", 1, "string", "The custodian's address."), new("recordId", "in", 1, "string", "The record id of the index entry."),
             new("verified", "out", 1, "boolean", "Whether the answer is what the chain has the commitment of."), new("view", "out", 0, "Any", "The view, where it verifies."),
             new("viewBytes", "out", 1, "base64Binary", "The bytes that came.")]),
    }.ToFrozenDictionary();

    /// <summary>The canonical URL of an operation's definition.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">The resource type that it is said of; null for the system.</param>
    /// <param name="options">The server.</param>
    public static string Url(string name, string? type, FacadeOptions options) => name == "export" ? $"http://hl7.org/fhir/uv/bulkdata/OperationDefinition/{(type is null ? "" : type.ToLowerInvariant() + "-")}export" : name == "validate-code" ? $"http://hl7.org/fhir/OperationDefinition/{type}-validate-code" : OfR4.GetValueOrDefault(name) ?? $"{options.BaseUrl}/OperationDefinition/{Id(name)}";

    /// <summary>The definition of an operation of this server, by logical id; null where there is none.</summary>
    public byte[]? Find(string id)
    {
        string? name = Ours.Keys.FirstOrDefault(known => Id(known) == id);
        return name is null ? null : Write(name, Ours[name], [.. router.Value.Routes.Where(route => route.Operation == name)]);
    }

    private static string Id(string name) => "facade-" + name;

    private byte[] Write(string name, Own own, Route[] routes)
    {
        var output = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(output, Negotiation.Compact))
        {
            json.WriteStartObject();
            json.WriteString("resourceType", "OperationDefinition");
            json.WriteString("id", Id(name));
            json.WriteString("url", Url(name, null, options));
            json.WriteString("name", char.ToUpperInvariant(name[0]) + name[1..]);
            json.WriteString("status", "active");
            json.WriteString("kind", "operation");
            json.WriteString("description", own.Description);
            json.WriteBoolean("affectsState", routes.Any(route => route.Right == Right.Write));
            json.WriteString("code", name);
            string[] types = [.. routes.Select(route => route.IsOfType ? "Resource" : route.OnlyType).OfType<string>().Distinct()];
            if (types.Length > 0)
            {
                json.WriteStartArray("resource");
                foreach (string type in types) json.WriteStringValue(type);
                json.WriteEndArray();
            }

            json.WriteBoolean("system", routes.Any(route => !route.IsOfType && route.OnlyType is null));
            json.WriteBoolean("type", routes.Any(route => route.OnlyType is not null && !route.Path.Contains("{id}", StringComparison.Ordinal)));
            json.WriteBoolean("instance", routes.Any(route => route.IsOfType || (route.OnlyType is not null && route.Path.Contains("{id}", StringComparison.Ordinal))));
            json.WriteStartArray("parameter");
            foreach (Parameter parameter in own.Parameters)
            {
                json.WriteStartObject();
                json.WriteString("name", parameter.Name);
                json.WriteString("use", parameter.Use);
                json.WriteNumber("min", parameter.Min);
                json.WriteString("max", parameter.Type is null || parameter.Repeats ? "*" : "1");
                json.WriteString("documentation", parameter.Documentation);
                if (parameter.Type is not null) json.WriteString("type", parameter.Type);
                else WriteParts(json, parameter);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    private static void WriteParts(Utf8JsonWriter json, Parameter parameter)
    {
        json.WriteStartArray("part");
        foreach ((string name, string type) in parameter.Parts)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("use", parameter.Use);
            json.WriteNumber("min", name is "kind" or "indexed" or "total" ? 0 : 1);
            json.WriteString("max", "1");
            json.WriteString("type", type);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private sealed record Own(string Description, Parameter[] Parameters);

    private sealed record Parameter(string Name, string Use, int Min, string? Type, string Documentation, (string Name, string Type)[] Parts)
    {
        public Parameter(string name, string use, int min, string? type, string documentation)
            : this(name, use, min, type, documentation, [])
        {
        }

        public bool Repeats { get; init; }
    }
}
