namespace Consortium.Adapters.Narrative;

/// <summary>
/// What is known beside a text that comes out of a larger record: a file that it was extracted from, or a document whose patient and section are given.
/// All of it may be absent, and then the text says it itself.
/// </summary>
internal sealed record NoteContext
{
    /// <summary>A plain note: nothing is known beside its text.</summary>
    public static NoteContext None { get; } = new();

    /// <summary>The patient, where the larger record identifies one. The text need not identify anybody then.</summary>
    public ResourceDraft? Patient { get; init; }

    /// <summary>The encounter, where the larger record has one.</summary>
    public ResourceDraft? Encounter { get; init; }

    /// <summary>LOINC code of the section that the whole text is the body of; headings inside it are still found.</summary>
    public string? SectionCode { get; init; }

    /// <summary>The day from which relative times count, where the text has none.</summary>
    public DateOnly? Date { get; init; }

    /// <summary>Tells parts of one record from each other: their facts have ids of their own. Empty for a record that is one text.</summary>
    public string Key { get; init; } = "";

    /// <summary>The original that the text was extracted from (a DOCX, a PDF); null where the text is the original.</summary>
    public NoteOriginal? Original { get; init; }
}

/// <summary>The file that a note's text was extracted from.</summary>
/// <param name="Bytes">Its bytes.</param>
/// <param name="ContentType">Its media type.</param>
internal sealed record NoteOriginal(ReadOnlyMemory<byte> Bytes, string ContentType);
