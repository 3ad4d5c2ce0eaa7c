using Consortium.FhirFacade.Redaction;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.AuditTrail;

/// <summary>A version that was given out or written.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Id">Its logical id.</param>
/// <param name="Version">The version; 0 where there is none.</param>
/// <param name="Patient">The logical id of the patient whom it is about; null for none.</param>
/// <param name="View">The view in which somebody outside got it; null for the hospital's own.</param>
internal sealed record Touched(string Type, string Id, long Version, string? Patient, ViewRole? View);

/// <summary>What one interaction gave out and wrote, as it goes. Becomes AuditEvents when the interaction ends, or a page of a long answer does.</summary>
internal sealed class AccessLog(Func<AccessLog, CancellationToken, Task> write)
{
    private readonly List<Touched> _given = [];
    private readonly Dictionary<RecordKey, Touched> _written = [];

    /// <summary>What has been given out, in order.</summary>
    public IReadOnlyList<Touched> Given => _given;

    /// <summary>What has been written; a unit of work that ran again counts once.</summary>
    public IReadOnlyCollection<Touched> Written => _written.Values;

    /// <summary>A version is about to be given out.</summary>
    public void Give(Touched touched) => _given.Add(touched);

    /// <summary>A version was written, if the transaction holds.</summary>
    public void Write(Touched touched) => _written[new RecordKey(touched.Type, touched.Id)] = touched;

    /// <summary>Writes the events of what has been given out so far; on return a caller from outside may have it.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        await write(this, cancellationToken).ConfigureAwait(false);
        _given.Clear();
        _written.Clear();
    }
}
