using Consortium.Adapters.Chinese;
using Consortium.Adapters.Files;
using Consortium.Adapters.Narrative.Facts;
using Consortium.Fhir;

namespace Consortium.Adapters.Narrative;

/// <summary>
/// Reads clinical notes and reports in plain text, Chinese and English, of all kinds (<c>note-kinds.tsv</c>), into a document Bundle.
/// What cannot be read in one way only is refused, with its place.
/// </summary>
internal sealed class NarrativeAdapter(FactFinder finder) : IRecordAdapter
{
    /// <summary>An adapter with the seed lexicon alone.</summary>
    public NarrativeAdapter()
        : this(FactFinder.Seed)
    {
    }

    // A note has a few thousand characters; ten megabytes of text are no note.
    private const int MostBytes = 10 * 1024 * 1024;

    // A document file is free text for want of anything better: an adapter of the site that knows the form of its own files comes first.
    private const int SurelyDocument = 60;

    /// <summary>The mapping's name in Provenance.</summary>
    public const string Mapping = "clinical-note";

    private static readonly AdapterDescription Description = new("narrative", "2", AdapterDescription.House)
    {
        Formats = ["Clinical notes and reports as text, Chinese and English, in UTF-8, UTF-16 or GB18030, or as DOCX, DOC, RTF or PDF: admission, progress, discharge, outpatient, emergency and operation notes, examination and laboratory reports"],
        Maps = [new AdapterMap(Mapping, "2")],
    };

    /// <inheritdoc/>
    public string Name => Description.Name;

    /// <inheritdoc/>
    public string Version => Description.Version;

    /// <inheritdoc/>
    public AdapterDescription Describe() => Description;

    /// <inheritdoc/>
    public int Detect(RawRecord record)
    {
        if (FileForms.Of(record.Bytes.Span) is not null) return SurelyDocument;
        if (RecordText.Peek(record.Bytes.Span) is not { } peeked || !Table.TableAdapter.IsPlainText(peeked)) return 0;
        if (RecordText.Decode(System.Text.Encoding.UTF8.GetBytes(peeked), out _) is not { } decoded) return 0;
        var note = new NoteText(decoded);
        List<NoteSection> sections = NoteSections.Find(note);
        int kinds = sections.Select(section => section.Heading.Kind).Distinct().Count();
        int labels = NoteLabels.Find(note, 0).Where(label => label.HasColon).Select(label => label.Field).Where(field => field != "other").Distinct().Count();
        if (NoteKinds.Of(note, sections, out TextSpan? title) is { Name: not "note" } && title is not null && (kinds > 0 || labels > 1)) kinds++;
        if (kinds == 0 || kinds + labels < 3) return kinds + labels > 0 && record.FileName?.EndsWith(".txt", StringComparison.OrdinalIgnoreCase) == true ? 10 : 0;
        return Math.Min(95, 50 + (5 * (kinds + labels)));
    }

    /// <inheritdoc/>
    public IEnumerable<ConversionResult> Convert(RawRecord record, ConversionContext context) => [ConvertOne(record, context)];

    private ConversionResult ConvertOne(RawRecord record, ConversionContext context)
    {
        if (record.Bytes.Length > MostBytes && FileForms.Of(record.Bytes.Span) is null)
        {
            return ConversionResult.Rejected(0, null, new OutcomeIssue(
                IssueSeverity.Fatal, "too-long", $"The text has {record.Bytes.Length} bytes; a note has at most {MostBytes}.", "line 1", 1, 1));
        }

        if (SourceText.Of(record.Bytes, out OutcomeIssue? unreadable) is not { } source) return ConversionResult.Rejected(0, null, unreadable!);
        NoteContext known = source.File is { } file ? new NoteContext { Original = new NoteOriginal(record.Bytes, file.Form.MediaType()) } : NoteContext.None;
        ConversionResult result = Convert(source.Text, record, context, known);
        return source.Notices.Count == 0 ? result : result with { Issues = [.. source.Notices, .. result.Issues] };
    }

    /// <summary>The document of a text that was decoded or extracted elsewhere.</summary>
    /// <param name="text">The text.</param>
    /// <param name="record">The record that it is, or was extracted from; its digest stands in DocumentReference and Provenance.</param>
    /// <param name="context">The conversion's context.</param>
    /// <param name="known">What is known beside the text.</param>
    public ConversionResult Convert(RecordText text, RawRecord record, ConversionContext context, NoteContext known)
    {
        if (UnprintableAt(text.Text) is { } at)
        {
            (int line, int column, int character) = text.Place(at);
            return ConversionResult.Rejected(0, null, new OutcomeIssue(
                IssueSeverity.Fatal, "structure", $"Line {line}, character {character}: a control character, which no note has. Was the file damaged on its way?", $"line {line}, character {character}", line, column));
        }

        NoteReading reading = NoteReading.Of(new NoteText(text), finder, known);
        if (reading.IsRefused) return ConversionResult.Rejected(0, null, reading.Issues);
        IReadOnlyList<ResourceDraft> resources = new NoteDocument(reading, record, context, this).Build();
        return new ConversionResult { Index = 0, BundleType = "document", Resources = resources, Issues = reading.Issues };
    }

    /// <summary>
    /// The facts of a text that is part of a larger document (a narrative block of a CDA section) as resources of its patient and encounter, without Composition, original and Provenance,
    /// which are the larger document's.
    /// </summary>
    /// <param name="text">The block's text.</param>
    /// <param name="record">The larger record.</param>
    /// <param name="context">The conversion's context.</param>
    /// <param name="known">Its patient, encounter, section and date; <see cref="NoteContext.Key"/> tells its blocks apart.</param>
    /// <param name="issues">What was noticed. Where an error is among them, no resources are given.</param>
    public IReadOnlyList<ResourceDraft> Facts(string text, RawRecord record, ConversionContext context, NoteContext known, out IReadOnlyList<OutcomeIssue> issues)
    {
        NoteReading reading = NoteReading.Of(new NoteText(RecordText.Of(text)), finder, known);
        issues = reading.Issues;
        return reading.IsRefused ? [] : new NoteDocument(reading, record, context, this).BuildFactsAlone();
    }

    // FHIR strings and XHTML cannot hold these (FHIR R4 datatypes.html#string, XML 1.0 2.2).
    private static int? UnprintableAt(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] < ' ' && text[i] is not ('\t' or '\n' or '\r' or '\f')) return i;
            if (text[i] is '\uFFFE' or '\uFFFF' or '\uFFFD') return i;
        }

        return null;
    }
}
