using System.Reflection;

namespace Consortium.Cli.Demo;

/// <summary>The records of <c>samples/</c>, which the program carries with it.</summary>
internal static class DemoSamples
{
    private const string Prefix = "samples/";

    /// <summary>The ID-card number of 王小明, who is fictitious, and whose records stand in samples of several kinds.</summary>
    public const string TravellingIdentifier = "999999196005120016";

    /// <summary>Path below <c>samples/</c> and content of each, in order of path.</summary>
    public static IEnumerable<(string Path, byte[] Content)> All()
    {
        Assembly assembly = typeof(DemoSamples).Assembly;
        foreach (string name in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using Stream stream = assembly.GetManifestResourceStream(name)!;
            using var content = new MemoryStream();
            stream.CopyTo(content);
            yield return (name[Prefix.Length..], content.ToArray());
        }
    }
}
