using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Consortium.FhirFacade.Rest;
using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.FhirFacade;

/// <summary>
/// Sharing between members (flow step 8): finds a patient's records through the index on the chain, asks the custodian for one under this member's own identity,
/// and verifies what comes against the chain, so that the custodian need not be trusted.
/// </summary>
public sealed class RecordExchange
{
    /// <summary>The largest answer that is read.</summary>
    public const int MostBytes = 64 * 1024 * 1024;

    private static readonly TimeSpan TokenLife = TimeSpan.FromMinutes(2);

    private readonly LedgerProjection _projection;
    private readonly FacadeOptions _options;
    private readonly HttpClient _http;
    private readonly TimeProvider _time;

    /// <summary>An exchange on behalf of the member that <paramref name="options"/> describe.</summary>
    /// <param name="projection">This member's projection of the contract.</param>
    /// <param name="options">Its keys; <see cref="FacadeOptions.Signer"/> is needed to fetch.</param>
    /// <param name="http">A client that follows no redirects: the token is for the custodian alone.</param>
    /// <param name="time">The clock.</param>
    public RecordExchange(LedgerProjection projection, FacadeOptions options, HttpClient http, TimeProvider time)
    {
        _projection = projection;
        _options = options;
        _http = http;
        _time = time;
    }

    /// <summary>All index entries of one patient, of all custodians, in the order of the chain.</summary>
    /// <param name="system">System of the patient's strongest identifier.</param>
    /// <param name="value">Its value.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<IReadOnlyList<ProjectedEntry>> LocateAsync(string system, string value, CancellationToken cancellationToken = default) =>
        _projection.EntriesBySubjectAsync(IndexIdentifiers.SubjectTag(_options.IndexKey, _options.IndexEpoch, system, value), cancellationToken);

    /// <summary>The entry of one record of one custodian; null where the chain has none.</summary>
    public Task<ProjectedEntry?> EntryAsync(Address custodian, Tag128 recordId, CancellationToken cancellationToken = default) =>
        _projection.EntryByRecordIdAsync(custodian, recordId, cancellationToken);

    /// <summary>Fetches the view that this member's role gives of one record and verifies it. What does not verify is returned all the same, with the reason.</summary>
    /// <exception cref="RecordExchangeException">The custodian could not be asked, refused, or its answer could not be read.</exception>
    public async Task<FetchedRecord> FetchAsync(ProjectedEntry entry, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entry);
        byte[] answer = await AskAsync(entry, cancellationToken).ConfigureAwait(false);
        byte[] view;
        Disclosure disclosure;
        RecordReceipt? receipt;
        try
        {
            ParametersReader parameters = ParametersReader.Read(answer);
            view = parameters.Bytes("viewBytes") ?? throw new FormatException("It has no viewBytes.");
            disclosure = Disclosure.Parse(parameters.Bytes("disclosure") ?? throw new FormatException("It has no disclosure."));
            receipt = parameters.Parts("receipt") is { } parts ? RecordReceipt.Read(parts) : null;
        }
        catch (Exception e) when (e is FormatException or JsonException or FhirException or Fhir.FhirFormatException)
        {
            throw new RecordExchangeException($"The answer of custodian {entry.Custodian} on record {entry.Entry.RecordId} could not be read.", e);
        }

