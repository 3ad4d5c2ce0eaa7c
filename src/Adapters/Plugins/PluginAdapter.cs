using System.Text.Json.Nodes;
using Consortium.Fhir;

namespace Consortium.Adapters.Plugins;

/// <summary>A vendor's adapter, seen from the host: it runs in a process of its own, and whatever it does there is at worst a rejected record here.</summary>
internal sealed class PluginAdapter : IRecordAdapter, IDisposable
{
    /// <summary>Detection sees so much of a record.</summary>
    private const int DetectionBytes = 64 * 1024;

    private static readonly TimeSpan DetectionLimit = TimeSpan.FromSeconds(5);

    private readonly PluginSupervisor _supervisor;
    private readonly PluginManifest _manifest;
    private readonly AdapterDescription _description;

    /// <exception cref="PluginRefusedException">It cannot be loaded.</exception>
    public PluginAdapter(PluginSupervisor supervisor, PluginManifest manifest)
    {
        _supervisor = supervisor;
        _manifest = manifest;
        _description = supervisor.Describe();
    }

    internal PluginSupervisor Supervisor => _supervisor;

    public AdapterDescription Describe() => _description;

    /// <inheritdoc/>
    /// <exception cref="PluginSilentException">The plug-in could not say.</exception>
    public int Detect(RawRecord record)
    {
        PluginAnswer answer = _supervisor.Ask(PluginRequest.For(PluginOperation.Detect, record), record.Bytes[..Math.Min(record.Bytes.Length, DetectionBytes)], DetectionLimit);
        if (answer.Reply is not { Fault: null, Confidence: { } confidence }) throw new PluginSilentException(_manifest.Name);
        return Math.Clamp(confidence, 0, 100);
    }

    public IEnumerable<ConversionResult> Convert(RawRecord record, ConversionContext context)
    {
        PluginAnswer answer = _supervisor.Ask(PluginRequest.For(PluginOperation.Convert, record, context), record.Bytes, _manifest.Limits.Time);
        if (answer.Reply is not { } reply)
        {
            return [Rejected(0, answer.MayPass ? "transient" : "exception", answer.MayPass
                ? $"the plug-in {_manifest.Name} {answer.Fault}. The record is kept; release it once the plug-in works again."
                : $"the plug-in {_manifest.Name} {answer.Fault} with this record: a fault of the plug-in. The record is kept; report it to {_description.Vendor}.")];
        }

        List<ConversionResult> results = [.. (reply.Results ?? []).Select(result => result.Open())];
        for (int i = 0; i < results.Count; i++)
        {
            if (results[i].Index != i) return [Rejected(0, "exception", $"the plug-in {_manifest.Name} numbers its results wrongly (result {i} is called {results[i].Index}): a fault of the plug-in. The record is kept.")];
            if (!results[i].IsRejected && !IsProven(results[i], record))
            {
                results[i] = ConversionResult.Rejected(i, results[i].ControlId, [.. results[i].Issues, Issue(
                    "exception", $"the plug-in {_manifest.Name} gave no Provenance that names this record and {_description.Name}/{_description.Version}: a fault of the plug-in. The record is kept.")]);
            }
        }

        if (reply.Fault is { } fault)
        {
            results.Add(Rejected(results.Count, "exception", $"the plug-in {_manifest.Name} failed with {fault}: a fault of the plug-in. The record is kept; report it to {_description.Vendor}."));
        }

        return results;
    }

    public void Dispose() => _supervisor.Dispose();

    // Without it nobody could tell later where a resource came from.
    private bool IsProven(ConversionResult result, RawRecord record) => result.Resources.Any(draft =>
        draft.Json["resourceType"] is JsonValue type && type.ToString() == "Provenance"
        && Values(draft.Json["entity"], "what").Contains($"urn:sha256:{record.Digest}")
        && Values(draft.Json["agent"], "who").Contains($"{_description.Name}/{_description.Version}"));

    private static IEnumerable<string?> Values(JsonNode? list, string reference) =>
        (list as JsonArray ?? []).Select(item => (((item as JsonObject)?[reference] as JsonObject)?["identifier"] as JsonObject)?["value"]?.ToString());

    private static ConversionResult Rejected(int index, string code, string reason) => ConversionResult.Rejected(index, null, Issue(code, reason));

    private static OutcomeIssue Issue(string code, string reason) => new(IssueSeverity.Error, code, reason);
}

/// <summary>A plug-in could not say whether a record is its own.</summary>
internal sealed class PluginSilentException(string name) : Exception($"The plug-in {name} could not say whether the record is its own.");

/// <summary>The host is stopping, so nobody answers any more: the record stays pending, and is no rejected one.</summary>
internal sealed class PluginStoppedException() : OperationCanceledException("The plug-ins are being stopped.");
