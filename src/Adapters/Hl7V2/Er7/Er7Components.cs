using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Consortium.Adapters.Hl7V2.Er7;

/// <summary>
/// The components of one repetition, cut once: for data types of which many are read (CWE, XPN, XCN, XAD, XTN, CX). The same values as
/// <see cref="Er7Value.this[int]"/> gives, which searches from the start each time.
/// </summary>
internal readonly ref struct Er7Components
{
    /// <summary>XCN has 25 components in v2.8; no data type has more.</summary>
    private const int MostCut = 26;

    private readonly Starts _starts;
    private readonly int _count;

    /// <summary>Cuts a value.</summary>
    public Er7Components(in Er7Value value)
    {
        Whole = value;
        if (value.Component > 0) return;
        ReadOnlySpan<byte> bytes = value.Bytes;
        Er7Delimiters delimiters = value.Delimiters;
        byte separator = delimiters.Component;
        byte end = value.Repetition > 0 || delimiters.Repetition == 0 ? separator : delimiters.Repetition;
        Vector128<byte> separators = Vector128.Create(separator);
        Vector128<byte> ends = Vector128.Create(end);
        for (int at = 0; at < bytes.Length; at += Vector128<byte>.Count)
        {
            ReadOnlySpan<byte> left = bytes[at..];
            uint found = left.Length >= Vector128<byte>.Count ? Places(Vector128.Create(left[..Vector128<byte>.Count]), separators, ends) : Places(left, separator, end);
            for (; found != 0; found &= found - 1)
            {
                int place = at + BitOperations.TrailingZeroCount(found);
                _starts[++_count] = place + 1;
                if (bytes[place] != separator || _count == MostCut - 1) return; // the first repetition ends here, or nothing more is cut
            }
        }

        // One beyond the separator that would follow the last.
        _starts[++_count] = bytes.Length + 1;
    }

    private static uint Places(Vector128<byte> bytes, Vector128<byte> separators, Vector128<byte> ends) =>
        (Vector128.Equals(bytes, separators) | Vector128.Equals(bytes, ends)).ExtractMostSignificantBits();

    private static uint Places(ReadOnlySpan<byte> bytes, byte separator, byte end)
    {
        uint places = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] == separator || bytes[i] == end) places |= 1u << i;
        }

        return places;
    }

    /// <summary>The value that was cut.</summary>
    public Er7Value Whole { get; }

    /// <summary>A component, from 1; of a component its sub-component.</summary>
    public Er7Value this[int part] => Whole.Component > 0 || part >= MostCut - 1
        ? Whole[part]
        : part <= _count ? Whole.ComponentAt(part, _starts[part - 1], _starts[part] - _starts[part - 1] - 1) : Whole.ComponentAt(part, 0, 0);

    /// <summary>True where the value ends before a component, so that it and all further ones are absent.</summary>
    public bool EndsBefore(int part) => part > _count && Whole.Component == 0 && part < MostCut - 1;

    /// <summary>The text of a component (<see cref="Er7Value.Text"/>); null where it is absent, as most are.</summary>
    public string? Text(int part) => EndsBefore(part) ? null : this[part].Text;

    [InlineArray(MostCut)]
    private struct Starts
    {
        private int _first;
    }
}
