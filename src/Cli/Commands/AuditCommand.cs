using System.CommandLine;
using Consortium.Audit;
using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.Cli.Commands;

/// <summary><c>consortium audit replay</c>: the regulator's replay of the whole trail.</summary>
internal static class AuditCommand
{
    /// <summary>The chain id of a development chain, whose accounts everybody knows.</summary>
    private const ulong DevelopmentChainId = 31337;

    /// <summary>Place of the demo's regulator among those accounts.</summary>
    private const int DemoRegulator = 3;

    public static Command Create() => new("audit", "Replays and verifies the trail.") { Replay() };

    private static Command Replay()
    {
        var chain = new ChainOptions();
        var custodians = new Option<string[]>("--custodian") { Description = "A custodian's FHIR base, where the contract's registry does not say.", AllowMultipleArgumentsPerToken = true };
        var report = new Option<string?>("--report") { Description = "Folder for the HTML report and the verdict." };
        var chainOnly = new Option<bool>("--chain-only") { Description = "Replays the chain and asks no custodian: the verdict can then be no better than incomplete." };
        var sample = new Option<int?>("--sample") { Description = "Challenges so many entries of each custodian, drawn at random, instead of all; the verdict says what that is worth. With --since: so many of the older ones." };
        var seed = new Option<string?>("--seed") { Description = "Draws the sample of an earlier verdict again: 64 hexadecimal digits." };
        var since = new Option<string?>("--since") { Description = "verdict.json of an earlier replay that found everything intact: the chain is replayed whole and must lead to its heads; only newer entries are challenged." };
        var journal = new Option<string?>("--journal") { Description = "Notes in this file what was proved, so that the same call goes on where it was interrupted." };
        var command = new Command("replay", "Replays the chain from the contract's first block and challenges each custodian for every record: a JSON verdict.")
        {
            chain.Chain, chain.Contract, chain.Key, chain.PasswordFile, custodians, report, chainOnly, sample, seed, since, journal,
        };
        command.SetAction((call, cancellationToken) => ChainOptions.GuardAsync(async () =>
        {
            IReadOnlyList<Uri> endpoints = chain.Urls(call);
            using LocalSigner? named = chain.TrySigner(call);
            using LocalSigner? regulator = named is null ? await DemoRegulatorAsync(endpoints, cancellationToken) : null;
            if ((named ?? regulator) is null && !call.GetValue(chainOnly))
            {
                throw CommandException.Misunderstood("--key and --password-file are needed: custodians answer a regulator that signs its challenges. --chain-only does without them.");
            }

            if (call.GetValue(sample) is < 1) throw CommandException.Misunderstood("--sample wants a number of entries, at least 1.");
            var options = new ReplayOptions
            {
                Chain = endpoints,
                Contract = chain.ContractAddress(call),
                Regulator = named ?? regulator,
                UnassignedEndpoints = (call.GetValue(custodians) ?? []).Select(url => Input.HttpUrl("--custodian", url)).ToArray(),
                ChallengeCustodians = !call.GetValue(chainOnly),
                Sample = call.GetValue(sample),
                SampleSeed = call.GetValue(seed) is { } digits ? new Hash256(Input.Hex32("--seed", digits)) : null,
                Since = call.GetValue(since) is { } file ? await EarlierAsync(file, cancellationToken) : null,
                Journal = call.GetValue(journal),
                Progress = Console.IsErrorRedirected ? null : new Progress<ReplayProgress>(Show),
            };
            ReplayVerdict verdict = await RunAsync(options, cancellationToken);
            if (!Console.IsErrorRedirected) Output.Say("");
            Output.Line(verdict.ToJson());
            if (call.GetValue(report) is { } folder) Output.Say($"report: {await ReplayReport.WriteAsync(verdict, folder, cancellationToken)}");
            return verdict.Verdict switch
            {
                VerdictWord.Intact => ExitCode.Good,
                VerdictWord.Tampered => ExitCode.Bad,
                _ => ExitCode.OutsideFailed,
            };
        }));
        return command;
    }

    private static async Task<ReplayVerdict> RunAsync(ReplayOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await new LedgerReplay().RunAsync(options, cancellationToken);
        }
        catch (ReplayJournalException e)
        {
            throw CommandException.Misunderstood($"--journal: {e.Message}");
        }
        catch (OperationCanceledException) when (options.Journal is { } journal)
        {
            Output.Say($"\nconsortium: interrupted; the same call with --journal {journal} goes on from here.");
            throw;
        }
    }

    private static async Task<Checkpoint> EarlierAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            Checkpoint earlier = Checkpoint.Parse(await Input.ReadAsync(file, cancellationToken));
            return earlier.ProvesAll ? earlier : throw CommandException.Misunderstood($"--since: {file}: that replay did not prove every entry (incomplete, or a sample); replay without --since.");
        }
        catch (FormatException e)
        {
            throw CommandException.Misunderstood($"--since: {file}: {e.Message}");
        }
    }

    private static async Task<LocalSigner?> DemoRegulatorAsync(IReadOnlyList<Uri> endpoints, CancellationToken cancellationToken)
    {
        await using var client = new EthereumClient(endpoints);
        return await client.ChainIdAsync(cancellationToken) == DevelopmentChainId ? DevelopmentChain.FundedSigner(DemoRegulator) : null;
    }

    private static void Show(ReplayProgress progress) =>
        Console.Error.Write($"\r{progress.Stage}: {progress.Done}{(progress.Total > 0 ? $" of {progress.Total}" : "")}   ");
}
