using System.Data.Common;
using System.Security.Cryptography;
using Consortium.FhirFacade.Store;
using Consortium.Integrity;
using Consortium.Storage;
using Consortium.Storage.Backup;
using Dapper;

namespace Consortium.FhirFacade.Tests.Store;

public sealed class BackupTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("consortium-backup-").FullName;
    private readonly BackupKey _key = BackupKey.FromHex(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));

    private string Backup => Path.Combine(_folder, "backup");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(Dialect.Sqlite, Dialect.Sqlite)]
    [InlineData(Dialect.Sqlite, Dialect.Postgres)]
    [InlineData(Dialect.Postgres, Dialect.Sqlite)]
    [InlineData(Dialect.Postgres, Dialect.Postgres)]
    public async Task A_backup_under_write_load_is_one_moment_of_the_store_and_is_restored_into_either_kind(Dialect from, Dialect to)
    {
        await using StoreHarness source = await StoreHarness.CreateAsync(from);
        for (int i = 0; i < 300; i++) await source.WriteAsync(Put(i % 100, i));
        using var stop = new CancellationTokenSource();
        Task[] writers = [.. Enumerable.Range(0, 3).Select(writer => Task.Run(async () =>
        {
            // Each transaction moves both of a pair: a backup between them would show it.
            for (int i = 0; !stop.IsCancellationRequested; i++) await source.WriteAsync(Put(200 + (2 * writer), i), Put(201 + (2 * writer), i));
        }))];

        BackupManifest manifest = await BackUpAsync(source);
        await stop.CancelAsync();
        await Task.WhenAll(writers);

        await using StoreHarness target = await RestoreAsync(to);
        Assert.Equal(manifest.Components[0].Contents.Rows["resource_version"], await target.CountAsync("resource_version"));
        for (int i = 0; i < 100; i++) Assert.Equal(await source.HistoryAsync("Basic", $"b{i}"), await target.HistoryAsync("Basic", $"b{i}"));
        for (int writer = 0; writer < 3; writer++)
        {
            Assert.Equal((await target.HistoryAsync("Basic", $"b{200 + (2 * writer)}")).Length, (await target.HistoryAsync("Basic", $"b{201 + (2 * writer)}")).Length);
        }

        // The same commitments and secrets: what was disclosed from the one verifies with the other.
        CommittedVersion one = await source.CommittedAsync("Basic", "b7", 2), other = await target.CommittedAsync("Basic", "b7", 2);
        Assert.Equal((one.Entry, Convert.ToHexString(one.Secret), Convert.ToHexString(one.Stored.Body)), (other.Entry, Convert.ToHexString(other.Secret), Convert.ToHexString(other.Stored.Body)));

        // Every version without a receipt is sent to the anchor service, and the store goes on with numbers of its own.
        Tag128[] sent = [.. (await target.EntriesAsync()).Select(entry => entry.RecordId).Distinct()];
        Assert.Equal(await target.CountAsync("resource_version"), sent.Length);
        await target.WriteAsync(Put(7, 9999));
        Assert.Equal(4, (await target.CurrentAsync("Basic", "b7")).Version);
        await target.Store.InitializeAsync(); // as a start does: the search index is made anew
        Assert.True(await target.CountAsync("search_token") > 0);
    }

    [Fact]
    public async Task Bytes_that_were_altered_in_the_store_are_found_before_anything_is_restored()
    {
        await using StoreHarness source = await StoreHarness.CreateAsync(Dialect.Sqlite);
        for (int i = 0; i < 20; i++) await source.WriteAsync(Put(i, i));
        await source.ExecuteAsync("UPDATE resource_version SET body = CAST(REPLACE(CAST(body AS TEXT), 'c3', 'c4') AS BLOB) WHERE id = 'b3'");
        await BackUpAsync(source);

        await using StoreHarness target = await StoreHarness.CreateAsync(Dialect.Sqlite);
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => LoadAsync(target, (found, _) => found.Bad.Count > 0 ? throw new InvalidOperationException(string.Join(' ', found.Bad)) : Task.CompletedTask));
        Assert.Equal("Basic/b3/_history/1", refused.Message);
        Assert.Equal(0, await target.CountAsync("resource_version"));
    }

    [Fact]
    public async Task A_store_that_is_not_empty_is_left_alone()
    {
        await using StoreHarness source = await StoreHarness.CreateAsync(Dialect.Sqlite);
        await source.WriteAsync(Put(1, 1));
        await BackUpAsync(source);
        var refused = await Assert.ThrowsAsync<BackupException>(() => LoadAsync(source, (_, _) => Task.CompletedTask));
        Assert.Contains("not empty", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_key_a_changed_file_a_cut_file_and_a_changed_manifest_are_refused()
    {
        await using StoreHarness source = await StoreHarness.CreateAsync(Dialect.Sqlite);
        for (int i = 0; i < 400; i++) await source.WriteAsync(Put(i, RandomNumberGenerator.GetInt32(int.MaxValue)));
        BackupManifest manifest = await BackUpAsync(source);
        string file = Path.Combine(Backup, manifest.Components[0].File);
        byte[] whole = await File.ReadAllBytesAsync(file);
        Assert.True(whole.Length > 3 * 65536, "The test needs several pieces.");
        Assert.DoesNotContain("Basic", System.Text.Encoding.Latin1.GetString(whole), StringComparison.Ordinal);

        var otherKey = new BackupKey(RandomNumberGenerator.GetBytes(32), null);
        Assert.Contains("key", Assert.Throws<BackupException>(() => BackupFolder.Open(Backup, otherKey)).Message, StringComparison.Ordinal);
        byte[] flipped = [.. whole];
        flipped[whole.Length / 2] ^= 1;
        byte[] swapped = [.. whole[..40], .. whole[(40 + 65552)..(40 + (2 * 65552))], .. whole[40..(40 + 65552)], .. whole[(40 + (2 * 65552))..]];
        foreach (byte[] bad in (byte[][])[flipped, whole[..^1], whole[..(40 + 65552)], swapped, [.. whole, 0]])
        {
            await File.WriteAllBytesAsync(file, bad);
            (BackupFolder folder, _) = BackupFolder.Open(Backup, _key);
            // Even where somebody puts the digest right.
            string digest = Convert.ToHexStringLower(SHA256.HashData(bad));
            await Assert.ThrowsAsync<BackupException>(() => folder.ReadAsync(manifest.Components[0].File, manifest.Components[0].Sha256, input => input.CopyToAsync(Stream.Null)));
            await Assert.ThrowsAsync<BackupException>(() => folder.ReadAsync(manifest.Components[0].File, digest, input => input.CopyToAsync(Stream.Null)));
        }

        string manifestFile = Path.Combine(Backup, "manifest.json");
        await File.WriteAllTextAsync(manifestFile, (await File.ReadAllTextAsync(manifestFile)).Replace("\"format\": 1", "\"format\": 1 ", StringComparison.Ordinal));
        Assert.Throws<BackupException>(() => BackupFolder.Open(Backup, _key));
    }

    [Fact]
    public void A_passphrase_opens_what_it_sealed_and_a_short_one_is_refused()
    {
        BackupKey key = BackupKey.FromPassphrase("correct horse battery", null);
        Assert.Equal(key.Bytes, BackupKey.FromPassphrase("correct horse battery", key.PassphraseSalt).Bytes);
        Assert.NotEqual(key.Bytes, BackupKey.FromPassphrase("correct horse battery", null).Bytes);
        Assert.Throws<BackupException>(() => BackupKey.FromPassphrase("too short", null));
        Assert.Throws<BackupException>(() => BackupKey.FromHex("abc"));
    }

    private async Task<BackupManifest> BackUpAsync(StoreHarness source)
    {
        BackupFolder folder = BackupFolder.Create(Backup, _key);
        DumpContents? contents = null;
        string digest = await folder.WriteAsync("facade.dump", async output => contents = await StoreDump.WriteAsync(source.Database, RecordRestoration.IsDerived, output, default));
        var manifest = new BackupManifest(BackupFolder.Format, source.Time.Now, "hospital-a", StoreHarness.Options.Custodian.ToString(), null, [new BackupComponent("facade", "facade.dump", digest, contents!)], []);
        folder.Finish(manifest);
        return manifest;
    }

    private async Task<StoreHarness> RestoreAsync(Dialect to)
    {
        StoreHarness target = await StoreHarness.CreateAsync(to);
        await LoadAsync(target, (found, _) =>
        {
            Assert.Empty(found.Bad);
            return Task.CompletedTask;
        });
        return target;
    }

    private async Task LoadAsync(StoreHarness target, Func<StoreVerification, DbTransaction, Task> check)
    {
        (BackupFolder folder, BackupManifest manifest) = BackupFolder.Open(Backup, _key);
        var restoration = new RecordRestoration(target.Database, StoreHarness.Options, target.Time);
        await restoration.PrepareAsync();
        await target.ExecuteAsync("UPDATE search_state SET catalog = 0, position = 0"); // a store that a restore makes has not been started yet
        BackupComponent component = manifest.Components[0];
        await folder.ReadAsync(component.File, component.Sha256, input => StoreLoad.ReadAsync(target.Database, component.Contents, RecordRestoration.GuardTables, input, async transaction =>
        {
            await check(await restoration.VerifyAsync(transaction), transaction);
            await restoration.RequeueAsync(transaction);
        }, default));
    }

    private static ResourceWrite Put(int number, int content) => StoreHarness.Put($$"""{"resourceType":"Basic","id":"b{{number}}","code":{"coding":[{"system":"urn:x","code":"c{{content}}"}]},"extension":[{"url":"urn:pad","valueString":"{{Convert.ToHexString(RandomNumberGenerator.GetBytes(300))}}"}]}""");
}
