using System.Globalization;
using Consortium.Ledger;

namespace Consortium.Cli.Host;

/// <summary>
/// The chain id that a host stands on: met at the first start and kept, so that a later start needs no chain and a chain replaced by another is noticed.
/// </summary>
internal static class ChainIdentity
{
    /// <exception cref="CommandException">The chain does not answer at the first start, or answers with another id than before.</exception>
    public static async Task<ulong> ReadAsync(HospitalOptions options, EthereumClient client, CancellationToken cancellationToken)
    {
        string file = Path.Combine(options.State, "chain-id");
        ulong? kept = File.Exists(file) ? ulong.Parse(await File.ReadAllTextAsync(file, cancellationToken), CultureInfo.InvariantCulture) : null;
        ulong? met = await TryAskAsync(client, cancellationToken);
        if (kept is { } before && met is { } now && before != now)
        {
            throw CommandException.Outside($"The chain at {options.Chain[0]} has id {now}; this host has worked with {before}. Set Chain to the right endpoint, or State to a fresh folder.");
        }

        if ((kept ?? met) is not { } id)
        {
            throw CommandException.Outside($"The chain does not answer at {string.Join(", ", options.Chain)}, and this is the first start. Check the configuration key Chain.");
        }

        if (kept is null) await File.WriteAllTextAsync(file, id.ToString(CultureInfo.InvariantCulture), cancellationToken);
        return id;
    }

    private static async Task<ulong?> TryAskAsync(EthereumClient client, CancellationToken cancellationToken)
    {
        try
        {
            return await client.ChainIdAsync(cancellationToken);
        }
        catch (Exception e) when (e is RpcUnavailableException or RpcException or HttpRequestException)
        {
            return null;
        }
    }
}
