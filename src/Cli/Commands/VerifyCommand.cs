using System.CommandLine;
using Consortium.Integrity;

namespace Consortium.Cli.Commands;

/// <summary><c>consortium verify VIEW --disclosure FILE --commitment HEX</c>: is every value of the view part of the committed record?</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        var view = new Argument<string>("VIEW") { Description = "The view as JSON; - is standard input." };
        var disclosure = new Option<string>("--disclosure") { Description = "The disclosure that came with it.", Required = true };
        var commitment = new Option<string>("--commitment") { Description = "The commitment on the chain: 32 bytes in hexadecimal.", Required = true };
        var command = new Command("verify", "Verifies a view against a commitment: {\"verified\":bool,\"reason\",\"pointer\"}.") { view, disclosure, commitment };
        command.SetAction(async (call, cancellationToken) =>
        {
            var expected = new Hash256(Input.Hex32("--commitment", call.GetValue(commitment)!));
            byte[] viewJson = await Input.ReadAsync(call.GetValue(view)!, cancellationToken);
            byte[] disclosureJson = await Input.ReadAsync(call.GetValue(disclosure)!, cancellationToken);
            VerificationResult result = Verify(viewJson, disclosureJson, expected);
            Output.Line(w =>
            {
                w.WriteStartObject();
                w.WriteBoolean("verified", result.Ok);
                if (result.Reason is { } reason) w.WriteString("reason", reason);
                if (result.Pointer is { } pointer) w.WriteString("pointer", pointer);
                w.WriteEndObject();
            });
            return result.Ok ? ExitCode.Good : ExitCode.Bad;
        });
        return command;
    }

    private static VerificationResult Verify(byte[] view, byte[] disclosure, Hash256 commitment)
    {
        try
        {
            return DisclosureVerifier.Verify(view, Disclosure.Parse(disclosure), commitment);
        }
        catch (DisclosureFormatException e)
        {
            return new VerificationResult(false, e.Message, null);
        }
    }
}
