using System.CommandLine;
using Consortium.FhirFacade.Redaction;
using Consortium.Integrity;

namespace Consortium.Cli.Commands;

/// <summary><c>consortium redact FILE --secret HEX --role ROLE</c>: the view a role may see, with its disclosure.</summary>
internal static class RedactCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A FHIR resource as JSON, exactly as stored; - is standard input." };
        Option<string> secret = CommitmentOptions.Secret();
        Option<string> suite = CommitmentOptions.Suite();
        var role = new Option<string>("--role") { Description = "Whose view.", Required = true };
        role.AcceptOnlyFromAmong("hospital", "telemedicine", "resident", "regulator");
        var viewFile = new Option<string?>("--view") { Description = "Also writes the view, byte for byte, to this file." };
        var disclosureFile = new Option<string?>("--disclosure") { Description = "Also writes the disclosure to this file." };
        var command = new Command("redact", "Makes a role's view of a resource: {\"role\",\"suite\",\"commitment\",\"view\",\"disclosure\"}.")
        {
            file, secret, suite, role, viewFile, disclosureFile,
        };
        command.SetAction(async (call, cancellationToken) =>
        {
            byte[] key = Input.Hex32("--secret", call.GetValue(secret)!);
            string suiteName = call.GetValue(suite)!;
            byte[] json = await Input.ReadAsync(call.GetValue(file)!, cancellationToken);
            try
            {
                CommitmentSuite hash = CommitmentOptions.ToSuite(suiteName);
                Hash256 commitment = RecordCommitment.Compute(json, key, hash).Commitment;
                RedactedRecord redacted = RecordView.Redact(json, Enum.Parse<ViewRole>(call.GetValue(role)!, ignoreCase: true));
                byte[] disclosure = RecordCommitment.Disclose(json, key, hash, redacted.HiddenPointers).ToJson();
                if (call.GetValue(viewFile) is { } viewPath) await File.WriteAllBytesAsync(viewPath, redacted.View, cancellationToken);
                if (call.GetValue(disclosureFile) is { } disclosurePath) await File.WriteAllBytesAsync(disclosurePath, disclosure, cancellationToken);
                Output.Line(w =>
                {
                    w.WriteStartObject();
                    w.WriteString("role", call.GetValue(role));
                    w.WriteString("suite", suiteName);
                    w.WriteString("commitment", commitment.ToString());
                    w.WritePropertyName("view");
                    w.WriteRawValue(redacted.View);
                    w.WritePropertyName("disclosure");
                    w.WriteRawValue(disclosure);
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
