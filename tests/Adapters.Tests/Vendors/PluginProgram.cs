using Consortium.Adapters.Plugins.Child;

namespace Consortium.Adapters.Tests.Vendors;

/// <summary>What <c>consortium plugin-host DIR</c> is to a host, this program is to the tests.</summary>
internal static class PluginProgram
{
    public static int Main(string[] arguments) => PluginChild.Run(arguments[0]);
}
