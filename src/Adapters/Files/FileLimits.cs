namespace Consortium.Adapters.Files;

/// <summary>What a document may cost. A clinical document stays far below; beyond is an accident or an attack.</summary>
internal static class FileLimits
{
    /// <summary>Size of a document in bytes: in Base64 it still fits the broker's largest message (RabbitMQ 3.10: 128 MiB).</summary>
    public const int MostBytes = 64 * 1024 * 1024;

    /// <summary>Characters of text; the narrative adapter takes no more either.</summary>
    public const int MostCharacters = 4 * 1024 * 1024;

    /// <summary>Parts in a DOCX package.</summary>
    public const int MostParts = 5_000;

    /// <summary>Bytes of one XML part, unpacked.</summary>
    public const int MostPartBytes = 16 * 1024 * 1024;

    /// <summary>Nesting of tables, groups and elements.</summary>
    public const int MostDepth = 200;

    /// <summary>Pages of a PDF.</summary>
    public const int MostPages = 2_000;

    /// <summary>Time for an external program.</summary>
    public static readonly TimeSpan ProgramTime = TimeSpan.FromSeconds(60);

    /// <summary>Memory for an external program, in bytes.</summary>
    public const long ProgramMemory = 1024L * 1024 * 1024;

    /// <summary>Bytes that an external program may print: coordinates of words take about a hundred bytes each.</summary>
    public const int ProgramOutput = 128 * 1024 * 1024;
}
