using Consortium.Adapters.Chinese;
using Consortium.Fhir;

namespace Consortium.Adapters.Narrative;

/// <summary>A span of a note, in UTF-16 code units of the decoded text; end exclusive.</summary>
internal readonly record struct TextSpan(int Start, int End)
{
    public int Length => End - Start;

    public bool Overlaps(TextSpan other) => Start < other.End && other.Start < End;
}

/// <summary>A note: the original text, and the folded one in which everything is looked for. Offsets hold in both.</summary>
internal sealed class NoteText
{
    private readonly RecordText _record;
    private readonly int[]? _codePoints;

    public NoteText(RecordText record)
    {
        _record = record;
        Folded = Folding.Fold(record.Text);
        HasHan = Facts.Scripts.HasHan(Folded);
        _codePoints = CodePoints(record.Text);
    }

    /// <summary>The text as it came.</summary>
    public string Original => _record.Text;

    /// <summary>The text, folded character by character.</summary>
    public string Folded { get; }

    /// <summary>True for a note with Chinese characters.</summary>
    public bool HasHan { get; }

    /// <summary>The original characters of a span.</summary>
    public string this[TextSpan span] => Original[span.Start..span.End];

    /// <summary>An offset counted in Unicode code points.</summary>
    public int CodePoint(int index) => _codePoints is null ? index : _codePoints[index];

    /// <summary>The span without white space at its ends.</summary>
    public TextSpan Trim(TextSpan span)
    {
        (int start, int end) = (span.Start, span.End);
        while (start < end && char.IsWhiteSpace(Folded[start])) start++;
        while (end > start && char.IsWhiteSpace(Folded[end - 1])) end--;
        return new TextSpan(start, end);
    }

    /// <summary>An issue at a place: it names line and column, never what stands there.</summary>
    public OutcomeIssue Issue(int index, IssueSeverity severity, string code, string what)
    {
        (int line, int column, int character) = _record.Place(index);
        return new OutcomeIssue(severity, code, $"Line {line}, character {character}: {what}", $"line {line}, character {character}", line, column);
    }

    /// <summary>A place for a message: line and character.</summary>
    public string Place(int index)
    {
        (int line, int _, int character) = _record.Place(index);
        return $"line {line}, character {character}";
    }

    private static int[]? CodePoints(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF')) return null;
        int[] points = new int[text.Length + 1];
        int count = 0;
        for (int i = 0; i < text.Length; i++)
        {
            points[i] = count;
            if (!char.IsHighSurrogate(text[i])) count++;
        }

        points[^1] = count;
        return points;
    }
}
