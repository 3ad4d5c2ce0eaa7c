using System.CommandLine;
using Consortium.Adapters.Intake;
using Consortium.Cli.Host;
using Consortium.FhirFacade;
using Consortium.Ledger;
using Consortium.Storage;
using Consortium.Storage.Backup;

namespace Consortium.Cli.Commands;

/// <summary><c>consortium backup DIR</c> and <c>consortium restore DIR</c>: the record store and the intake journal, with the keys that they need (decision 0213).</summary>
internal static class BackupCommand
{
    private const string Facade = "facade";
    private const string Intake = "intake";

    public static Command CreateBackup()
    {
        var options = new BackupOptions();
        var command = options.AddTo(new Command("backup", "Backs up a hospital's record store and intake journal while the host runs: sealed, with digests."));
        command.SetAction((call, cancellationToken) => GuardAsync(() => BackUpAsync(options.Hospital(call), options.Folder(call), options.NewKey(call), cancellationToken)));
        return command;
    }

    public static Command CreateRestore()
    {
        var options = new BackupOptions();
        var command = options.AddTo(new Command("restore", "Restores a backup into empty stores, SQLite or PostgreSQL, and checks every commitment first. The host must not run."));
        command.SetAction((call, cancellationToken) => GuardAsync(() => RestoreAsync(options.Hospital(call), options.Folder(call), options.KeyOf(call), cancellationToken)));
        return command;
    }

    private static async Task<int> BackUpAsync(HospitalOptions hospital, string folder, BackupKey key, CancellationToken cancellationToken)
    {
        var stores = new StoreUrls(hospital);
        using LocalSigner signer = HospitalHost.LoadKey(hospital);
        BackupFolder backup = BackupFolder.Create(folder, key);
        List<BackupComponent> components = [];
        // The journal first: what it had sent on by then is in the record store that is read after it, or is sent again; the record store knows it again.
        foreach ((string name, string url) in ((string, string)[])[(Intake, stores.Intake), (Facade, stores.Facade)])
        {
            if (!Exists(url))
            {
                Output.Say($"consortium: there is no {name} store here; it is left out.");
                continue;
            }

            await using Database database = Database.Open(url);
            DumpContents? contents = null;
            string digest = await backup.WriteAsync(name + ".dump", async output => contents = await StoreDump.WriteAsync(database, table => name == Facade && RecordRestoration.IsDerived(table), output, cancellationToken));
            components.Add(new BackupComponent(name, name + ".dump", digest, contents!));
        }

        if (components.Count == 0) throw CommandException.Outside("There is nothing to back up: neither store is where the configuration says.");
        List<BackupFile> keys = [];
        // Without the custodian's key nobody can tell which record an entry names; with another site key the next message makes second patients. The journal's key is kept apart.
        foreach ((string name, string file) in ((string, string)[])[("CustodianKeyFile", hospital.CustodianKeyFile), ("SiteKeyFile", hospital.SiteKeyFile)])
        {
            if (!File.Exists(file)) continue;
            byte[] bytes = await File.ReadAllBytesAsync(file, cancellationToken);
            keys.Add(new BackupFile(name, name + ".sealed", await backup.WriteAsync(name + ".sealed", output => output.WriteAsync(bytes, cancellationToken).AsTask())));
        }

        backup.Finish(new BackupManifest(BackupFolder.Format, TimeProvider.System.GetUtcNow(), hospital.Name, signer.Address.ToString(), key.PassphraseSalt, components, keys));
        Output.Line(json =>
        {
            json.WriteStartObject();
            json.WriteString("backup", Path.GetFullPath(folder));
            json.WriteStartObject("rows");
            foreach (BackupComponent component in components) json.WriteNumber(component.Name, component.Contents.Rows.Values.Sum());
            json.WriteEndObject();
            json.WriteNumber("versions", components.Where(one => one.Name == Facade).Sum(one => one.Contents.Rows.GetValueOrDefault("resource_version")));
            json.WriteEndObject();
        });
        return ExitCode.Good;
    }

