using System.Buffers.Text;

namespace Consortium.Adapters.Files.Rtf;

/// <summary>What stands at a place of an RTF file.</summary>
internal enum RtfToken
{
    End,
    GroupStart,
    GroupEnd,

    /// <summary>A control word (<c>\par</c>), or a control symbol (<c>\~</c>) whose name is its one character.</summary>
    Control,

    /// <summary>One byte of text, as itself or as <c>\'hh</c>.</summary>
    Byte,
}

/// <summary>Cuts RTF (Rich Text Format 1.9.1, "Basic Entities") into tokens.</summary>
internal ref struct RtfReader(ReadOnlySpan<byte> bytes)
{
    private const int MostName = 32;

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;

    /// <summary>Offset of the token in bytes.</summary>
    public int Offset { get; private set; }

    /// <summary>Name of the control word or symbol.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>Its number; null where it has none.</summary>
    public int? Number { get; private set; }

    /// <summary>The byte of text.</summary>
    public byte Value { get; private set; }

    /// <summary>True where the byte was written as <c>\'hh</c>.</summary>
    public bool IsEscaped { get; private set; }

    /// <summary>The next token.</summary>
    public RtfToken Next()
    {
        while (_at < _bytes.Length)
        {
            Offset = _at;
            byte b = _bytes[_at++];
            switch (b)
            {
                case (byte)'{':
                    return RtfToken.GroupStart;
                case (byte)'}':
                    return RtfToken.GroupEnd;
                case (byte)'\\':
                    return Control();
                case (byte)'\r' or (byte)'\n' or 0:
                    continue;
                case (byte)'\t':
                    Name = "tab"u8;
                    Number = null;
                    return RtfToken.Control;
                default:
                    Value = b;
                    IsEscaped = false;
                    return RtfToken.Byte;
            }
        }

        return RtfToken.End;
    }

    /// <summary>Skips bytes, as <c>\bin</c> wants.</summary>
    public void Skip(int count) => _at = (int)Math.Min(_bytes.Length, (long)_at + Math.Max(0, count));

    private RtfToken Control()
    {
        if (_at == _bytes.Length) throw FileRefusedException.Damaged("the RTF ends within a control word");
        int start = _at;
        byte first = _bytes[_at];
        if (!IsLetter(first))
        {
            _at++;
            Number = null;
            if (first == '\'')
            {
                if (_bytes.Length - _at < 2 || !Utf8Parser.TryParse(_bytes.Slice(_at, 2), out byte value, out int digits, 'x') || digits != 2) throw FileRefusedException.Damaged($"byte {Offset} of the RTF has \\' without two hexadecimal digits");
                _at += 2;
                Value = value;
                IsEscaped = true;
                return RtfToken.Byte;
            }

            Name = first is (byte)'\r' or (byte)'\n' ? "par"u8 : _bytes.Slice(start, 1);
            return RtfToken.Control;
        }

        while (_at < _bytes.Length && IsLetter(_bytes[_at]) && _at - start < MostName) _at++;
        Name = _bytes[start.._at];
        Number = null;
        if (_at < _bytes.Length && (char.IsAsciiDigit((char)_bytes[_at]) || (_bytes[_at] == '-' && _at + 1 < _bytes.Length && char.IsAsciiDigit((char)_bytes[_at + 1]))))
        {
            if (!Utf8Parser.TryParse(_bytes[_at..], out int number, out int length)) throw FileRefusedException.Damaged($"byte {Offset} of the RTF has a number that is too large");
            Number = number;
            _at += length;
        }

        if (_at < _bytes.Length && _bytes[_at] == ' ') _at++; // it ends the word and is no text
        return RtfToken.Control;
    }

    private static bool IsLetter(byte b) => b is (>= (byte)'a' and <= (byte)'z') or (>= (byte)'A' and <= (byte)'Z');
}
