namespace Consortium.Adapters;

/// <summary>
/// The version of the contract between host and adapter: the types of this assembly and what their documentation asks. A host takes adapters built
/// for its own major version and for no later minor one.
/// </summary>
public static class AdapterContract
{
    /// <summary>The contract of this assembly. The major number rises when an adapter must change, the minor one when something is added.</summary>
    public static Version Version { get; } = new(1, 0);

    /// <summary>True where a host with this assembly can run an adapter that was built for <paramref name="built"/>.</summary>
    public static bool Accepts(Version built)
    {
        ArgumentNullException.ThrowIfNull(built);
        return built.Major == Version.Major && built.Minor <= Version.Minor;
    }
}
