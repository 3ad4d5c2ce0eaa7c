using System.Numerics;
using System.Runtime.Intrinsics;

namespace Consortium.Adapters.Hl7V2.Er7;

/// <content>Where the fields of a segment begin, which of them hold data and what separators stand in them: found in one pass over its bytes, when first asked.</content>
internal sealed partial class Er7Segment
{
    /// <summary>The name and its separator: the first field begins at the fourth byte.</summary>
    private const int FirstField = 4;

    /// <summary>Bytes that are looked at together, one bit each.</summary>
    private const int Window = 64;

    // The message keeps one more number for a segment than it has fields: one beyond the end of the last.
    private void Cut()
    {
        ReadOnlySpan<byte> bytes = Message.Span(Start, Length);
        if (Length < FirstField)
        {
            _fields = Message.Reserve(1);
            Message.Numbers[_fields] = Start + Length + 1;
            return;
        }

        int count = 1 + bytes[FirstField..].Count(Message.Delimiters.Field);
        if (count + (IsHeader ? 1 : 0) > Er7Limits.MostFields)
        {
            throw new Er7FormatException("too-long", $"the segment has more than {Er7Limits.MostFields} fields.", Label, Line);
        }

        int fields = Message.Reserve(count + 1);
        Span<int> starts = Message.Numbers.AsSpan(fields, count + 1);
        starts[0] = Start + FirstField;
        starts[count] = Start + Length + 1;
        FindSeparators(bytes, starts);
        (_fields, _count) = (fields, count);
        FindData();
    }

    private void FindSeparators(ReadOnlySpan<byte> bytes, Span<int> starts)
    {
        Er7Delimiters delimiters = Message.Delimiters;
        int next = 1;
        int first = IsHeader ? 2 : 1;
        for (int at = FirstField; at < bytes.Length; at += Window)
        {
            ReadOnlySpan<byte> window = bytes.Slice(at, Math.Min(Window, bytes.Length - at));
            ulong fields = Places(window, delimiters.Field);
            ulong components = Places(window, delimiters.Component);
            ulong repetitions = delimiters.Repetition == 0 ? 0 : Places(window, delimiters.Repetition);
            ulong subComponents = delimiters.SubComponent == 0 ? 0 : Places(window, delimiters.SubComponent);
            ulong left = ulong.MaxValue;
            while (true)
            {
                // What stands before the next separator of fields belongs to the field at hand.
                ulong own = fields == 0 ? left : left & ((fields & (0 - fields)) - 1);
                int number = first + next - 1;
                if (number < FieldsByBit && ((components | repetitions | subComponents) & own) != 0)
                {
                    ulong bit = 1UL << number;
                    if (((components | repetitions) & own) != 0) _composite |= bit;
                    if ((repetitions & own) != 0) _repeating |= bit;
                    if ((subComponents & own) != 0) _nested |= bit;
                }

                if (fields == 0) break;
                int end = BitOperations.TrailingZeroCount(fields);
                starts[next++] = Start + at + end + 1;
                fields &= fields - 1;
                left = ulong.MaxValue << end << 1;
            }
        }
    }

    private void FindData()
    {
        Er7Delimiters delimiters = Message.Delimiters;
        int last = FieldCount;
        for (int number = Math.Min(last, FieldsByBit - 1); number > 0; number--)
        {
            Er7Value field = this[number];
            if (field.Length > 0 && field.HasData) _withData |= 1UL << number;
        }

        // MSH-1 and MSH-2 are delimiters themselves and have none within; what has no data has no parts.
        ulong divided = IsHeader ? _withData & ~0b110UL : _withData;
        _composite &= divided;
        _repeating &= divided;
        _nested &= divided;
        if (last >= FieldsByBit) _withData |= 1;
    }

    // A bit for each byte of up to 64 that is the separator.
    private static ulong Places(ReadOnlySpan<byte> bytes, byte separator)
    {
        ulong places = 0;
        int at = 0;
        Vector128<byte> wanted = Vector128.Create(separator);
        for (; at + Vector128<byte>.Count <= bytes.Length; at += Vector128<byte>.Count)
        {
            places |= (ulong)Vector128.Equals(Vector128.Create(bytes.Slice(at, Vector128<byte>.Count)), wanted).ExtractMostSignificantBits() << at;
        }

        for (; at < bytes.Length; at++)
        {
            if (bytes[at] == separator) places |= 1UL << at;
        }

        return places;
    }
}
