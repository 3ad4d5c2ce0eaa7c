namespace Consortium.Adapters.Plugins;

/// <summary>A plug-in is not taken. The message says why and what to do, and holds no patient data.</summary>
public sealed class PluginRefusedException : Exception
{
    /// <summary>A refusal.</summary>
    public PluginRefusedException(string reason, Exception? inner = null)
        : base(reason, inner)
    {
    }
}
