namespace Consortium.Adapters.Site;

/// <summary>A site folder cannot be used. The message names the file, the line where it is known, the key and the way out.</summary>
public sealed class SiteConfigurationException : Exception
{
    /// <summary>An error at a place.</summary>
    public SiteConfigurationException(string file, string key, string problem, Exception? inner = null)
        : base($"{file}: {key}: {problem}", inner)
    {
        File = file;
        Key = key;
    }

    /// <summary>The file.</summary>
    public string File { get; }

    /// <summary>The key, as a path with dots.</summary>
    public string Key { get; }
}
