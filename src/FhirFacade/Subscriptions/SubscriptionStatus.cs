using Consortium.Fhir;
using Consortium.FhirFacade.Store;
using Dapper;

namespace Consortium.FhirFacade.Subscriptions;

/// <summary>
/// Says in the resource what became of a subscription (FHIR R4 subscription-status): <c>error</c> while its notifications fail, <c>active</c> when they arrive again,
/// <c>off</c> when it is given up or has ended. Each is a version of the Subscription.
/// </summary>
internal sealed class SubscriptionStatus(RecordStore store, RecordQueries records)
{
    /// <summary>Sets the status; leaves alone what a client has deleted, turned off or changed meanwhile.</summary>
    /// <param name="id">The subscription.</param>
    /// <param name="status">The new status.</param>
    /// <param name="error">What went wrong; null for nothing.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task SetAsync(string id, string status, string? error, CancellationToken cancellationToken)
    {
        try
        {
            await store.TransactAsync(async unit =>
            {
                await unit.LockAsync([new RecordKey("Subscription", id)]).ConfigureAwait(false);
                StoredVersion? current = await records.CurrentAsync("Subscription", id, cancellationToken, unit.Transaction).ConfigureAwait(false);
                if (current is { Deleted: false } && !Says(current.Body, status))
                {
                    var write = new ResourceWrite("Subscription", id, WriteMode.Update) { Content = SubscriptionContent.WithStatus(current.Body, status, error), IfMatch = [current.Version], IsServers = true };
                    await unit.ApplyAsync([write]).ConfigureAwait(false);
                }

                if (current is not { Deleted: false })
                {
                    unit.SubscriptionStamp = await SubscriptionTables.RemoveAsync(unit.Transaction, id).ConfigureAwait(false);
                }
                else if (status == "off")
                {
                    unit.SubscriptionStamp = await SubscriptionTables.TurnOffAsync(unit.Transaction, id).ConfigureAwait(false);
                }
                else
                {
                    await unit.Transaction.Connection!.ExecuteAsync(
                        "UPDATE subscription_channel SET state = @state WHERE id = @id AND state <> 2", new { id, state = status == "error" ? 1L : 0L }, unit.Transaction).ConfigureAwait(false);
                }

                return true;
            }, cancellationToken).ConfigureAwait(false);
        }
        catch (PreconditionException)
        {
            // A client wrote it at the same moment; the next attempt says what there is to say.
        }
    }

    private static bool Says(byte[] stored, string status) => FhirDocument.Parse(stored).Root.Child("status").Value == status;
}
