namespace Consortium.Testing;

/// <summary>Finds the shared corpora (<c>CONSORTIUM_CORPORA</c>, default <c>../shared/corpora</c> beside the repository).</summary>
internal static class Corpora
{
    public static string? Root { get; } = Find();

    public static string Path(string relative) => System.IO.Path.Combine(Root ?? throw new DirectoryNotFoundException(Missing), relative);

    public const string Missing = "The shared corpora are not here: set CONSORTIUM_CORPORA, or lay them at ../shared/corpora beside the repository.";

    private static string? Find()
    {
        string? named = Environment.GetEnvironmentVariable("CONSORTIUM_CORPORA");
        if (!string.IsNullOrEmpty(named)) return Directory.Exists(named) ? System.IO.Path.GetFullPath(named) : null;
        string beside = System.IO.Path.Combine(Repository.Root, "..", "shared", "corpora");
        return Directory.Exists(beside) ? System.IO.Path.GetFullPath(beside) : null;
    }
}

/// <summary>A test that reads the shared corpora; reported as skipped, with the reason, where they are absent.</summary>
internal sealed class CorpusFactAttribute : FactAttribute
{
    public CorpusFactAttribute()
    {
        if (Corpora.Root is null) Skip = Corpora.Missing;
    }
}

/// <summary>The theory form of <see cref="CorpusFactAttribute"/>.</summary>
internal sealed class CorpusTheoryAttribute : TheoryAttribute
{
    public CorpusTheoryAttribute()
    {
        if (Corpora.Root is null) Skip = Corpora.Missing;
    }
}
