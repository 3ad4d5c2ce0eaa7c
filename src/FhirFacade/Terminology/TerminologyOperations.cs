using System.Buffers;
using System.Text.Json;
using Consortium.Fhir;
using Consortium.Fhir.Terminology;
using Consortium.FhirFacade.Rest;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.Terminology;

/// <summary>
/// <c>$expand</c> and <c>$validate-code</c> of value sets, <c>$lookup</c> and <c>$validate-code</c> of code systems (FHIR R4 valueset-operations.html, codesystem-operations.html),
/// over R4's own and those that are stored here. What is not known is said to be so: 404, or a result of false that says why.
/// </summary>
internal sealed class TerminologyOperations(SiteTerminology terminology, RecordQueries records, TimeProvider time)
{
    /// <summary>An expansion is given whole up to here; a larger one is asked for with <c>count</c>.</summary>
    private const int MostCodes = 10_000;

    /// <summary><c>ValueSet/$expand</c> and <c>ValueSet/id/$expand</c>.</summary>
    public async Task<FhirResponse> ExpandAsync(FhirRequest request, string? id, CancellationToken cancellationToken)
    {
        var input = OperationInput.Read(request);
        FhirDefinitions definitions = await terminology.ForAsync(request.Caller, cancellationToken).ConfigureAwait(false);
        FhirDocument? inline = id is not null ? await StoredAsync("ValueSet", id, cancellationToken).ConfigureAwait(false) : input.Resource("valueSet");
        if (inline is not null) definitions = definitions.With([inline]);
        string url = inline?.Root.Child("url").Value ?? input.Text("url")
            ?? throw FhirException.BadRequest("required", "$expand takes url, a valueSet with a url, or the instance ValueSet/[id]/$expand.");
        if (input.Text("valueSetVersion") is { } version && inline is null) url = $"{url}|{version}";
        int offset = input.Number("offset") ?? 0, count = input.Number("count") ?? MostCodes + 1;
        ExpandedValueSet expanded = definitions.Terminology.Expand(url, input.Text("filter"), offset, count)
            ?? throw new FhirException(404, "not-found", "The value set is not among R4's nor among those that are stored here.");
        if (expanded.Incomplete is { } why) throw new FhirException(422, "not-supported", $"The value set cannot be enumerated here: {why}.");
        if (expanded.Codes.Count > MostCodes) throw new FhirException(422, "too-costly", $"The value set has {expanded.Total} codes; ask for pages with offset and count, of {MostCodes} at most.");
        return new FhirResponse(200) { Body = Write(definitions.Find("ValueSet", url)!, expanded, offset) };
    }

    /// <summary><c>ValueSet/$validate-code</c> and <c>ValueSet/id/$validate-code</c>.</summary>
    public async Task<FhirResponse> ValidateInSetAsync(FhirRequest request, string? id, CancellationToken cancellationToken)
    {
        var input = OperationInput.Read(request);
        FhirDefinitions definitions = await terminology.ForAsync(request.Caller, cancellationToken).ConfigureAwait(false);
        FhirDocument? inline = id is not null ? await StoredAsync("ValueSet", id, cancellationToken).ConfigureAwait(false) : input.Resource("valueSet");
        if (inline is not null) definitions = definitions.With([inline]);
        string url = inline?.Root.Child("url").Value ?? input.Text("url") ?? throw FhirException.BadRequest("required", "$validate-code takes url, a valueSet with a url, or the instance.");
        if (definitions.Find("ValueSet", url) is null) throw new FhirException(404, "not-found", "The value set is not among R4's nor among those that are stored here.");
        return Validate(definitions, url, input, system: null);
    }

    /// <summary><c>CodeSystem/$validate-code</c> and <c>CodeSystem/id/$validate-code</c>.</summary>
    public async Task<FhirResponse> ValidateInSystemAsync(FhirRequest request, string? id, CancellationToken cancellationToken)
    {
        var input = OperationInput.Read(request);
        FhirDefinitions definitions = await terminology.ForAsync(request.Caller, cancellationToken).ConfigureAwait(false);
        FhirDocument? inline = id is null ? null : await StoredAsync("CodeSystem", id, cancellationToken).ConfigureAwait(false);
        string? system = inline?.Root.Child("url").Value ?? input.Text("url") ?? input.Value("coding").Child("system").Value ?? input.Text("system");
        if (system is null) throw FhirException.BadRequest("required", "$validate-code of a code system takes url, or the instance.");
        return Validate(definitions, null, input, system);
    }

