using System.Globalization;
using System.Text;

namespace Consortium.Adapters.Hl7V2.Er7;

/// <summary>
/// Plain text out of formatted text: line breaks, skipped lines and columns and indentation are kept; fill mode, centring and
/// highlighting have no counterpart and are left out (HL7 v2.5.1 ch. 2.7.6, formatting codes).
/// </summary>
internal sealed class Er7TextWriter(int capacity)
{
    private const int MostAtOnce = 200;

    private readonly StringBuilder _text = new(capacity);
    private int _layout = Er7Limits.MostLayout;
    private int _indent;
    private int _nextIndent;
    private bool _lineIsEmpty = true;

    /// <summary>Adds content.</summary>
    public void Write(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty) return;
        Begin();
        Span<char> characters = utf8.Length <= 512 ? stackalloc char[utf8.Length] : new char[utf8.Length];
        _text.Append(characters[..Encoding.UTF8.GetChars(utf8, characters)]);
    }

    /// <summary>Adds content.</summary>
    public void Write(string text)
    {
        if (text.Length == 0) return;
        Begin();
        _text.Append(text);
    }

    /// <summary>Adds content.</summary>
    public void Write(char character)
    {
        Begin();
        _text.Append(character);
    }

    /// <summary>Carries out a command such as <c>br</c>, <c>sp2</c> or <c>in+4</c>; false where it is none.</summary>
    public bool Command(ReadOnlySpan<byte> command)
    {
        if (command.Length < 2) return false;
        int? number = null;
        if (command[2..].Trim((byte)' ') is { IsEmpty: false } digits)
        {
            if (!int.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int parsed)) return false;
            number = parsed;
        }

        switch (command[0], command[1])
        {
            case ((byte)'b', (byte)'r'):
                EndLines(1);
                return true;
            case ((byte)'s', (byte)'p'):
                EndLines(number ?? 1);
                return true;
            case ((byte)'c', (byte)'e'):
                if (!_lineIsEmpty) EndLines(1);
                return true;
            case ((byte)'s', (byte)'k'):
                Begin();
                Space(number ?? 1);
                return true;
            case ((byte)'i', (byte)'n'):
                _nextIndent += (number ?? 0) - _indent;
                _indent = number ?? 0;
                return true;
            case ((byte)'t', (byte)'i'):
                _nextIndent = _indent + (number ?? 0);
                return true;
            case ((byte)'f', (byte)'i') or ((byte)'n', (byte)'f'):
                return true;
            default:
                return false;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    private void Begin()
    {
        if (!_lineIsEmpty) return;
        _lineIsEmpty = false;
        Space(_nextIndent);
    }

    private void EndLines(int count)
    {
        count = Math.Clamp(count, 1, Math.Min(MostAtOnce, Math.Max(1, _layout)));
        _layout -= count;
        _text.Append('\n', count);
        _lineIsEmpty = true;
        _nextIndent = _indent;
    }

    private void Space(int count)
    {
        count = Math.Clamp(count, 0, Math.Clamp(_layout, 0, MostAtOnce));
        _layout -= count;
        _text.Append(' ', count);
    }
}
