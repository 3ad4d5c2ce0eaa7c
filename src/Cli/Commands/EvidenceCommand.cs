using System.CommandLine;
using Consortium.Audit;
using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.Cli.Commands;

/// <summary><c>consortium evidence export|verify</c>: one record with all that proves it, in one file that anybody can check.</summary>
internal static class EvidenceCommand
{
    public static Command Create() => new("evidence", "Portable proof of one record: made with its custodian, checked without it.") { Export(), Verify() };

    private static Command Export()
    {
        var chain = new ChainOptions();
        var custodian = new Option<string>("--custodian") { Description = "The custodian's address.", Required = true };
        var record = new Option<string>("--record") { Description = "The record id: 32 hexadecimal digits.", Required = true };
        var from = new Option<string?>("--from") { Description = "The custodian's FHIR base, where it is not what the contract says." };
        var output = new Option<string>("--output", "-o") { Description = "The file to write; it holds patient data, as far as your role sees it.", Required = true };
        var command = new Command("export", "Fetches one record in the view of your role and writes it with disclosure, index entry, inclusion path, chained head and block header.")
        {
            chain.Chain, chain.Contract, chain.Key, chain.PasswordFile, custodian, record, from, output,
        };
        command.SetAction((call, cancellationToken) => ChainOptions.GuardAsync(async () =>
        {
            Address holder = ChainOptions.ParseAddress("--custodian", call.GetValue(custodian)!);
            if (!Tag128.TryParse(call.GetValue(record), out Tag128 recordId)) throw CommandException.Misunderstood("--record wants 32 hexadecimal digits.");
            using LocalSigner reader = chain.Signer(call);
            string file = call.GetValue(output)!;
            if (Directory.Exists(file)) throw CommandException.Misunderstood($"--output: {file} is a folder.");
            var options = new ReplayOptions
            {
                Chain = chain.Urls(call),
                Contract = chain.ContractAddress(call),
                Regulator = reader,
                CustodianEndpoints = call.GetValue(from) is { } url ? new Dictionary<Address, Uri> { [holder] = Input.HttpUrl("--from", url) } : new Dictionary<Address, Uri>(),
            };
            try
            {
                EvidenceFile evidence = await new EvidenceExporter().ExportAsync(options, holder, recordId, cancellationToken);
                await File.WriteAllBytesAsync(file, evidence.ToJson(), cancellationToken);
                Output.Line(w =>
                {
                    w.WriteStartObject();
                    w.WriteString("file", file);
                    Facts(w, evidence);
                    w.WriteEndObject();
                });
                return ExitCode.Good;
            }
            catch (EvidenceException e)
            {
                throw CommandException.Outside(e.Message);
            }
        }));
        return command;
    }

    private static Command Verify()
    {
        var file = new Argument<string>("FILE") { Description = "The evidence; - is standard input." };
        var chain = new ChainOptions();
        chain.Chain.Required = false;
        var checkpoint = new Option<string?>("--checkpoint") { Description = "verdict.json of a replay that you trust: checks without a network." };
        var contract = new Option<string?>("--contract") { Description = "The ledger contract that it must be of; without it, the one that the evidence names, whose code is checked." };
        var command = new Command("verify", "Checks evidence, believing nothing in it: {\"verified\":bool,\"reason\",…}; exit 1 where it does not hold.") { file, chain.Chain, checkpoint, contract };
        command.SetAction((call, cancellationToken) => ChainOptions.GuardAsync(async () =>
        {
            if (call.GetValue(chain.Chain) is null == call.GetValue(checkpoint) is null) throw CommandException.Misunderstood("verify wants either --chain URL or --checkpoint FILE: what shall the evidence be checked against?");
            string path = call.GetValue(file)!;
            EvidenceFile evidence = Read(path, await Input.ReadAsync(path, cancellationToken), EvidenceFile.Parse);
            EvidenceResult result;
            if (call.GetValue(contract) is { } named && ChainOptions.ParseAddress("--contract", named) != evidence.Contract)
            {
                result = new EvidenceResult(false, $"The evidence is of contract {evidence.Contract}, not of {named}.", null, null);
            }
            else if (call.GetValue(checkpoint) is { } pinned)
            {
                result = EvidenceVerifier.AgainstCheckpoint(evidence, Read(pinned, await Input.ReadAsync(pinned, cancellationToken), Checkpoint.Parse));
            }
            else
            {
                await using EthereumClient client = chain.Client(call);
                result = await EvidenceVerifier.AgainstChainAsync(evidence, client, cancellationToken);
            }

            Output.Line(w =>
            {
                w.WriteStartObject();
                w.WriteBoolean("verified", result.Ok);
                if (result.Reason is { } reason) w.WriteString("reason", reason);
                if (result.Pointer is { } pointer) w.WriteString("pointer", pointer);
                w.WriteString("against", call.GetValue(checkpoint) is null ? "chain" : "checkpoint");
                Facts(w, evidence);
                if (result.AnchoredAt is { } at) w.WriteString(call.GetValue(checkpoint) is null ? "anchoredAt" : "anchoredNoLaterThan", at.ToUniversalTime());
                w.WriteEndObject();
            });
            return result.Ok ? ExitCode.Good : ExitCode.Bad;
        }));
        return command;
    }

    // What the file says of the record's place; nothing of the record itself.
    private static void Facts(System.Text.Json.Utf8JsonWriter w, EvidenceFile evidence)
    {
        w.WriteString("chainId", evidence.ChainId.ToString(System.Globalization.CultureInfo.InvariantCulture));
        w.WriteString("contract", evidence.Contract.ToString());
        w.WriteString("custodian", evidence.Custodian.ToString());
        w.WriteString("recordId", evidence.Entry.RecordId.ToString());
        w.WriteString("commitment", evidence.Entry.Commitment.ToString());
        w.WriteNumber("sequence", evidence.Sequence);
        w.WriteNumber("block", evidence.Header.Number);
        w.WriteString("recordedAt", DateTimeOffset.FromUnixTimeSeconds((long)Math.Min(evidence.Entry.RecordedAt, (ulong)DateTimeOffset.MaxValue.ToUnixTimeSeconds())));
    }

    private static T Read<T>(string file, byte[] bytes, Func<ReadOnlyMemory<byte>, T> parse)
    {
        try
        {
            return parse(bytes);
        }
        catch (FormatException e)
        {
            throw CommandException.Misunderstood($"{file}: {e.Message}");
        }
    }
}
