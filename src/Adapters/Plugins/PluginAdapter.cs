using Consortium.Adapters.Elements;
using Consortium.Fhir;

namespace Consortium.Adapters.Plugins;

/// <summary>
/// A vendor's adapter, seen from the host: it runs in a process of its own, and whatever it does there is at worst a rejected record here. A new version may
/// take the place of the one before at any time; each record is converted by one version.
/// </summary>
internal sealed class PluginAdapter(PluginVersion version) : IRecordAdapter, IDisposable
{
    /// <summary>Detection sees so much of a record.</summary>
    private const int DetectionBytes = 64 * 1024;

    private static readonly TimeSpan DetectionLimit = TimeSpan.FromSeconds(5);

    private volatile PluginVersion _version = version;
    private volatile bool _isStopped;

    internal PluginSupervisor Supervisor => _version.Supervisor;

    public AdapterDescription Describe() => _version.Description;

    /// <summary>The next record is this version's.</summary>
    public void Replace(PluginVersion next)
    {
        PluginVersion before = _version;
        _version = next;
        before.Retire();
    }

    /// <summary>The plug-in was taken out: it ends with the last record that it has.</summary>
    public void Retire() => _version.Retire();

    /// <inheritdoc/>
    /// <exception cref="PluginSilentException">The plug-in could not say.</exception>
    public int Detect(RawRecord record)
    {
        if (Take() is not { } version) throw new PluginSilentException(Describe().Name);
        try
        {
            PluginAnswer answer = version.Supervisor.Ask(PluginRequest.For(PluginOperation.Detect, record), record.Bytes[..Math.Min(record.Bytes.Length, DetectionBytes)], DetectionLimit);
            if (answer.Reply is not { Fault: null, Confidence: { } confidence }) throw new PluginSilentException(version.Manifest.Name);
            return Math.Clamp(confidence, 0, 100);
        }
        finally
        {
            version.Release();
        }
    }

    public IEnumerable<ConversionResult> Convert(RawRecord record, ConversionContext context)
    {
        if (Take() is not { } version) return [Rejected(0, "transient", $"the plug-in {Describe().Name} was taken out. The record is kept; release it once the plug-in is there again.")];
        try
        {
            return Convert(version, record, context);
        }
        finally
        {
            version.Release();
        }
    }

    public void Dispose()
    {
        _isStopped = true;
        _version.Stop();
    }

    private static List<ConversionResult> Convert(PluginVersion version, RawRecord record, ConversionContext context)
    {
        PluginManifest manifest = version.Manifest;
        AdapterDescription description = version.Description;
        PluginAnswer answer = version.Supervisor.Ask(PluginRequest.For(PluginOperation.Convert, record, context), record.Bytes, manifest.Limits.Time);
        if (answer.Reply is not { } reply)
        {
            return [Rejected(0, answer.MayPass ? "transient" : "exception", answer.MayPass
                ? $"the plug-in {manifest.Name} {answer.Fault}. The record is kept; release it once the plug-in works again."
                : $"the plug-in {manifest.Name} {answer.Fault} with this record: a fault of the plug-in. The record is kept; report it to {description.Vendor}.")];
        }

        List<ConversionResult> results = [.. (reply.Results ?? []).Select(result => result.Open())];
        for (int i = 0; i < results.Count; i++)
        {
            if (results[i].Index != i) return [Rejected(0, "exception", $"the plug-in {manifest.Name} numbers its results wrongly (result {i} is called {results[i].Index}): a fault of the plug-in. The record is kept.")];
            if (!results[i].IsRejected && !IsProven(results[i], record, description))
            {
                results[i] = ConversionResult.Rejected(i, results[i].ControlId, [.. results[i].Issues, Issue(
                    "exception", $"the plug-in {manifest.Name} gave no Provenance that names this record and {description.Name}/{description.Version}: a fault of the plug-in. The record is kept.")]);
            }
        }

        if (reply.Fault is { } fault)
        {
            results.Add(Rejected(results.Count, "exception", $"the plug-in {manifest.Name} failed with {fault}: a fault of the plug-in. The record is kept; report it to {description.Vendor}."));
        }

        return results;
    }

    /// <summary>The version in force; null where the plug-in was taken out.</summary>
    /// <exception cref="PluginStoppedException">The host is stopping.</exception>
    private PluginVersion? Take()
    {
        while (true)
        {
            PluginVersion version = _version;
            if (version.TryTake()) return version;
            if (_isStopped) throw new PluginStoppedException();
            if (version == _version) return null; // else another version came between
        }
    }

    // Without it nobody could tell later where a resource came from.
    private static bool IsProven(ConversionResult result, RawRecord record, AdapterDescription description) => result.Resources.Any(draft =>
        draft.Json["resourceType"] is DraftValue type && type.GetValue<string>() == "Provenance"
        && Values(draft.Json["entity"], "what").Contains($"urn:sha256:{record.Digest}")
        && Values(draft.Json["agent"], "who").Contains($"{description.Name}/{description.Version}"));

    private static IEnumerable<string?> Values(DraftNode? list, string reference) =>
        (list as DraftArray ?? []).Select(item => (((item as DraftObject)?[reference] as DraftObject)?["identifier"] as DraftObject)?["value"]?.ToString());

    private static ConversionResult Rejected(int index, string code, string reason) => ConversionResult.Rejected(index, null, Issue(code, reason));

    private static OutcomeIssue Issue(string code, string reason) => new(IssueSeverity.Error, code, reason);
}

/// <summary>A plug-in could not say whether a record is its own.</summary>
internal sealed class PluginSilentException(string name) : Exception($"The plug-in {name} could not say whether the record is its own.");

/// <summary>The host is stopping, so nobody answers any more: the record stays pending, and is no rejected one.</summary>
internal sealed class PluginStoppedException() : OperationCanceledException("The plug-ins are being stopped.");