        return new FetchedRecord(view, disclosure, receipt, await VerifyAsync(entry, view, disclosure, receipt, cancellationToken).ConfigureAwait(false));
    }

    private async Task<byte[]> AskAsync(ProjectedEntry entry, CancellationToken cancellationToken)
    {
        ISigner signer = _options.Signer ?? throw new RecordExchangeException("This facade has no chain key of its own (FacadeOptions.Signer), so it cannot ask another member.");
        Member? custodian = await _projection.MemberAsync(entry.Custodian, cancellationToken).ConfigureAwait(false);
        if (!Uri.TryCreate(custodian?.Endpoint, UriKind.Absolute, out Uri? endpoint) || endpoint.Scheme is not ("http" or "https"))
        {
            throw new RecordExchangeException($"The contract has no http endpoint for custodian {entry.Custodian}.");
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint.AbsoluteUri.TrimEnd('/') + "/$disclose");
        request.Headers.Accept.ParseAdd("application/fhir+json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await MemberToken.IssueAsync(
            signer, _options.ChainId, MemberToken.Audience(_options.ChainId, entry.Custodian), _time, TokenLife, cancellationToken).ConfigureAwait(false));
        request.Content = new StringContent(
            $$"""{"resourceType":"Parameters","parameter":[{"name":"recordId","valueString":"{{entry.Entry.RecordId}}"}]}""", Encoding.UTF8, "application/fhir+json");
        try
        {
            using HttpResponseMessage response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
            byte[] body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            return response.StatusCode == HttpStatusCode.OK
                ? body
                : throw new RecordExchangeException($"Custodian {entry.Custodian} answered {(int)response.StatusCode} for record {entry.Entry.RecordId}.") { Status = (int)response.StatusCode };
        }
        catch (Exception e) when (e is HttpRequestException || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new RecordExchangeException($"Custodian {entry.Custodian} could not be reached for record {entry.Entry.RecordId}.", e);
        }
    }

    private async Task<VerificationResult> VerifyAsync(
        ProjectedEntry entry, byte[] view, Disclosure disclosure, RecordReceipt? receipt, CancellationToken cancellationToken)
    {
        VerificationResult content = DisclosureVerifier.Verify(view, disclosure, entry.Entry.Commitment);
        if (!content.Ok) return content;
        if (!HasKind(view, entry.Entry.Kind)) return Failed("The view is of another resource type than the index entry.", "/resourceType");

        // The entry must stand in the batch as this member's own projection has it; what the custodian says about that is compared, not believed.
        IReadOnlyList<IndexEntry> batch = await _projection.BatchEntriesAsync(entry.Custodian, entry.BatchFirstSequence, cancellationToken).ConfigureAwait(false);
        ulong position = entry.Sequence - entry.BatchFirstSequence;
        if (position >= (ulong)batch.Count || batch[(int)position] != entry.Entry) return Failed("The index entry is not in its batch on the chain.", null);
        if (receipt is null) return content;
        bool agrees = receipt.Custodian == entry.Custodian && receipt.ChainId == _options.ChainId && receipt.Contract == _options.Contract
            && receipt.Sequence == entry.Sequence && receipt.BatchFirstSequence == entry.BatchFirstSequence && receipt.BatchCount == (ulong)batch.Count
            && receipt.TransactionHash == entry.TransactionHash && receipt.BlockNumber == entry.BlockNumber
            && receipt.BatchRoot == BatchTree.Root(batch)
            && BatchTree.VerifyInclusion(entry.Entry, position, receipt.BatchCount, receipt.InclusionPath, receipt.BatchRoot);
        return agrees ? content : Failed("The custodian's receipt is not what the chain says.", null);
    }

    private static bool HasKind(byte[] view, ushort kind)
    {
        using JsonDocument document = JsonDocument.Parse(view);
        return IndexIdentifiers.Kind(document.RootElement.GetProperty("resourceType").GetString()!) == kind;
    }

    private static VerificationResult Failed(string reason, string? pointer) => new(false, reason, pointer);
}

/// <summary>A record that another custodian disclosed.</summary>
/// <param name="View">The exact bytes of the view. Patient data.</param>
/// <param name="Disclosure">What proves that every value in it is part of the committed record.</param>
/// <param name="Receipt">What the custodian says of its place on the chain; null where it says nothing.</param>
/// <param name="Verification">Whether view, disclosure, commitment and place on the chain agree, and if not, where.</param>
public sealed record FetchedRecord(byte[] View, Disclosure Disclosure, RecordReceipt? Receipt, VerificationResult Verification);
