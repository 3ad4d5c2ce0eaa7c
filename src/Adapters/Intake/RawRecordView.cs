using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Consortium.Adapters.Hl7V2.Er7;

namespace Consortium.Adapters.Intake;

/// <summary>A reason with its place, for <see cref="RawRecordView"/>.</summary>
/// <param name="Place"><c>PID-3.1</c>, <c>OBX[3]-5</c>, <c>line 4, column 2</c>; null where none is known.</param>
/// <param name="Text">The words.</param>
public sealed record PlacedReason(string? Place, string Text);

/// <summary>
/// A raw record for the eyes of a person: its lines numbered, control characters made visible, and under each place that a reason names a mark with the
/// reason. It shows patient data: for the terminal of who is entitled, and for no log.
/// </summary>
public static partial class RawRecordView
{
    /// <summary>Of a longer line only this much is shown, around its first mark.</summary>
    private const int MostColumns = 2000;

    private const int MostLines = 2000;

    /// <summary>The lines of the view.</summary>
    /// <param name="bytes">The record.</param>
    /// <param name="reasons">Why it waits. Those without a place in the record come first.</param>
    public static IEnumerable<string> Lines(ReadOnlyMemory<byte> bytes, IReadOnlyList<PlacedReason> reasons)
    {
        ArgumentNullException.ThrowIfNull(reasons);
        string text = Decode(bytes);
        List<(int Start, int Length)> lines = Cut(text);
        ILookup<int, Mark> marks = reasons.Select(reason => Find(reason, text, lines)).ToLookup(mark => mark.Line);
        foreach (Mark nowhere in marks[-1]) yield return $"! {nowhere.Reason}";
        for (int number = 0; number < lines.Count; number++)
        {
            if (number >= MostLines && !marks[number].Any()) continue;
            string line = text.Substring(lines[number].Start, lines[number].Length);
            int from = line.Length <= MostColumns ? 0 : Math.Max(0, marks[number].Select(mark => mark.Start).DefaultIfEmpty(0).Min() - (MostColumns / 2));
            int length = Math.Min(MostColumns, line.Length - from);
            string gutter = string.Create(CultureInfo.InvariantCulture, $"{number + 1,5} | {(from > 0 ? "…" : "")}");
            yield return gutter + Visible(line.AsSpan(from, length)) + (from + length < line.Length ? "…" : "");
            foreach (Mark mark in marks[number])
            {
                int start = Math.Clamp(mark.Start - from, 0, length);
                int end = Math.Clamp(mark.Start + mark.Length - from, start, length);
                yield return new string(' ', gutter.Length + Columns(line.AsSpan(from, start))) + new string('^', Math.Max(1, Columns(line.AsSpan(from + start, end - start)))) + " " + mark.Reason;
            }
        }

        if (lines.Count > MostLines) yield return string.Create(CultureInfo.InvariantCulture, $"      … {lines.Count} lines in all; write the record to a file to see them (--raw FILE).");
    }

