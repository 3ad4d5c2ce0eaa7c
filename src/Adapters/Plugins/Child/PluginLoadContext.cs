using System.Reflection;
using System.Runtime.Loader;

namespace Consortium.Adapters.Plugins.Child;

/// <summary>
/// The plug-in's own load context: its dependencies come from its folder, in its versions, whatever the host uses itself; only the assemblies
/// of the contract are the host's.
/// </summary>
internal sealed class PluginLoadContext(string assemblyFile) : AssemblyLoadContext(Path.GetFileNameWithoutExtension(assemblyFile), isCollectible: true)
{
    private readonly AssemblyDependencyResolver _resolver = new(assemblyFile);
    private readonly string _folder = Path.GetDirectoryName(assemblyFile)!;

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        string name = assemblyName.Name ?? "";
        if (PluginInspection.Shared.Contains(name)) return null;
        string? path = _resolver.ResolveAssemblyToPath(assemblyName);
        path ??= Path.Combine(_folder, name + ".dll") is var beside && File.Exists(beside) ? beside : null;
        return path is null ? null : LoadFromAssemblyPath(path);
    }

    protected override IntPtr LoadUnmanagedDll(string unmanagedDllName) =>
        _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : IntPtr.Zero;
}
