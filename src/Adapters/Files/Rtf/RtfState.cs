namespace Consortium.Adapters.Files.Rtf;

/// <summary>Where the text of a group goes.</summary>
internal enum RtfDestination
{
    /// <summary>Into the document.</summary>
    Text,

    /// <summary>Nowhere: it is not shown.</summary>
    Skip,

    /// <summary>The table of fonts.</summary>
    Fonts,

    /// <summary>A shape: only the text in it is shown.</summary>
    Shape,

    /// <summary>The data of a form's field.</summary>
    FormField,
}

/// <summary>What holds within a group and ends with it.</summary>
internal struct RtfState
{
    public RtfState()
    {
    }

    public RtfDestination Destination { get; set; }

    /// <summary>The flow that text goes to.</summary>
    public required CellFlow Flow { get; set; }

    public int? Font { get; set; }

    /// <summary>How many characters follow a <c>\u</c> for programs that do not know it.</summary>
    public int FallbackLength { get; set; } = 1;

    public bool Hidden { get; set; }

    public bool Deleted { get; set; }

    public bool Struck { get; set; }

    public Baseline Baseline { get; set; }

    public bool InTable { get; set; }

    /// <summary>Nesting of tables; null where <see cref="InTable"/> alone says it.</summary>
    public int? TableLevel { get; set; }

    /// <summary>Number of tables around the paragraph.</summary>
    public readonly int Depth => TableLevel ?? (InTable ? 1 : 0);

    /// <summary><c>\plain</c>.</summary>
    public void ResetCharacters(int? font)
    {
        Hidden = Deleted = Struck = false;
        Baseline = Baseline.Normal;
        Font = font;
    }
}
