namespace Consortium.Testing;

/// <summary>Paths of the checkout that the tests run in.</summary>
internal static class Repository
{
    public static string Root { get; } = FindUp(AppContext.BaseDirectory);

    public static string Path(string relative) => System.IO.Path.Combine(Root, relative);

    private static string FindUp(string start)
    {
        for (DirectoryInfo? folder = new(start); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Integration.sln"))) return folder.FullName;
        }

        throw new DirectoryNotFoundException("Integration.sln is in no folder above the tests.");
    }
}