    /// <summary>In the record's own character set; bytes that do not fit it become the replacement character.</summary>
    private static string Decode(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return Encoding.UTF8.GetString(Er7Charset.ToUtf8(bytes, null).Utf8.Span);
        }
        catch (Er7FormatException)
        {
            return Encoding.UTF8.GetString(bytes.Span);
        }
    }

    private static List<(int Start, int Length)> Cut(string text)
    {
        var lines = new List<(int, int)>();
        for (int at = 0; at < text.Length;)
        {
            int end = text.AsSpan(at).IndexOfAny('\r', '\n');
            int length = end < 0 ? text.Length - at : end + 1; // the line end belongs to its line: it is shown
            if (end >= 0 && text[at + end] == '\r' && at + end + 1 < text.Length && text[at + end + 1] == '\n') length++;
            lines.Add((at, length));
            at += length;
        }

        return lines;
    }

    private static Mark Find(PlacedReason reason, string text, List<(int Start, int Length)> lines)
    {
        string words = reason.Place is null ? reason.Text : $"{reason.Place}: {reason.Text}";
        Match line = LinePlace().Match(reason.Place ?? "");
        if (line.Success)
        {
            int number = int.Parse(line.Groups["line"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) - 1;
            if (number < 0 || number >= lines.Count) return new Mark(-1, 0, 0, words);
            return line.Groups["column"].Success
                ? new Mark(number, int.Parse(line.Groups["column"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) - 1, 1, words)
                : new Mark(number, 0, lines[number].Length, words);
        }

        Match place = SegmentPlace().Match(reason.Place ?? "");
        return place.Success && InSegment(place, text, lines) is var (found, start, length) && found >= 0 ? new Mark(found, start, length, words) : new Mark(-1, 0, 0, words);
    }

    private static (int Line, int Start, int Length) InSegment(Match place, string text, List<(int Start, int Length)> lines)
    {
        string segment = place.Groups["segment"].Value;
        int header = lines.FindIndex(candidate => string.CompareOrdinal(text, candidate.Start, "MSH", 0, 3) == 0 && candidate.Length > 8);
        if (header < 0) return (-1, 0, 0);
        char field = text[lines[header].Start + 3];
        char component = text[lines[header].Start + 4];
        char repetition = text[lines[header].Start + 5];
        int wanted = Number(place, "occurrence") ?? 1;
        int number = -1;
        for (int i = 0; i < lines.Count && wanted > 0; i++)
        {
            if (string.CompareOrdinal(text, lines[i].Start, segment, 0, 3) == 0 && --wanted == 0) number = i;
        }

        if (number < 0) return (-1, 0, 0);
        string line = text.Substring(lines[number].Start, lines[number].Length).TrimEnd('\r', '\n');
        if (Number(place, "field") is not { } index) return (number, 0, line.Length);
        if (segment is "MSH" or "FHS" or "BHS")
        {
            if (index == 1) return (number, 3, 1); // MSH-1 is the separator itself
            index--;
        }

        (int start, int length) = Part(line, 0, line.Length, field, index + 1);
        if (segment == "MSH" && index == 1) return (number, start, length); // MSH-2 has no parts
        if (Number(place, "repetition") is { } which) (start, length) = Part(line, start, length, repetition, which);
        if (Number(place, "component") is { } part)
        {
            if (!place.Groups["repetition"].Success) (start, length) = Part(line, start, length, repetition, 1);
            (start, length) = Part(line, start, length, component, part);
        }

        return (number, start, length);
    }

    /// <summary>The part with a number, from 1; where the text ends before it, the end.</summary>
    private static (int Start, int Length) Part(string line, int start, int length, char separator, int number)
    {
        int end = start + length;
        for (; number > 1; number--)
        {
            int next = line.IndexOf(separator, start, end - start);
            if (next < 0) return (end, 0);
            start = next + 1;
        }

        int stop = line.IndexOf(separator, start, end - start);
        return (start, (stop < 0 ? end : stop) - start);
    }

    private static string Visible(ReadOnlySpan<char> line)
    {
        var visible = new StringBuilder(line.Length);
        foreach (char c in line)
        {
            // Unicode has a picture for each control character; the others could move the terminal's cursor or hide text.
            visible.Append(c < ' ' ? (char)(0x2400 + c) : c == 0x7F ? '\u2421' : IsHidden(c) ? '\uFFFD' : c);
        }

        return visible.ToString();
    }

    private static bool IsHidden(char c) => c is (>= '\u0080' and < '\u00A0') or (>= '\u200B' and <= '\u200F') or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or '\uFEFF';

    /// <summary>Columns on a terminal: Chinese, Japanese and Korean characters take two.</summary>
    private static int Columns(ReadOnlySpan<char> text)
    {
        int columns = 0;
        foreach (char c in text) columns += c is (>= '\u1100' and <= '\u115F') or (>= '\u2E80' and <= '\uA4CF') or (>= '\uAC00' and <= '\uD7A3') or (>= '\uF900' and <= '\uFAFF') or (>= '\uFE30' and <= '\uFE6F') or (>= '\uFF00' and <= '\uFF60') or (>= '\uFFE0' and <= '\uFFE6') ? 2 : 1;
        return columns;
    }

    private static int? Number(Match match, string group) => match.Groups[group].Success ? int.Parse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : null;

    [GeneratedRegex(@"^line (?<line>[0-9]{1,7})(?:, column (?<column>[0-9]{1,7}))?", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex LinePlace();

    [GeneratedRegex(@"^(?<segment>[A-Z][A-Z0-9]{2})(?:\[(?<occurrence>[0-9]{1,6})\])?(?:-(?<field>[0-9]{1,4})(?:\[(?<repetition>[0-9]{1,6})\])?(?:\.(?<component>[0-9]{1,4}))?)?", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex SegmentPlace();

    private sealed record Mark(int Line, int Start, int Length, string Reason);
}
