using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Consortium.Adapters.Hl7V2.Language.Compile;
using Consortium.Adapters.Hl7V2.Language.Model;
using Consortium.Adapters.Site;
using YamlDotNet.RepresentationModel;

namespace Consortium.Adapters.Hl7V2.Language.Load;

/// <summary>Finds map files: the built-in ones in the assembly, a site's in its folder.</summary>
internal static class MapFiles
{
    /// <summary>Where a site's maps stand in its folder.</summary>
    public const string SiteFolder = "hl7v2";

    /// <summary>The kinds of map, each a folder.</summary>
    public static readonly string[] Kinds = ["messages", "segments", "types", "tables"];

    private const string ResourcePrefix = "hl7v2-maps/";
    private const string Extension = ".yaml";

    private static readonly Lazy<MapLibrary> s_builtIn = new(ReadBuiltIn);

    /// <summary>The built-in maps, read when first asked for.</summary>
    public static MapLibrary BuiltIn => s_builtIn.Value;

    /// <summary>The maps of a site's folder; none where it has no <c>hl7v2</c> folder.</summary>
    /// <exception cref="SiteConfigurationException">A file is wrong; names file, line and column.</exception>
    public static MapLibrary ReadSite(string siteFolder)
    {
        var library = new MapLibrary();
        string folder = Path.Combine(siteFolder, SiteFolder);
        foreach (string file in Find(folder))
        {
            string name = Path.GetRelativePath(folder, file).Replace('\\', '/');
            using var reader = new StreamReader(file, new UTF8Encoding(false, throwOnInvalidBytes: true));
            Read(reader, name, library);
        }

        return library;
    }

    /// <summary>The map files of a folder, in the order of their names.</summary>
    /// <exception cref="SiteConfigurationException">A folder stands there that holds no maps.</exception>
    public static IReadOnlyList<string> Find(string folder)
    {
        if (!Directory.Exists(folder)) return [];
        foreach (string inside in Directory.EnumerateDirectories(folder))
        {
            string name = Path.GetFileName(inside);
            if (!Kinds.Contains(name) && !name.StartsWith('.')) throw new SiteConfigurationException(name, "folder", $"there is no such kind of map{Nearest.Hint(name, Kinds)}. Known: {string.Join(", ", Kinds)}.");
        }

        return [.. Kinds.Select(kind => Path.Combine(folder, kind)).Where(Directory.Exists)
            .SelectMany(kind => Directory.EnumerateFiles(kind))
            .Where(file => file.EndsWith(Extension, StringComparison.OrdinalIgnoreCase) || file.EndsWith(".yml", StringComparison.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal)];
    }

    /// <summary>A version of maps: the beginning of the SHA-256 of all their bytes.</summary>
    public static string Version(IEnumerable<(string Name, byte[] Content)> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string name, byte[] content) in files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(name));
            hash.AppendData([0]);
            hash.AppendData(content);
        }

        return System.Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 6));
    }

    /// <summary>Reads a file into a library.</summary>
    public static void Read(TextReader reader, string name, MapLibrary library)
    {
        var yaml = new MapYaml(name);
        YamlMappingNode root;
        try
        {
            root = yaml.Root(reader);
        }
        catch (DecoderFallbackException e)
        {
            throw new SiteConfigurationException(name, "line 1", "the file is not UTF-8.", e);
        }

        string kind = name.Split('/')[0];
        string[] expected = kind switch
        {
            "messages" => ["message", "extends"],
            "tables" => ["table"],
            _ => ["map"],
        };
        if (!expected.Any(key => root.Children.ContainsKey(new YamlScalarNode(key)))) throw yaml.Fault(root, $"the key `{expected[0]}` is missing, the first one of a file in {kind}.");
        switch (kind)
        {
            case "messages":
                library.Add(MessageReader.Read(yaml, root));
                break;
            case "tables":
                library.Add(TableReader.Read(yaml, root));
                break;
            default:
                library.Add(RowMapReader.Read(yaml, root, isType: kind == "types"));
                break;
        }
    }

    private static MapLibrary ReadBuiltIn()
    {
        var library = new MapLibrary();
        Assembly assembly = Assembly.GetExecutingAssembly();
        foreach (string resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            Read(reader, resource[ResourcePrefix.Length..].Replace('\\', '/'), library);
        }

        return library;
    }
}
