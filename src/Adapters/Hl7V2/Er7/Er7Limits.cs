namespace Consortium.Adapters.Hl7V2.Er7;

/// <summary>
/// How much of anything a record may have. Each is far beyond what any sender makes; without them a hostile record of separators
/// alone would cost memory a hundred times its size. What is beyond is refused with its place.
/// </summary>
internal static class Er7Limits
{
    /// <summary>Messages in one record. A larger file must be split by its sender.</summary>
    public const int MostMessages = 250_000;

    /// <summary>Segments in one message.</summary>
    public const int MostSegments = 100_000;

    /// <summary>Fields in one segment; no HL7 segment has a tenth of these.</summary>
    public const int MostFields = 1000;

    /// <summary>Repetitions of one field. Long reports repeat OBX-5 some thousand times.</summary>
    public const int MostRepetitions = 20_000;

    /// <summary>Components of one field where they are listed; no HL7 data type has a tenth of these.</summary>
    public const int MostComponents = 1000;

    /// <summary>Bytes of one value that is read as text.</summary>
    public const int MostValueBytes = 256 << 20;

    /// <summary>Blanks and line feeds that the layout commands of one value may add.</summary>
    public const int MostLayout = 20_000;

    /// <summary>Faults of a batch envelope that are named one by one.</summary>
    public const int MostProblems = 100;
}
