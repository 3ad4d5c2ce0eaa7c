using System.Text.Json;
using Consortium.Fhir;
using Consortium.FhirFacade.Access;
using Consortium.FhirFacade.Access.Smart;
using Consortium.FhirFacade.Patch;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.Rest;

/// <summary>
/// <c>$meta</c> of an instance, a type and the system, <c>$meta-add</c> and <c>$meta-delete</c> of an instance (FHIR R4 resource-operation-meta.html). A change of profiles, tags or
/// security labels is a new version here, because versions are committed with their exact bytes (decision 0191).
/// </summary>
internal sealed class MetaOperations(RecordStore store, RecordQueries records, ReadInteractions read, ResourceContent rules, UserAccess users)
{
    private static readonly string[] Lists = ["profile", "security", "tag"];

    /// <summary>The <c>meta</c> of the current version, or of one that is named, in the caller's view.</summary>
    public async Task<FhirResponse> ReadAsync(FhirRequest request, string type, string id, string? version, CancellationToken cancellationToken)
    {
        var whole = request with { Parameters = [], IfNoneMatch = null, IfModifiedSince = null };
        FhirResponse found = version is null
            ? await read.ReadAsync(whole, type, id, cancellationToken).ConfigureAwait(false)
            : await read.VersionAsync(whole, type, id, version, cancellationToken).ConfigureAwait(false);
        return Answer(found.Body!) with { Version = found.Version, LastUpdated = found.LastUpdated };
    }

    /// <summary>The profiles, tags and security labels that resources of a type, or of all, have now (resource-operation-meta.html, at the levels of type and system).</summary>
    public async Task<FhirResponse> InUseAsync(FhirRequest request, string? type, CancellationToken cancellationToken)
    {
        if (request.Caller.IsOutside) throw FhirException.Forbidden("Which labels are in use tells of records that may be hidden from outside; $meta of an instance gives those of a record that may be seen.");
        if (request.Caller.User is { } user && !(request.Caller.SeesRestricted && user.Grants.Any(grant => grant.IsWhole && grant.Gives(type ?? SmartScope.AnyType, Permissions.Search))))
        {
            throw FhirException.Forbidden("Which labels are in use tells of records that this user does not see; $meta of an instance gives those of a record that may be seen.");
        }

        using var meta = new MemoryStream();
        using (var json = new Utf8JsonWriter(meta, Negotiation.Compact))
        {
            json.WriteStartObject();
            string[] profiles = [.. (await records.LabelsAsync(type, "_profile", cancellationToken).ConfigureAwait(false)).Select(label => label.Code).Distinct().Order(StringComparer.Ordinal)];
            if (profiles.Length > 0)
            {
                json.WriteStartArray("profile");
                foreach (string profile in profiles) json.WriteStringValue(profile);
                json.WriteEndArray();
            }

            foreach (string name in (string[])["security", "tag"])
            {
                IReadOnlyList<(string System, string Code)> labels = await records.LabelsAsync(type, "_" + name, cancellationToken).ConfigureAwait(false);
                if (labels.Count == 0) continue;
                json.WriteStartArray(name);
                foreach ((string system, string code) in labels)
                {
                    json.WriteStartObject();
                    if (system.Length > 0) json.WriteString("system", system);
                    if (code.Length > 0) json.WriteString("code", code);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        using var parameters = new ParametersWriter();
        parameters.Raw("return", "valueMeta", meta.ToArray());
        return new FhirResponse(200) { Body = parameters.Finish() };
    }

    /// <summary>Adds what the resource does not have.</summary>
    public Task<FhirResponse> AddAsync(FhirRequest request, string type, string id, CancellationToken cancellationToken) =>
        ChangeAsync(request, type, id, static (list, item) =>
        {
            if (!list.Items.Any(known => Same(known, item))) list.Insert(list.Items.Count, item);
        }, cancellationToken);

    /// <summary>Takes away what the resource has of it; what it does not have is no error.</summary>
    public Task<FhirResponse> DeleteAsync(FhirRequest request, string type, string id, CancellationToken cancellationToken) =>
        ChangeAsync(request, type, id, static (list, item) =>
        {
            for (int i = list.Items.Count - 1; i >= 0; i--)
            {
                if (Same(list.Items[i], item)) list.RemoveAt(i);
            }
        }, cancellationToken);

    private async Task<FhirResponse> ChangeAsync(FhirRequest request, string type, string id, Action<JsonText, JsonText> change, CancellationToken cancellationToken)
    {
        byte[] given = Given(request);
        return await store.TransactAsync(async transaction =>
        {
            await transaction.LockAsync([new RecordKey(type, id)]).ConfigureAwait(false);
            StoredVersion current = await records.CurrentAsync(type, id, cancellationToken, transaction.Transaction).ConfigureAwait(false) ?? throw FhirException.NotFound(type, id);
            if (current.Deleted) throw FhirException.Gone(type, id);
            byte[] changed = Changed(current.Body, given, change);
            var write = new ResourceWrite(type, id, WriteMode.Update) { Content = rules.Accept(changed, type, id), IfMatch = VersionTag.IfMatch(request.IfMatch) };
            WriteResult result = (await transaction.ApplyAsync([write]).ConfigureAwait(false))[0];
            return Answer(result.Body!) with { Version = result.Version, LastUpdated = result.LastUpdated };
        }, users.WatchOf(request.Caller, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    private static byte[] Changed(byte[] resource, byte[] given, Action<JsonText, JsonText> change)
    {
        JsonText root = JsonText.Parse(resource), meta = root.Get("meta")!, asked = JsonText.Parse(given);
        foreach (string name in Lists)
        {
            if (asked.Get(name) is not { IsArray: true } items) continue;
            JsonText list = meta.Get(name) ?? JsonText.EmptyArray();
            foreach (JsonText item in items.Items) change(list, item);
            if (list.Items.Count > 0 || meta.Get(name) is not null) meta.Set(name, list);
        }

        return root.ToBytes();
    }

    private static byte[] Given(FhirRequest request) => ParametersReader.Of(request.Document ?? FhirDocument.Parse(request.Resource)).Value("meta") is { Exists: true } meta
        ? meta.Utf8Json.ToArray()
        : throw FhirException.BadRequest("required", "The operation takes Parameters with a parameter meta that has a valueMeta.", "Parameters.parameter");

    // A tag is its system and code, a profile its URL; display and version say nothing about which it is.
    private static bool Same(JsonText one, JsonText other)
    {
        JsonElement left = JsonSerializer.Deserialize<JsonElement>(one.ToBytes()), right = JsonSerializer.Deserialize<JsonElement>(other.ToBytes());
        if (left.ValueKind != JsonValueKind.Object || right.ValueKind != JsonValueKind.Object) return left.ValueKind == JsonValueKind.String && right.ValueKind == JsonValueKind.String && left.GetString() == right.GetString();
        return Text(left, "system") == Text(right, "system") && Text(left, "code") == Text(right, "code");
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static FhirResponse Answer(byte[] resource)
    {
        JsonText? meta = JsonText.Parse(resource).Get("meta");
        using var parameters = new ParametersWriter();
        parameters.Raw("return", "valueMeta", meta?.ToBytes() ?? "{}"u8.ToArray());
        return new FhirResponse(200) { Body = parameters.Finish() };
    }
}
