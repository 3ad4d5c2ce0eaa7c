using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Consortium.Adapters.Plugins;

/// <summary>Looks at a plug-in's assembly without running any of it: is it one, and was it built for this host's contract?</summary>
internal static class PluginInspection
{
    /// <summary>The assemblies that host and plug-in share: one copy, the host's, since their types pass between the two.</summary>
    public static IReadOnlyList<string> Shared { get; } = ["Consortium.Adapters.Abstractions", "Consortium.Fhir", "Consortium.Fhir.Model"];

    /// <exception cref="PluginRefusedException">It cannot run here.</exception>
    public static void Check(string folder, PluginManifest manifest)
    {
        if (!AdapterContract.Accepts(manifest.Contract))
        {
            bool newer = manifest.Contract > AdapterContract.Version;
            throw new PluginRefusedException(
                $"{manifest.Name} was built for contract {manifest.Contract}, and this host has {AdapterContract.Version}. "
                + (newer ? "Update the host, or get a build for its contract from the vendor." : "Get a build for this host's contract from the vendor."));
        }

        string file = Path.Combine(folder, manifest.Assembly);
        if (!File.Exists(file)) throw new PluginRefusedException($"{file}: there is no such file; {PluginManifest.FileName} names it as assembly.");
        try
        {
            using var image = new PEReader(File.OpenRead(file));
            if (!image.HasMetadata) throw new PluginRefusedException($"{file}: is no .NET assembly.");
            Check(file, image.GetMetadataReader(), manifest);
        }
        catch (BadImageFormatException e)
        {
            throw new PluginRefusedException($"{file}: is no .NET assembly, or damaged.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PluginRefusedException($"{file}: cannot be read ({e.GetType().Name}).", e);
        }
    }

    private static void Check(string file, MetadataReader metadata, PluginManifest manifest)
    {
        bool knowsTheContract = false;
        foreach (AssemblyReferenceHandle handle in metadata.AssemblyReferences)
        {
            AssemblyReference reference = metadata.GetAssemblyReference(handle);
            string name = metadata.GetString(reference.Name);
            knowsTheContract |= name == Shared[0];
            if (!Shared.Contains(name)) continue;
            Version host = Assembly.Load(name).GetName().Version!;
            if (reference.Version > host)
            {
                throw new PluginRefusedException($"{file}: was built with {name} {reference.Version}, and this host has {host}. Update the host, or build with its packages.");
            }
        }

        if (!knowsTheContract) throw new PluginRefusedException($"{file}: does not use {Shared[0]}, so it holds no adapter.");
        int dot = manifest.Type.LastIndexOf('.');
        string space = dot < 0 ? "" : manifest.Type[..dot];
        string simple = manifest.Type[(dot + 1)..];
        bool found = metadata.TypeDefinitions.Select(metadata.GetTypeDefinition).Any(type =>
            metadata.StringComparer.Equals(type.Name, simple) && metadata.StringComparer.Equals(type.Namespace, space));
        if (!found) throw new PluginRefusedException($"{file}: has no class {manifest.Type}; {PluginManifest.FileName} names it as type.");
    }
}
