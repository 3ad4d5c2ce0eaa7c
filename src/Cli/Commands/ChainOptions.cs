using System.CommandLine;
using Consortium.Ledger;

namespace Consortium.Cli.Commands;

/// <summary>The options of every command that speaks with the chain.</summary>
internal sealed class ChainOptions
{
    public Option<string> Chain { get; } = new("--chain") { Description = "JSON-RPC URL of the chain; several, separated by commas.", Required = true };

    public Option<string> Contract { get; } = new("--contract") { Description = "Address of the ledger contract.", Required = true };

    public Option<string?> Key { get; } = new("--key") { Description = "Key file (Web3 Secret Storage v3)." };

    public Option<string?> PasswordFile { get; } = new("--password-file") { Description = "File with the key file's password." };

    /// <exception cref="CommandException">No URL.</exception>
    public EthereumClient Client(ParseResult call) => new(Urls(call));

    public IReadOnlyList<Uri> Urls(ParseResult call) => call.GetValue(Chain)!
        .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Select(url => Input.HttpUrl("--chain", url)).ToArray();

    public Address ContractAddress(ParseResult call) => ParseAddress("--contract", call.GetValue(Contract)!);

    /// <summary>The key that the call names.</summary>
    /// <exception cref="CommandException">No key is named, or it cannot be opened.</exception>
    public LocalSigner Signer(ParseResult call) => TrySigner(call) ?? throw CommandException.Misunderstood("--key and --password-file are needed: who is calling?");

    /// <summary>The key that the call names; null where it names none.</summary>
    public LocalSigner? TrySigner(ParseResult call)
    {
        if (call.GetValue(Key) is not { } file) return null;
        if (!File.Exists(file)) throw CommandException.Misunderstood($"--key: {file}: no such file. Make one: consortium ledger key FILE --password-file FILE");
        try
        {
            return KeyFile.Load(file, Password(call));
        }
        catch (KeyFileException e)
        {
            throw CommandException.Misunderstood($"--key: {e.Message}");
        }
    }

    public string Password(ParseResult call)
    {
        if (call.GetValue(PasswordFile) is not { } file) throw CommandException.Misunderstood("--password-file is needed beside the key file.");
        return File.Exists(file) ? File.ReadAllText(file).Trim() : throw CommandException.Misunderstood($"--password-file: {file}: no such file.");
    }

    public static Address ParseAddress(string option, string text) => Address.TryParse(text, out Address address)
        ? address : throw CommandException.Misunderstood($"{option}: {text} is no address: 0x and 40 hexadecimal digits.");

    /// <summary>Adds the options to a command that reads.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(Chain);
        command.Options.Add(Contract);
        command.Options.Add(Key);
        command.Options.Add(PasswordFile);
    }

    /// <summary>Runs an action and turns what a chain may answer into the command's exit codes.</summary>
    public static async Task<int> GuardAsync(Func<Task<int>> action)
    {
        try
        {
            return await action();
        }
        catch (ContractRevertException e)
        {
            Output.Say($"consortium: the contract refused: {e.Message}");
            return ExitCode.Bad;
        }
        catch (RpcUnavailableException e)
        {
            throw CommandException.Outside(e.Message);
        }
        catch (RpcException e)
        {
            throw CommandException.Outside($"The chain refused: {e.Message}");
        }
        catch (TimeoutException e)
        {
            throw CommandException.Outside(e.Message);
        }
    }
}
