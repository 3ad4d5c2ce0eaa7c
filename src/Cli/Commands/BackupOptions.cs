using System.CommandLine;
using Consortium.Cli.Host;
using Consortium.Storage.Backup;

namespace Consortium.Cli.Commands;

/// <summary>The options of <c>backup</c> and <c>restore</c>: the host's configuration, the folder, and the key that seals it.</summary>
internal sealed class BackupOptions
{
    private readonly Argument<string> _folder = new("DIR") { Description = "The backup's folder." };
    private readonly Option<string?> _config = new("--config") { Description = "The host's configuration file; left out, consortium.json in this folder." };
    private readonly Option<string[]> _set = new("--set") { Description = "KEY=VALUE of a configuration key.", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string?> _keyFile = new("--key-file") { Description = "File with 64 hexadecimal digits: the key of the backup." };
    private readonly Option<string?> _passphraseFile = new("--passphrase-file") { Description = "File with a passphrase of at least 12 characters, in place of a key." };

    public Command AddTo(Command command)
    {
        command.Arguments.Add(_folder);
        foreach (Option option in (Option[])[_config, _set, _keyFile, _passphraseFile]) command.Options.Add(option);
        return command;
    }

    public string Folder(ParseResult call) => call.GetValue(_folder)!;

    public HospitalOptions Hospital(ParseResult call) => HospitalOptions.Read(UpCommand.Configuration(call.GetValue(_config), [], call.GetValue(_set) ?? []));

    /// <summary>The key of a new backup.</summary>
    public BackupKey NewKey(ParseResult call) => Key(call, () => null);

    /// <summary>The key of the backup in the folder.</summary>
    public BackupKey KeyOf(ParseResult call) => Key(call, () => BackupFolder.PassphraseSalt(Folder(call)) ?? throw CommandException.Misunderstood("The backup was made with --key-file, not with a passphrase."));

    private BackupKey Key(ParseResult call, Func<byte[]?> salt)
    {
        (string? keyFile, string? passphraseFile) = (call.GetValue(_keyFile), call.GetValue(_passphraseFile));
        if (keyFile is null == passphraseFile is null) throw CommandException.Misunderstood("--key-file or --passphrase-file is needed, one of them: a backup holds patient data and record secrets, and is never written in the clear.");
        string file = keyFile ?? passphraseFile!;
        if (!File.Exists(file)) throw CommandException.Misunderstood($"{(keyFile is null ? "--passphrase-file" : "--key-file")}: {file}: no such file.");
        string text = File.ReadAllText(file).TrimEnd('\r', '\n');
        return keyFile is not null ? BackupKey.FromHex(text) : BackupKey.FromPassphrase(text, salt());
    }
}
