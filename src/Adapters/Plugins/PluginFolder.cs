using System.Globalization;

namespace Consortium.Adapters.Plugins;

/// <summary>
/// A plug-in's folder as files. A plug-in runs from a private copy of it: whoever writes a new version into the folder changes nothing under the process
/// that runs, and a process that is started again is of the version that was checked.
/// </summary>
internal static class PluginFolder
{
    /// <summary>Names, lengths and times of the files: a change of the folder changes it. Empty where there is no folder.</summary>
    public static string Stamp(string folder)
    {
        try
        {
            return !Directory.Exists(folder) ? "" : string.Join('\n', Files(folder)
                .Select(file => string.Create(CultureInfo.InvariantCulture, $"{file.FullName}|{file.Length}|{file.LastWriteTimeUtc.Ticks}"))
                .Prepend(folder));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "?"; // a file that went meanwhile; looked at again
        }
    }

    /// <summary>Copies the folder to a new one that only this user can read.</summary>
    /// <exception cref="PluginRefusedException">It cannot be read, or was changed meanwhile.</exception>
    public static string Copy(string folder)
    {
        string copy = Directory.CreateTempSubdirectory("consortium-plugin-").FullName;
        try
        {
            string before = Stamp(folder);
            foreach (FileInfo file in Files(folder))
            {
                string to = Path.Combine(copy, Path.GetRelativePath(folder, file.FullName));
                Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                file.CopyTo(to);
            }

            if (Stamp(folder) != before) throw new PluginRefusedException($"{folder}: its files were changed while they were read. Put the new version beside it (a folder _NAME is not loaded) and rename it.");
            return copy;
        }
        catch (Exception e)
        {
            Delete(copy);
            if (e is IOException or UnauthorizedAccessException) throw new PluginRefusedException($"{folder}: cannot be read ({e.GetType().Name}).", e);
            throw;
        }
    }

    /// <summary>Deletes a copy.</summary>
    public static void Delete(string copy)
    {
        try
        {
            Directory.Delete(copy, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It lies in the system's temporary folder and holds the vendor's files only.
        }
    }

    private static IEnumerable<FileInfo> Files(string folder) =>
        new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).OrderBy(file => file.FullName, StringComparer.Ordinal);
}
