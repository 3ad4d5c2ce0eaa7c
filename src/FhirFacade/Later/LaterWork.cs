using System.Data.Common;
using Consortium.FhirFacade.Rest;
using Dapper;

namespace Consortium.FhirFacade.Later;

/// <summary>
/// The asynchronous request that the code of the moment works for. The store notes each of its commits beside the request, in the same transaction, so that after a crash
/// it is known what was done; and a process that has lost the request to another one cannot commit for it any more.
/// </summary>
/// <param name="Request">The request's id.</param>
/// <param name="Runner">Who runs it: another value at each attempt.</param>
internal sealed record LaterWork(string Request, string Runner)
{
    private static readonly AsyncLocal<LaterWork?> s_current = new();

    /// <summary>The request that this code works for; null for one that is answered at once.</summary>
    public static LaterWork? Current
    {
        get => s_current.Value;
        set => s_current.Value = value;
    }

    /// <summary>Notes a commit that is about to happen.</summary>
    /// <exception cref="FhirException">503: another process runs the request, or it was given up.</exception>
    public async Task NoteAsync(DbTransaction transaction)
    {
        int held = await transaction.Connection!.ExecuteAsync("UPDATE later_request SET writes = writes + 1 WHERE id = @Request AND runner = @Runner", new { Request, Runner }, transaction).ConfigureAwait(false);
        if (held == 0) throw new FhirException(503, "transient", "The request was given up, or another server has taken it over; nothing was changed here.");
    }
}
