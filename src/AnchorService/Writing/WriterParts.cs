using Consortium.AnchorService.Status;
using Consortium.AnchorService.Store;
using Consortium.Ledger;
using Microsoft.Extensions.Logging;

namespace Consortium.AnchorService.Writing;

/// <summary>What the steps of one custodian's writer share. <c>Reached</c> is the test seam of <see cref="AnchorStep"/>.</summary>
internal sealed record WriterParts(
    AnchorOptions Options,
    AnchorStore Store,
    EthereumClient Client,
    ConsortiumLedgerContract Contract,
    AnchorMeters Meters,
    TimeProvider Time,
    ILogger Log,
    Action<AnchorStep> Reached)
{
    public Address Custodian => Options.Signer.Address;
}
