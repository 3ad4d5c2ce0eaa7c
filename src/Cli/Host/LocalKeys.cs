using System.Security.Cryptography;

namespace Consortium.Cli.Host;

/// <summary>32-byte keys that a hospital keeps to itself: made at the first start where no file is named, then kept.</summary>
internal static class LocalKeys
{
    /// <summary>The key in <paramref name="file"/>; created there, readable by its owner only, where it does not exist.</summary>
    /// <exception cref="CommandException">The file holds something else.</exception>
    public static byte[] ReadOrCreate(string configurationKey, string file)
    {
        if (!File.Exists(file)) Write(file, System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)) + "\n"));
        string hex = File.ReadAllText(file).Trim();
        if (hex.Length == 64 && hex.All(char.IsAsciiHexDigit)) return Convert.FromHexString(hex);
        throw CommandException.Misunderstood($"Configuration key {configurationKey}: {file} wants 64 hexadecimal digits.");
    }

    /// <summary>Writes a key that came from a backup, readable by its owner only; one that is there stays.</summary>
    public static void Write(string file, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        // Written whole under another name first: a process that is killed here leaves no half key behind.
        string draft = $"{file}.{Environment.ProcessId}";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(draft, options))
        {
            stream.Write(content);
            stream.Flush(flushToDisk: true);
        }

        try
        {
            File.Move(draft, file, overwrite: false);
        }
        catch (IOException) when (File.Exists(file))
        {
            File.Delete(draft); // another process of this hospital was quicker
        }
    }
}