    /// <summary><c>CodeSystem/$lookup</c>.</summary>
    public async Task<FhirResponse> LookupAsync(FhirRequest request, CancellationToken cancellationToken)
    {
        var input = OperationInput.Read(request);
        FhirDefinitions definitions = await terminology.ForAsync(request.Caller, cancellationToken).ConfigureAwait(false);
        string? system = input.Value("coding").Child("system").Value ?? input.Text("system"), code = input.Value("coding").Child("code").Value ?? input.Text("code");
        if (system is null || code is null) throw FhirException.BadRequest("required", "$lookup takes system and code, or a coding with both.");
        ConceptDetails concept = definitions.Terminology.Lookup(system, code)
            ?? throw new FhirException(404, "not-found", "The code, or its code system, is not among R4's nor among those that are stored here.");
        using var answer = new ParametersWriter();
        answer.Text("name", concept.SystemTitle ?? concept.System);
        if (concept.Version is { } version) answer.Text("version", version);
        answer.Text("display", concept.Display ?? concept.Code);
        foreach (ConceptDesignation designation in concept.Designations)
        {
            answer.Parts("designation", () =>
            {
                if (designation.Language is { } language) answer.Code("language", language);
                answer.Text("value", designation.Value);
            });
        }

        if (concept.Definition is { } definition) Property("definition", definition, isCode: false);
        foreach (ConceptProperty property in concept.Properties) Property(property.Code, property.Value, isCode: false);
        foreach (string parent in concept.Parents) Property("parent", parent, isCode: true);
        foreach (string child in concept.Children) Property("child", child, isCode: true);
        if (concept.IsInactive) Property("inactive", "true", isCode: false);
        return new FhirResponse(200) { Body = answer.Finish() };

        void Property(string name, string value, bool isCode) => answer.Parts("property", () =>
        {
            answer.Code("code", name);
            if (isCode) answer.Code("value", value);
            else answer.Text("value", value);
        });
    }

    private static FhirResponse Validate(FhirDefinitions definitions, string? valueSet, OperationInput input, string? system)
    {
        (string? System, string Code, string? Display)[] codings = [.. Codings(input, system)];
        if (codings.Length == 0) throw FhirException.BadRequest("required", "$validate-code takes code with system, a coding or a codeableConcept.");
        // Of several codings one is enough.
        CodeValidation[] results = [.. codings.Select(coding => definitions.Terminology.ValidateCode(valueSet, coding.System, coding.Code, coding.Display))];
        CodeValidation result = Array.Find(results, one => one.Verdict == CodeVerdict.Valid) ?? results[0];
        using var answer = new ParametersWriter();
        // A display that is none of the concept's makes the answer false (valueset-operation-validate-code.html).
        answer.Flag("result", result.Verdict == CodeVerdict.Valid && result.Message is null);
        if (result.Message is { } message) answer.Text("message", message);
        if (result.Display is { } display) answer.Text("display", display);
        return new FhirResponse(200) { Body = answer.Finish() };
    }

    private static IEnumerable<(string? System, string Code, string? Display)> Codings(OperationInput input, string? system)
    {
        if (input.Text("code") is { } code) yield return (input.Text("system") ?? system, code, input.Text("display"));
        foreach (FhirNode coding in input.Value("codeableConcept").ChildrenNamed("coding").Append(input.Value("coding")))
        {
            if (coding.Child("code").Value is { } own) yield return (coding.Child("system").Value ?? system, own, coding.Child("display").Value);
        }
    }

    private async Task<FhirDocument> StoredAsync(string type, string id, CancellationToken cancellationToken)
    {
        StoredVersion? current = await records.CurrentAsync(type, id, cancellationToken).ConfigureAwait(false);
        if (current is null) throw FhirException.NotFound(type, id);
        return current.Deleted ? throw FhirException.Gone(type, id) : FhirDocument.Parse(current.Body);
    }

    private byte[] Write(FhirDocument valueSet, ExpandedValueSet expanded, int offset)
    {
        var output = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(output, Negotiation.Compact))
        {
            json.WriteStartObject();
            json.WriteString("resourceType", "ValueSet");
            foreach (string name in (ReadOnlySpan<string>)["id", "url", "version", "name", "title"])
            {
                if (valueSet.Root.Child(name).Value is { } value) json.WriteString(name, value);
            }

            json.WriteString("status", valueSet.Root.Child("status").Value ?? "unknown");
            json.WriteStartObject("expansion");
            json.WriteString("identifier", $"urn:uuid:{Guid.CreateVersion7(time.GetUtcNow())}");
            json.WriteString("timestamp", ResourceJson.Instant(time.GetUtcNow().ToUnixTimeMilliseconds()));
            json.WriteNumber("total", expanded.Total);
            json.WriteNumber("offset", offset);
            if (expanded.Codes.Count > 0)
            {
                json.WriteStartArray("contains");
                foreach (ExpandedCode code in expanded.Codes) Write(json, code);
                json.WriteEndArray();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter json, ExpandedCode code)
    {
        json.WriteStartObject();
        json.WriteString("system", code.System);
        if (code.IsAbstract) json.WriteBoolean("abstract", true);
        if (code.IsInactive) json.WriteBoolean("inactive", true);
        json.WriteString("code", code.Code);
        if (code.Display is { } display) json.WriteString("display", display);
        json.WriteEndObject();
    }
}
