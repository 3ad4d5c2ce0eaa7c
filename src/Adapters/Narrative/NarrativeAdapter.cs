using Consortium.Adapters.Chinese;
using Consortium.Fhir;

namespace Consortium.Adapters.Narrative;

/// <summary>
/// Reads a Chinese discharge note (出院小结, 出院记录) in plain text into a document Bundle. What cannot be read in one way only is refused, with its place.
/// </summary>
internal sealed class NarrativeAdapter : IRecordAdapter
{
    // A note has a few thousand characters; ten megabytes of text are no note.
    private const int MostBytes = 10 * 1024 * 1024;

    /// <summary>The mapping's name in Provenance.</summary>
    public const string Mapping = "discharge-note";

    private static readonly AdapterDescription Description = new("narrative", "1", AdapterDescription.House)
    {
        Formats = ["Chinese discharge notes (出院小结) as text, in UTF-8, UTF-16 or GB18030"],
        Maps = [new AdapterMap(Mapping, "1")],
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
        if (RecordText.Peek(record.Bytes.Span) is not { } peeked || !Table.TableAdapter.IsPlainText(peeked)) return 0;
        if (RecordText.Decode(System.Text.Encoding.UTF8.GetBytes(peeked), out _) is not { } decoded) return 0;
        var note = new NoteText(decoded);
        List<NoteSection> sections = NoteSections.Find(note);
        int kinds = sections.Select(section => section.Heading.Kind).Distinct().Count();
        int labels = NoteLabels.Find(note, 0).Select(label => label.Field).Where(field => field != "other").Distinct().Count();
        if (kinds == 0 || kinds + labels < 3) return kinds + labels > 0 && record.FileName?.EndsWith(".txt", StringComparison.OrdinalIgnoreCase) == true ? 10 : 0;
        return Math.Min(95, 50 + (5 * (kinds + labels)));
    }

    /// <inheritdoc/>
    public IEnumerable<ConversionResult> Convert(RawRecord record, ConversionContext context) => [ConvertOne(record, context)];

    private ConversionResult ConvertOne(RawRecord record, ConversionContext context)
    {
        if (record.Bytes.Length > MostBytes)
        {
            return ConversionResult.Rejected(0, null, new OutcomeIssue(
                IssueSeverity.Fatal, "too-long", $"The text has {record.Bytes.Length} bytes; a note has at most {MostBytes}.", "line 1", 1, 1));
        }

        if (RecordText.Decode(record.Bytes.Span, out OutcomeIssue? undecodable) is not { } text) return ConversionResult.Rejected(0, null, undecodable!);
        if (UnprintableAt(text.Text) is { } at)
        {
            (int line, int column, int character) = text.Place(at);
            return ConversionResult.Rejected(0, null, new OutcomeIssue(
                IssueSeverity.Fatal, "structure", $"Line {line}, character {character}: a control character, which no note has. Was the file damaged on its way?", $"line {line}, character {character}", line, column));
        }

        NoteReading reading = NoteReading.Of(text);
        if (reading.IsRefused) return ConversionResult.Rejected(0, null, reading.Issues);
        IReadOnlyList<ResourceDraft> resources = new NoteDocument(reading, record, context, this).Build();
        return new ConversionResult { Index = 0, BundleType = "document", Resources = resources, Issues = reading.Issues };
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
