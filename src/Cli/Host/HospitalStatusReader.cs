using System.Data.Common;
using Consortium.AnchorService.Status;
using Consortium.Cli.Page;
using Consortium.FhirFacade;
using Consortium.Ledger;
using Microsoft.Extensions.DependencyInjection;

namespace Consortium.Cli.Host;

/// <summary>Gathers what the live page shows of one host, from the parts that this process runs.</summary>
internal sealed class HospitalStatusReader(HospitalOptions options, EthereumClient chain, IServiceProvider services, TimeProvider time)
{
    private const int Lines = 8;
    private ulong? _chainId;

    /// <summary>The document of a host by itself.</summary>
    public async Task<StatusDocument> ReadDocumentAsync(CancellationToken cancellationToken)
    {
        HospitalStatus hospital = await ReadAsync(cancellationToken);
        return new StatusDocument(time.GetUtcNow(), await ChainAsync(cancellationToken), [hospital], []);
    }

    /// <summary>This hospital's section.</summary>
    public async Task<HospitalStatus> ReadAsync(CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        IntakeSection intake = await TryAsync("intake", problems, () => IntakeComposition.ReadAsync(services, Lines, cancellationToken)) ?? IntakeSection.None;
        (FacadeCounts counts, IReadOnlyList<RecentRecord> recent) = await TryAsync("record store", problems, () => FacadeAsync(cancellationToken)) ?? new FacadeSection(new(0, 0, 0), []);
        AnchorStatus? anchor = await TryAsync("anchor service", problems, () => AnchorAsync(cancellationToken));
        if (anchor is { Reason: { } reason, Phase: not AnchorPhase.Starting and not AnchorPhase.Running }) problems.Add(reason);
        if (await ProjectionProblemAsync(cancellationToken) is { } behind) problems.Add(behind);
        return new HospitalStatus
        {
            Name = options.Name,
            Fhir = options.Roles.HasFlag(HostRoles.Facade) ? options.PublicUrl : null,
            Mllp = options.Roles.HasFlag(HostRoles.Intake) ? options.Mllp?.ToString() : null,
            Custodian = anchor?.Custodian,
            Hops = new HopCounts(
                intake.Received, intake.Pending, intake.Published, intake.Quarantined,
                counts.Resources, counts.Versions, options.Roles.HasFlag(HostRoles.Facade) ? counts.Pending : 0, counts.Anchored),
            AnchorLagSeconds = anchor?.OldestUnanchoredSince is { } since ? Math.Max(0, (time.GetUtcNow() - since).TotalSeconds) : 0,
            Records = [.. recent.Select(r => new RecordLine(r.RecordedAt, r.Type, r.Id, r.Version.ToString(System.Globalization.CultureInfo.InvariantCulture), r.Anchored))],
            Batches = anchor is null ? [] :
            [
                .. anchor.Batches.Take(Lines).Select(b => new BatchLine(
                    b.FirstSequence, b.Count, b.State.ToString().ToLowerInvariant(), b.TransactionHash, b.BlockNumber,
                    b.GasPerEntry is { } gas ? (long)Math.Round(gas) : null)),
            ],
            Quarantine = intake.Quarantine,
            Problems = problems,
        };
    }

    private async Task<ChainStatus?> ChainAsync(CancellationToken cancellationToken)
    {
        try
        {
            _chainId ??= await chain.ChainIdAsync(cancellationToken);
            return new ChainStatus(_chainId.Value, options.Contract.ToString(), await chain.BlockNumberAsync(cancellationToken));
        }
        catch (Exception e) when (e is RpcUnavailableException or RpcException)
        {
            return null;
        }
    }

    private async Task<FacadeSection?> FacadeAsync(CancellationToken cancellationToken)
    {
        if (services.GetService<FacadeStatus>() is not { } facade) return null;
        return new FacadeSection(await facade.CountsAsync(cancellationToken), await facade.RecentAsync(Lines, cancellationToken));
    }

    private async Task<AnchorStatus?> AnchorAsync(CancellationToken cancellationToken) =>
        services.GetService<AnchorMonitor>() is { } monitor ? await monitor.ReadAsync(Lines, cancellationToken) : null;

    private async Task<string?> ProjectionProblemAsync(CancellationToken cancellationToken)
    {
        if (services.GetService<LedgerProjection>() is not { } projection) return null;
        try
        {
            return (await projection.StatusAsync(cancellationToken)).Problem;
        }
        catch (DbException e)
        {
            return $"The projection's store does not answer ({e.GetType().Name}).";
        }
    }

    /// <summary>A part whose store is away does not take the page down; the page says so.</summary>
    private static async Task<T?> TryAsync<T>(string part, List<string> problems, Func<Task<T?>> read)
        where T : class
    {
        try
        {
            return await read();
        }
        catch (Exception e) when (e is DbException or IOException or TimeoutException)
        {
            problems.Add($"The store of the {part} does not answer ({e.GetType().Name}).");
            return null;
        }
    }

    private sealed record FacadeSection(FacadeCounts Counts, IReadOnlyList<RecentRecord> Recent);
}

/// <summary>What the intake contributes to the page.</summary>
internal sealed record IntakeSection(long Received, long Pending, long Published, long Quarantined, IReadOnlyList<QuarantineLine> Quarantine)
{
    public static IntakeSection None { get; } = new(0, 0, 0, 0, []);
}
