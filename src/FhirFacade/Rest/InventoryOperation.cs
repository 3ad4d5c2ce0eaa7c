using System.Globalization;
using Consortium.FhirFacade.Access;
using Consortium.FhirFacade.Redaction;
using Consortium.FhirFacade.Store;
using Consortium.Integrity;

namespace Consortium.FhirFacade.Rest;

/// <summary>
/// <c>[base]/$inventory</c>: the record id and the time of every version in the store, in the order in which they were stored. A replay compares it with the chain, since the
/// chain alone cannot tell what was never anchored. It names nothing of any record.
/// </summary>
internal sealed class InventoryOperation(RecordQueries records)
{
    private const int Most = 1000;

    /// <summary>A page: <c>_count</c> versions (at most 1,000) behind <c>_after</c>, the <c>next</c> of the page before.</summary>
    public async Task<FhirResponse> AnswerAsync(FhirRequest request, CancellationToken cancellationToken)
    {
        if (request.Caller is not ({ Kind: CallerKind.LocalUser } or { Kind: CallerKind.Member, View: ViewRole.Regulator }))
        {
            throw FhirException.Forbidden("The inventory is for the hospital itself and for regulators.");
        }

        long after = Number(request, "_after", 0, long.MaxValue);
        int count = (int)Number(request, "_count", Most, Most);
        IReadOnlyList<InventoryRow> rows = await records.InventoryAsync(after, count, cancellationToken).ConfigureAwait(false);
        using var parameters = new ParametersWriter();
        foreach (InventoryRow row in rows)
        {
            parameters.Parts("record", () =>
            {
                parameters.Text("recordId", row.RecordId.ToString());
                parameters.Instant("recorded", ResourceJson.Instant(row.RecordedAt));
            });
        }

        if (rows.Count == count && count > 0) parameters.Text("next", rows[^1].Sequence.ToString(CultureInfo.InvariantCulture));
        return new FhirResponse(200) { Body = parameters.Finish() };
    }

    private static long Number(FhirRequest request, string name, long otherwise, long most) => request.Parameter(name) is not { } text ? otherwise
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number <= most && (number > 0 || name != "_count") ? number
        : throw FhirException.BadRequest("value", $"{name} is a whole number{(most == long.MaxValue ? "" : $" from 1 to {most.ToString(CultureInfo.InvariantCulture)}")}.");
}
