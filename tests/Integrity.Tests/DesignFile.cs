using System.Text.Json;
using Consortium.Testing;

namespace Consortium.Integrity.Tests;

/// <summary>The normative vectors (<c>CONSORTIUM_DESIGN</c>, default <c>../shared/design</c> beside the repository).</summary>
internal static class DesignFile
{
    public const string Missing = "record-commitment.vectors.json is not here: set CONSORTIUM_DESIGN, or lay the design at ../shared/design beside the repository.";

    public static string? VectorsPath { get; } = Find();

    public static JsonElement Vectors { get; } = VectorsPath is null ? default : JsonDocument.Parse(File.ReadAllBytes(VectorsPath)).RootElement;

    private static string? Find()
    {
        string? named = Environment.GetEnvironmentVariable("CONSORTIUM_DESIGN");
        string folder = string.IsNullOrEmpty(named) ? Path.Combine(Repository.Root, "..", "shared", "design") : named;
        string file = Path.GetFullPath(Path.Combine(folder, "record-commitment.vectors.json"));
        return File.Exists(file) ? file : null;
    }
}

internal sealed class VectorFactAttribute : FactAttribute
{
    public VectorFactAttribute()
    {
        if (DesignFile.VectorsPath is null) Skip = DesignFile.Missing;
    }
}

internal sealed class VectorTheoryAttribute : TheoryAttribute
{
    public VectorTheoryAttribute()
    {
        if (DesignFile.VectorsPath is null) Skip = DesignFile.Missing;
    }
}
