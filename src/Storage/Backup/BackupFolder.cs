using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Consortium.Storage.Backup;

/// <summary>
/// A folder with a backup: a file for each component (<see cref="StoreDump"/>, gzip, sealed) and for each key that the stores need, and <c>manifest.json</c> with digests, versions and
/// counts, under an authentication code of the backup's key. The manifest is written last: a folder without it is no backup.
/// </summary>
public sealed class BackupFolder
{
    /// <summary>The format's version.</summary>
    public const int Format = 1;

    private const string ManifestFile = "manifest.json";
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
    private readonly string _folder;
    private readonly byte[] _key;

    private BackupFolder(string folder, byte[] key)
    {
        _folder = folder;
        _key = key;
    }

    /// <summary>A new backup.</summary>
    /// <exception cref="BackupException">The folder is not empty.</exception>
    public static BackupFolder Create(string folder, BackupKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()) throw new BackupException($"{folder} is not empty; a backup gets a folder of its own.");
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new BackupFolder(folder, key.Bytes);
    }

    /// <summary>The salt of the passphrase of a backup; null where its key is a file.</summary>
    /// <exception cref="BackupException">The folder is no backup.</exception>
    public static byte[]? PassphraseSalt(string folder) => ReadManifest(folder).Manifest.PassphraseSalt;

    /// <summary>Opens a backup and checks its manifest.</summary>
    /// <exception cref="BackupException">It is no backup, of another format, or the key is another one.</exception>
    public static (BackupFolder Folder, BackupManifest Manifest) Open(string folder, BackupKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        (BackupManifest manifest, byte[] bytes) = ReadManifest(folder);
        if (manifest.Format != Format) throw new BackupException($"The backup has format {manifest.Format}; this program reads {Format}.");
        string codeFile = Path.Combine(folder, ManifestFile + ".mac");
        byte[] code = Code(key.Bytes, bytes);
        if (!File.Exists(codeFile) || !CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(code)), Encoding.ASCII.GetBytes(File.ReadAllText(codeFile).Trim())))
        {
            throw new BackupException("The manifest does not fit the key: the passphrase or key file is another one, or the manifest was changed.");
        }

        return (new BackupFolder(folder, key.Bytes), manifest);
    }

    /// <summary>Writes a file of the backup.</summary>
    /// <returns>Its SHA-256.</returns>
    public async Task<string> WriteAsync(string name, Func<Stream, Task> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        string path = Path.Combine(_folder, name);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using (var file = new FileStream(path, options))
        {
            await using (var sealing = new SealingStream(file, _key, name))
            await using (var zip = new GZipStream(sealing, CompressionLevel.Fastest))
            await using (var buffer = new BufferedStream(zip, 1 << 16))
            {
                await write(buffer).ConfigureAwait(false);
            }

            file.Flush(flushToDisk: true);
        }

        return Digest(path);
    }

    /// <summary>Reads a file of the backup, after its digest was found right.</summary>
    /// <exception cref="BackupException">It is missing, damaged, or another one.</exception>
    public async Task ReadAsync(string name, string sha256, Func<Stream, Task> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        if (name.AsSpan().IndexOfAny('/', '\\') >= 0) throw new BackupException("A file of the backup is named by a path; it must lie in the folder itself.");
        string path = Path.Combine(_folder, name);
        if (!File.Exists(path)) throw new BackupException($"The backup's file {name} is missing.");
        if (Digest(path) != sha256) throw new BackupException($"The backup's file {name} is not the one that the manifest names: it was changed or cut short.");
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read);
        await using var unsealing = new UnsealingStream(file, _key, name);
        await using var zip = new GZipStream(unsealing, CompressionMode.Decompress);
        try
        {
            await read(zip).ConfigureAwait(false);
        }
        catch (InvalidDataException)
        {
            throw new BackupException($"The backup's file {name} is damaged.");
        }
    }

    /// <summary>Completes the backup.</summary>
    public void Finish(BackupManifest manifest)
    {
        byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(manifest, Json);
        File.WriteAllText(Path.Combine(_folder, ManifestFile + ".mac"), Convert.ToHexStringLower(Code(_key, bytes)) + "\n");
        string draft = Path.Combine(_folder, ManifestFile + ".draft");
        using (var file = new FileStream(draft, FileMode.Create, FileAccess.Write))
        {
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        }

        File.Move(draft, Path.Combine(_folder, ManifestFile));
    }

    private static (BackupManifest Manifest, byte[] Bytes) ReadManifest(string folder)
    {
        string path = Path.Combine(folder, ManifestFile);
        if (!File.Exists(path)) throw new BackupException($"{folder} has no {ManifestFile}: it is no backup, or one that was cut off.");
        byte[] bytes = File.ReadAllBytes(path);
        try
        {
            return (JsonSerializer.Deserialize<BackupManifest>(bytes, Json) ?? throw new JsonException(), bytes);
        }
        catch (JsonException)
        {
            throw new BackupException($"{path} cannot be read: it is damaged.");
        }
    }

    private static byte[] Code(byte[] key, byte[] manifest) =>
        HMACSHA256.HashData(HKDF.DeriveKey(HashAlgorithmName.SHA256, key, 32, null, Encoding.UTF8.GetBytes("consortium-backup/1/manifest")), manifest);

    private static string Digest(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}

/// <summary>What a backup holds.</summary>
/// <param name="Format">The format's version.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Name">The hospital's short name.</param>
/// <param name="Custodian">The hospital's address on the chain.</param>
/// <param name="PassphraseSalt">The salt of the passphrase; null where the key is a file.</param>
/// <param name="Components">The stores.</param>
/// <param name="Keys">The keys that belong to them, by configuration key.</param>
public sealed record BackupManifest(
    int Format, DateTimeOffset CreatedAt, string Name, string Custodian, byte[]? PassphraseSalt, IReadOnlyList<BackupComponent> Components, IReadOnlyList<BackupFile> Keys);

/// <summary>A store in a backup.</summary>
/// <param name="Name">Its component.</param>
/// <param name="File">The file.</param>
/// <param name="Sha256">The file's digest.</param>
/// <param name="Contents">Versions and rows.</param>
public sealed record BackupComponent(string Name, string File, string Sha256, DumpContents Contents);

/// <summary>A small file in a backup.</summary>
/// <param name="Name">What it is.</param>
/// <param name="File">The file.</param>
/// <param name="Sha256">The file's digest.</param>
public sealed record BackupFile(string Name, string File, string Sha256);
