using System.Buffers.Binary;

namespace Consortium.Adapters.Files.Doc;

/// <summary>How characters are shown, as far as it decides what the text says ([MS-DOC] 2.6.1).</summary>
internal struct DocCharacter
{
    private const int Moved = 4; // half points from which text that is moved counts as raised or lowered

    public bool Hidden { get; private set; }

    public bool Deleted { get; private set; }

    public bool Struck { get; private set; }

    /// <summary>Control characters are pictures, fields and notes only where this is set.</summary>
    public bool IsSpecial { get; private set; }

    public Baseline Baseline { get; private set; }

    /// <summary>The font, by its number; null where the style says it.</summary>
    public int? Font { get; private set; }

    /// <summary>The symbol that stands for the character: its font and code.</summary>
    public (int Font, int Code)? Symbol { get; private set; }

    public static DocCharacter Of(ReadOnlySpan<byte> properties)
    {
        var character = new DocCharacter();
        foreach (DocSprm sprm in new DocSprms(properties)) character.Apply(sprm);
        return character;
    }

    private void Apply(in DocSprm sprm)
    {
        // 1 is on, 0x81 the opposite of the style, which is off in all but rare styles.
        bool on = sprm.Operand is [1 or 0x81, ..];
        switch (sprm.Code)
        {
            case 0x0800:
                Deleted = on;
                break;
            case 0x083C:
                Hidden = on;
                break;
            case 0x0837 or 0x2A53:
                Struck = on;
                break;
            case 0x0855:
                IsSpecial = on;
                break;
            case 0x2A48:
                Baseline = sprm.Operand[0] switch { 1 => Baseline.Raised, 2 => Baseline.Lowered, _ => Baseline.Normal };
                break;
            case 0x4845:
                int moved = BinaryPrimitives.ReadInt16LittleEndian(sprm.Operand);
                if (moved >= Moved) Baseline = Baseline.Raised;
                else if (moved <= -Moved) Baseline = Baseline.Lowered;
                break;
            case 0x4A4F:
                Font = BinaryPrimitives.ReadUInt16LittleEndian(sprm.Operand);
                break;
            case 0x6A09:
                Symbol = (BinaryPrimitives.ReadUInt16LittleEndian(sprm.Operand), BinaryPrimitives.ReadUInt16LittleEndian(sprm.Operand[2..]));
                break;
        }
    }
}

/// <summary>Where a paragraph stands ([MS-DOC] 2.6.2).</summary>
internal struct DocParagraph
{
    private bool _inTable;
    private int? _level;

    /// <summary>Number of tables around it.</summary>
    public readonly int Depth => _level ?? (_inTable ? 1 : 0);

    /// <summary>Its mark ends a row of the outermost table.</summary>
    public bool EndsRow { get; private set; }

    /// <summary>Its mark ends a cell of a table within a table.</summary>
    public bool EndsInnerCell { get; private set; }

    /// <summary>Its mark ends a row of a table within a table.</summary>
    public bool EndsInnerRow { get; private set; }

    /// <summary>It is an item of a list.</summary>
    public bool IsListItem { get; private set; }

    public static DocParagraph Of(ReadOnlySpan<byte> properties)
    {
        var paragraph = new DocParagraph();
        foreach (DocSprm sprm in new DocSprms(properties))
        {
            switch (sprm.Code)
            {
                case 0x2416:
                    paragraph._inTable = sprm.Operand[0] == 1;
                    break;
                case 0x2417:
                    paragraph.EndsRow = sprm.Operand[0] == 1;
                    break;
                case 0x6649:
                    paragraph._level = BinaryPrimitives.ReadInt32LittleEndian(sprm.Operand);
                    break;
                case 0x244B:
                    paragraph.EndsInnerCell = sprm.Operand[0] == 1;
                    break;
                case 0x244C:
                    paragraph.EndsInnerRow = sprm.Operand[0] == 1;
                    break;
                case 0x460B:
                    paragraph.IsListItem = BinaryPrimitives.ReadInt16LittleEndian(sprm.Operand) is not (0 or -2047);
                    break;
            }
        }

        return paragraph;
    }
}

/// <summary>One property ([MS-DOC] 2.2.5.1 Sprm): what it sets, and to what.</summary>
internal readonly ref struct DocSprm(int code, ReadOnlySpan<byte> operand)
{
    public int Code => code;

    public ReadOnlySpan<byte> Operand { get; } = operand;
}

/// <summary>The properties of a list of them. What is cut off at its end is left out.</summary>
internal ref struct DocSprms(ReadOnlySpan<byte> properties)
{
    private const int TableDefinition = 0xD608, TabChanges = 0xC615;

    private ReadOnlySpan<byte> _rest = properties;
    private int _code;
    private ReadOnlySpan<byte> _operand;

    public readonly DocSprm Current => new(_code, _operand);

    public readonly DocSprms GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_rest.Length < 3) return false;
        _code = BinaryPrimitives.ReadUInt16LittleEndian(_rest);
        _rest = _rest[2..];

        // The three highest bits say how long the operand is.
        int prefix = 0;
        int length = (_code >> 13) switch
        {
            0 or 1 => 1,
            2 or 4 or 5 => 2,
            3 => 4,
            7 => 3,
            _ => Variable(out prefix),
        };
        if (_rest.Length < prefix + length) return false;
        _operand = _rest.Slice(prefix, length);
        _rest = _rest[(prefix + length)..];
        return true;
    }

    private readonly int Variable(out int prefix)
    {
        if (_code == TableDefinition && _rest.Length >= 2)
        {
            prefix = 2;
            return Math.Max(0, BinaryPrimitives.ReadUInt16LittleEndian(_rest) - 1);
        }

        prefix = 1;
        if (_code != TabChanges || _rest[0] != 0xFF) return _rest[0];

        // Too many tab stops for a byte to count: their own counts say it.
        int deleted = _rest.Length > 1 ? _rest[1] : 0;
        int added = _rest.Length > 2 + (4 * deleted) ? _rest[2 + (4 * deleted)] : 0;
        return 2 + (4 * deleted) + (3 * added);
    }
}
