using System.CommandLine;
using System.CommandLine.Parsing;
using Consortium.Cli;
using Consortium.Cli.Commands;

var root = new RootCommand("Legacy medical records in, validated FHIR R4 out, provable on the consortium's chain.")
{
    UpCommand.Create(),
    ConvertCommand.Create(),
    AdaptersCommand.Create(),
    ValidateCommand.Create(),
    FhirPathCommand.Create(),
    CommitCommand.Create(),
    RedactCommand.Create(),
    VerifyCommand.Create(),
    IngestCommand.Create(),
    QuarantineCommand.Create(),
    MappingCommand.Create(),
    LedgerCommand.Create(),
    ShareCommand.Create(),
    AuditCommand.Create(),
    EvidenceCommand.Create(),
    BackupCommand.CreateBackup(),
    BackupCommand.CreateRestore(),
    BenchCommand.Create(),
    PluginHostCommand.Create(),
};

// UTF-8 in both directions whatever the terminal's locale: names are Chinese.
Console.OutputEncoding = new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

ParseResult call = root.Parse(args);
if (call.Errors.Count > 0)
{
    foreach (ParseError error in call.Errors) await Console.Error.WriteLineAsync($"consortium: {error.Message}");
    await Console.Error.WriteLineAsync($"Try: consortium {string.Join(' ', CommandPath(call))} --help");
    return ExitCode.Misunderstood;
}

try
{
    // A host takes its signals itself (EndSignals): what it finishes first may take longer than a command may.
    bool isHost = call.CommandResult.Command.Name == "up";
    return await call.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = isHost ? null : TimeSpan.FromSeconds(10) });
}
catch (CommandException e)
{
    await Console.Error.WriteLineAsync($"consortium: {e.Message}");
    return e.ExitCode;
}
catch (Consortium.Adapters.Site.SiteConfigurationException e)
{
    await Console.Error.WriteLineAsync($"consortium: {e.Message}");
    return ExitCode.Misunderstood;
}
catch (Exception e) when (e is HttpRequestException or IOException or UnauthorizedAccessException or System.Net.Sockets.SocketException)
{
    await Console.Error.WriteLineAsync($"consortium: {e.Message}");
    return ExitCode.OutsideFailed;
}
catch (Exception e) when (e is not OperationCanceledException)
{
    // A fault of this program: named by kind and place, since a message may hold what was read.
    await Console.Error.WriteLineAsync($"consortium: a fault in this program ({e.GetType().Name}{Place(e)}). Nothing was lost that was acknowledged; please report this line.");
    return ExitCode.OutsideFailed;
}

static string Place(Exception e) => new System.Diagnostics.StackTrace(e, fNeedFileInfo: false).GetFrames()
    .Select(frame => frame.GetMethod()?.DeclaringType?.FullName).FirstOrDefault(name => name?.StartsWith("Consortium.", StringComparison.Ordinal) == true) is { } type ? $" in {type}" : "";

static IEnumerable<string> CommandPath(ParseResult call)
{
    var path = new Stack<string>();
    for (SymbolResult? result = call.CommandResult; result is CommandResult command; result = result.Parent)
    {
        if (command.Parent is not null) path.Push(command.Command.Name);
    }

    return path;
}
