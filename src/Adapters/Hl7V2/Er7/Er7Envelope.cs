using System.Globalization;

namespace Consortium.Adapters.Hl7V2.Er7;

/// <summary>
/// The envelope of a batch (HL7 v2.5.1 ch. 2.10.3): counts what the trailers announce, BTS-1 messages of a batch and FTS-1 batches of a
/// file, and notices an envelope that is opened and never closed.
/// </summary>
internal sealed class Er7Envelope(List<Er7FormatException> problems)
{
    private int _batches;
    private int _before;
    private int _openBatch;
    private int _openFile;

    /// <summary>Messages so far.</summary>
    public int Messages { get; set; }

    /// <summary>True for a line that is a segment of the envelope.</summary>
    public static bool IsPart(ReadOnlySpan<byte> line) =>
        line.Length >= 3 && line[1] is (byte)'H' or (byte)'T' && line[2] == 'S' && line[0] is (byte)'F' or (byte)'B'
        && (line.Length == 3 || !char.IsAsciiLetterOrDigit((char)line[3]));

    /// <summary>Reads a segment of the envelope.</summary>
    public void Read(ReadOnlySpan<byte> line, int number)
    {
        switch (line[0], line[1])
        {
            case ((byte)'F', (byte)'H'):
                _openFile = number;
                break;
            case ((byte)'B', (byte)'H'):
                CloseBatch();
                _batches++;
                _before = Messages;
                _openBatch = number;
                break;
            case ((byte)'B', (byte)'T'):
                Compare("BTS-1", line, Messages - _before, "messages", number);
                _openBatch = 0;
                break;
            case ((byte)'F', (byte)'T'):
                Compare("FTS-1", line, _batches, "batches", number);
                _openFile = 0;
                break;
        }
    }

    /// <summary>Says that the record ends here.</summary>
    public void End()
    {
        CloseBatch();
        if (_openFile > 0) Add("FTS", "the file has a header (FHS) and no trailer (FTS): it may have been cut short. Ask the sender for the whole file.", _openFile);
    }

    private void CloseBatch()
    {
        if (_openBatch > 0) Add("BTS", "the batch has a header (BHS) and no trailer (BTS): it may have been cut short. Ask the sender for the whole file.", _openBatch);
        _openBatch = 0;
    }

    private void Compare(string place, ReadOnlySpan<byte> line, int found, string what, int number)
    {
        if (line.Length <= 4) return;
        byte separator = line[3];
        ReadOnlySpan<byte> count = line[4..];
        int end = count.IndexOf(separator);
        if (end >= 0) count = count[..end];
        count = count.Trim((byte)' ');
        if (count.IsEmpty) return;
        if (int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out int announced) && announced == found) return;
        Add(place, $"{place} does not announce the {found} {what} that are there: the file may have been cut short. Ask the sender for the whole file.", number);
    }

    private void Add(string place, string message, int line)
    {
        if (problems.Count < Er7Limits.MostProblems) problems.Add(new Er7FormatException("incomplete", message, place, line));
    }
}