    private static async Task<int> RestoreAsync(HospitalOptions hospital, string folder, BackupKey key, CancellationToken cancellationToken)
    {
        (BackupFolder backup, BackupManifest manifest) = BackupFolder.Open(folder, key);
        using LocalSigner signer = HospitalHost.LoadKey(hospital);
        if (!string.Equals(manifest.Custodian, signer.Address.ToString(), StringComparison.OrdinalIgnoreCase))
        {
            throw CommandException.Misunderstood($"The backup is of custodian {manifest.Custodian}; KeyFile is the key of {signer.Address}. Records are restored under the key that anchored them.");
        }

        var stores = new StoreUrls(hospital);
        await stores.PrepareAsync(cancellationToken);
        await RestoreKeysAsync(hospital, backup, manifest, cancellationToken);
        StoreVerification? verified = null;
        int requeued = 0;
        foreach (BackupComponent component in manifest.Components)
        {
            await using Database database = Database.Open(component.Name == Facade ? stores.Facade : stores.Intake);
            if (component.Name == Facade)
            {
                var restoration = new RecordRestoration(database, Identity(hospital, signer), TimeProvider.System);
                await restoration.PrepareAsync(cancellationToken);
                await backup.ReadAsync(component.File, component.Sha256, input => StoreLoad.ReadAsync(database, component.Contents, RecordRestoration.GuardTables, input, async transaction =>
                {
                    verified = await restoration.VerifyAsync(transaction, cancellationToken);
                    if (verified.Bad.Count > 0) throw new DamagedRecordsException(verified);
                    requeued = await restoration.RequeueAsync(transaction, cancellationToken);
                }, cancellationToken));
            }
            else
            {
                await IntakeStore.PrepareAsync(database, cancellationToken);
                await backup.ReadAsync(component.File, component.Sha256, input => StoreLoad.ReadAsync(database, component.Contents, IntakeStore.GuardTables, input, _ => Task.CompletedTask, cancellationToken));
            }
        }

        Output.Line(json =>
        {
            json.WriteStartObject();
            json.WriteString("restored", hospital.Name);
            json.WriteString("backupOf", manifest.CreatedAt);
            if (verified is not null)
            {
                json.WriteNumber("versions", verified.Versions);
                json.WriteNumber("erased", verified.Erased);
                json.WriteNumber("anchoredAgain", requeued);
            }

            json.WriteEndObject();
        });
        Output.Say("consortium: every commitment was recomputed and is right. Start the host once with --set AdoptChain=true: it indexes the records for search first, and takes its batches over from the chain.");
        return ExitCode.Good;
    }

    private static async Task RestoreKeysAsync(HospitalOptions hospital, BackupFolder backup, BackupManifest manifest, CancellationToken cancellationToken)
    {
        foreach (BackupFile one in manifest.Keys)
        {
            string file = one.Name switch
            {
                "CustodianKeyFile" => hospital.CustodianKeyFile,
                "SiteKeyFile" => hospital.SiteKeyFile,
                _ => throw CommandException.Misunderstood($"The backup has a key {one.Name}, which this program does not know."),
            };
            using var bytes = new MemoryStream();
            await backup.ReadAsync(one.File, one.Sha256, input => input.CopyToAsync(bytes, cancellationToken));
            if (!File.Exists(file))
            {
                LocalKeys.Write(file, bytes.ToArray());
                continue;
            }

            byte[] here = await File.ReadAllBytesAsync(file, cancellationToken);
            if (!here.AsSpan().SequenceEqual(bytes.ToArray()))
            {
                throw CommandException.Misunderstood($"Configuration key {one.Name}: {file} holds another key than the backup. Move it away, or name another file; nothing was restored.");
            }
        }
    }

    /// <summary>What of the member the record store needs to know its own records; the chain is not asked.</summary>
    private static FacadeOptions Identity(HospitalOptions hospital, LocalSigner signer) => new()
    {
        BaseUrl = hospital.PublicUrl.TrimEnd('/'),
        Store = "unused",
        Custodian = signer.Address,
        CustodianKey = LocalKeys.ReadOrCreate("CustodianKeyFile", hospital.CustodianKeyFile),
        IndexKey = hospital.IndexKey,
        IndexEpoch = hospital.IndexEpoch,
        ChainId = 0,
        Contract = hospital.Contract,
    };

    private static bool Exists(string url) => !url.StartsWith("sqlite:", StringComparison.Ordinal) || File.Exists(url["sqlite:".Length..]);

    private static async Task<int> GuardAsync(Func<Task<int>> run)
    {
        try
        {
            return await run();
        }
        catch (DamagedRecordsException e)
        {
            foreach (string record in e.Found.Bad.Take(20)) Output.Say($"consortium: {record}: bytes, secret or id do not give what was committed");
            throw new CommandException(ExitCode.Bad, $"{e.Found.Bad.Count} of {e.Found.Versions} versions of the backup are not what was committed; nothing was restored. They were altered in the store before the backup was made.");
        }
        catch (BackupException e)
        {
            throw CommandException.Misunderstood(e.Message);
        }
        catch (System.Data.Common.DbException e)
        {
            throw CommandException.Outside($"The store does not answer as it should ({e.GetType().Name}, {e.SqlState ?? "no state"}).");
        }
    }

    private sealed class DamagedRecordsException(StoreVerification found) : Exception
    {
        public StoreVerification Found => found;
    }
}
