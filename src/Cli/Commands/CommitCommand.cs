using System.CommandLine;
using Consortium.Integrity;

namespace Consortium.Cli.Commands;

/// <summary><c>consortium commit FILE --secret HEX [--suite sha256|sm3]</c>: the commitment of one resource.</summary>
internal static class CommitCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A FHIR resource as JSON, exactly as stored; - is standard input." };
        Option<string> secret = CommitmentOptions.Secret();
        Option<string> suite = CommitmentOptions.Suite();
        var command = new Command("commit", "Computes the commitment of a resource: {\"suite\",\"leaves\",\"commitment\"}.") { file, secret, suite };
        command.SetAction(async (call, cancellationToken) =>
        {
            byte[] key = Input.Hex32("--secret", call.GetValue(secret)!);
            string suiteName = call.GetValue(suite)!;
            byte[] json = await Input.ReadAsync(call.GetValue(file)!, cancellationToken);
            try
            {
                CommitmentResult result = RecordCommitment.Compute(json, key, CommitmentOptions.ToSuite(suiteName));
                Output.Line(w =>
                {
                    w.WriteStartObject();
                    w.WriteString("suite", suiteName);
                    w.WriteNumber("leaves", result.Leaves);
                    w.WriteString("commitment", result.Commitment.ToString());
                    w.WriteEndObject();
                });
                return ExitCode.Good;
            }
            catch (RecordFormatException e)
            {
                return CommitmentOptions.Rejected(call.GetValue(file)!, e);
            }
        });
        return command;
    }
}

/// <summary>What the three commands of the commitment scheme share.</summary>
internal static class CommitmentOptions
{
    public static Option<string> Secret() => new("--secret")
    {
        Description = "The record secret: 32 bytes in hexadecimal.",
        Required = true,
    };

    public static Option<string> Suite()
    {
        var option = new Option<string>("--suite") { Description = "Hash suite.", DefaultValueFactory = _ => "sha256" };
        option.AcceptOnlyFromAmong("sha256", "sm3");
        return option;
    }

    public static CommitmentSuite ToSuite(string name) => name == "sm3" ? CommitmentSuite.Sm3 : CommitmentSuite.Sha256;

    public static int Rejected(string file, RecordFormatException reason)
    {
        Output.Say($"consortium: {file}: {reason.Message}");
        Output.Line(w =>
        {
            w.WriteStartObject();
            w.WriteString("rejected", reason.Message);
            w.WriteEndObject();
        });
        return reason.InnerException is System.Text.Json.JsonException ? ExitCode.Misunderstood : ExitCode.Bad;
    }
}
