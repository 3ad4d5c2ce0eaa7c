using System.Reflection;
using System.Text;
using Consortium.Adapters.Hl7V2.Language.Load;
using Consortium.Adapters.Hl7V2.Language.Model;
using Consortium.Adapters.Site;
using Consortium.Adapters.Table.Language.Model;
using YamlDotNet.RepresentationModel;

namespace Consortium.Adapters.Table.Language.Load;

/// <summary>Finds table maps: the built-in ones in the assembly, a site's in <c>table/</c> of its folder, its code tables in <c>table/tables/</c>.</summary>
internal static class TableMapFiles
{
    /// <summary>Where a site's table maps stand in its folder.</summary>
    public const string SiteFolder = "table";

    private const string Tables = "tables";
    private const string ResourcePrefix = "table-maps/";

    private static readonly Lazy<TableMapLibrary> s_builtIn = new(ReadBuiltIn);

    /// <summary>The built-in maps, read when first asked for.</summary>
    public static TableMapLibrary BuiltIn => s_builtIn.Value;

    /// <summary>The map files of a folder, in the order of their names.</summary>
    /// <exception cref="SiteConfigurationException">A folder stands there that holds no maps.</exception>
    public static IReadOnlyList<string> Find(string folder)
    {
        if (!Directory.Exists(folder)) return [];
        foreach (string inside in Directory.EnumerateDirectories(folder))
        {
            string name = Path.GetFileName(inside);
            if (name != Tables && !name.StartsWith('.')) throw new SiteConfigurationException($"{SiteFolder}/{name}", "folder", $"maps stand in {SiteFolder}/ itself and code tables in {SiteFolder}/{Tables}/.");
        }

        return [.. ((string[])[folder, Path.Combine(folder, Tables)]).Where(Directory.Exists).SelectMany(Directory.EnumerateFiles).Where(IsMap).Order(StringComparer.Ordinal)];
    }

    /// <summary>The maps of a site.</summary>
    /// <exception cref="SiteConfigurationException">A file is wrong; names file, line and column.</exception>
    public static TableMapLibrary ReadSite(string siteFolder)
    {
        var library = new TableMapLibrary();
        string folder = Path.Combine(siteFolder, SiteFolder);
        foreach (string file in Find(folder))
        {
            using var reader = new StreamReader(file, new UTF8Encoding(false, throwOnInvalidBytes: true));
            Read(reader, Path.GetRelativePath(folder, file).Replace('\\', '/'), library, isSites: true);
        }

        return library;
    }

    /// <summary>A version of a site's maps: the beginning of the SHA-256 of all their bytes.</summary>
    public static string Version(string siteFolder)
    {
        string folder = Path.Combine(siteFolder, SiteFolder);
        return MapFiles.Version(Find(folder).Select(file => (Path.GetRelativePath(folder, file).Replace('\\', '/'), File.ReadAllBytes(file))));
    }

    /// <summary>Reads a file into a library.</summary>
    public static void Read(TextReader reader, string name, TableMapLibrary library, bool isSites)
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

        if (!name.StartsWith(Tables + "/", StringComparison.Ordinal)) library.Add(TableMapReader.Read(yaml, root, isSites));
        else if (root.Children.ContainsKey(new YamlScalarNode("table"))) library.Add(TableReader.Read(yaml, root));
        else throw yaml.Fault(root, $"the key `table` is missing, the first one of a file in {Tables}.");
    }

    private static bool IsMap(string file) => file.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase) || file.EndsWith(".yml", StringComparison.OrdinalIgnoreCase);

    private static TableMapLibrary ReadBuiltIn()
    {
        var library = new TableMapLibrary();
        Assembly assembly = Assembly.GetExecutingAssembly();
        foreach (string resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            Read(reader, resource[ResourcePrefix.Length..].Replace('\\', '/'), library, isSites: false);
        }

        return library;
    }
}
