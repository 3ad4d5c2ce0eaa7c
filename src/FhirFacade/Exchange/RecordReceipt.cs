using System.Globalization;
using Consortium.FhirFacade.Rest;
using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.FhirFacade;

/// <summary>Where a record's index entry stands on the chain, as a custodian hands it out.</summary>
/// <param name="Custodian">Who anchored it.</param>
/// <param name="ChainId">EIP-155 chain id.</param>
/// <param name="Contract">The ledger contract.</param>
/// <param name="Sequence">The custodian's sequence number of the entry.</param>
/// <param name="BatchFirstSequence">That of its batch's first entry.</param>
/// <param name="BatchCount">Entries in the batch.</param>
/// <param name="BatchRoot">Root of the batch tree.</param>
/// <param name="InclusionPath">RFC 9162 audit path of the entry.</param>
/// <param name="TransactionHash">The transaction.</param>
/// <param name="BlockNumber">Its block.</param>
/// <param name="BlockHash">That block's hash.</param>
public sealed record RecordReceipt(
    Address Custodian, ulong ChainId, Address Contract, ulong Sequence, ulong BatchFirstSequence, ulong BatchCount, Hash256 BatchRoot,
    IReadOnlyList<Hash256> InclusionPath, Hash256 TransactionHash, ulong BlockNumber, Hash256 BlockHash)
{
    internal static RecordReceipt Of(StoredReceipt stored, FacadeOptions options) => new(
        options.Custodian, options.ChainId, options.Contract, stored.Sequence, stored.FirstSequence, stored.Count, stored.Root,
        stored.InclusionPath, stored.TransactionHash, stored.BlockNumber, stored.BlockHash);

    /// <summary>Reads the parts of a <c>receipt</c> parameter.</summary>
    /// <exception cref="FormatException">A part is missing or malformed.</exception>
    internal static RecordReceipt Read(ParametersReader parts) => new(
        Address.Parse(Required(parts, "custodian")), Number(parts, "chainId"), Address.Parse(Required(parts, "contract")),
        Number(parts, "sequence"), Number(parts, "batchFirstSequence"), Number(parts, "batchCount"), Hash256.Parse(Required(parts, "batchRoot")),
        [.. parts.Texts("inclusionPath").Select(Hash256.Parse)], Hash256.Parse(Required(parts, "transactionHash")), Number(parts, "blockNumber"), Hash256.Parse(Required(parts, "blockHash")));

    internal void Write(ParametersWriter parameters) => parameters.Parts("receipt", () =>
    {
        parameters.Text("custodian", Custodian.ToString());
        parameters.Number("chainId", ChainId);
        parameters.Text("contract", Contract.ToString());
        parameters.Number("sequence", Sequence);
        parameters.Number("batchFirstSequence", BatchFirstSequence);
        parameters.Number("batchCount", BatchCount);
        parameters.Text("batchRoot", BatchRoot.ToString());
        foreach (Hash256 hash in InclusionPath) parameters.Text("inclusionPath", hash.ToString());
        parameters.Text("transactionHash", TransactionHash.ToString());
        parameters.Number("blockNumber", BlockNumber);
        parameters.Text("blockHash", BlockHash.ToString());
    });

    private static string Required(ParametersReader parts, string name) => parts.Text(name) ?? throw new FormatException($"The receipt has no {name}.");

    private static ulong Number(ParametersReader parts, string name) =>
        ulong.TryParse(Required(parts, name), NumberStyles.None, CultureInfo.InvariantCulture, out ulong value) ? value : throw new FormatException($"The receipt's {name} is no whole number.");
}
