using System.Runtime.InteropServices;
using System.Text;
using Consortium.Fhir.Definitions;

namespace Consortium.DefinitionsCompiler;

/// <summary>Collects the rows of all sections and writes the file: magic, version, section lengths, sections, all little-endian.</summary>
internal sealed class TableBuilder
{
    private readonly Dictionary<string, int> _strings = new(StringComparer.Ordinal);
    private readonly List<byte[]> _texts = [];
    private readonly HashSet<int> _names = [];

    public TableBuilder()
    {
        // Row 0 means "none" in every section.
        Text(string.Empty);
        Types.Add(default);
        Elements.Add(default);
        Invariants.Add(default);
        ValueSets.Add(default);
        CodeSystems.Add(default);
    }

    public List<TypeRow> Types { get; } = [];

    public List<ElementRow> Elements { get; } = [];

    public List<ElementTypeRow> ElementTypes { get; } = [];

    public List<int> Targets { get; } = [];

    public List<PropertyRow> Properties { get; } = [];

    public List<InvariantRow> Invariants { get; } = [];

    public List<int> InvariantLists { get; } = [];

    public List<ValueSetRow> ValueSets { get; } = [];

    public List<CodeRow> Codes { get; } = [];

    public List<OpenPartRow> OpenParts { get; } = [];

    public List<CodeSystemRow> CodeSystems { get; } = [];

    public List<ConceptRow> Concepts { get; } = [];

    public int Text(string text)
    {
        if (_strings.TryGetValue(text, out int number)) return number;
        number = _texts.Count;
        _strings.Add(text, number);
        _texts.Add(Encoding.UTF8.GetBytes(text));
        return number;
    }

    /// <summary>A string that is looked up by its bytes at run time: element, property and type names.</summary>
    public int Name(string text)
    {
        int number = Text(text);
        _names.Add(number);
        return number;
    }

    public ReadOnlySpan<byte> Bytes(int text) => _texts[text];

    /// <summary>Adds an open-addressed table of a type's properties and gives its start and length.</summary>
    public (int Start, int Count) AddProperties(IReadOnlyList<PropertyRow> properties)
    {
        if (properties.Count == 0) return (0, 0);
        PropertyRow[] slots = new PropertyRow[PowerOfTwo(properties.Count)];
        Array.Fill(slots, new PropertyRow { Name = -1 });
        foreach (PropertyRow property in properties)
        {
            uint slot = TableFormat.Hash(Bytes(property.Name)) & (uint)(slots.Length - 1);
            while (slots[slot].Name >= 0) slot = (slot + 1) & (uint)(slots.Length - 1);
            slots[slot] = property;
        }

        int start = Properties.Count;
        Properties.AddRange(slots);
        return (start, slots.Length);
    }

    public void Write(Stream output)
    {
        List<int> offsets = new(_texts.Count + 1);
        using MemoryStream texts = new();
        foreach (byte[] text in _texts)
        {
            offsets.Add((int)texts.Length);
            texts.Write(text);
        }

        offsets.Add((int)texts.Length);
        while (texts.Length % 4 != 0) texts.WriteByte(0);

        int[] typeNames = IndexOf(Enumerable.Range(1, Types.Count - 1).Where(t => Types[t].Kind is not TypeKind.Backbone), t => Types[t].Name, -1);
        int[] names = IndexOf(_names.Order(), n => n, -1);

        byte[][] sections = new byte[(int)Section.Count][];
        sections[(int)Section.StringOffsets] = Raw(offsets);
        sections[(int)Section.StringBytes] = texts.ToArray();
        sections[(int)Section.Names] = Raw(names.ToList());
        sections[(int)Section.Types] = Raw(Types);
        sections[(int)Section.TypeNames] = Raw(typeNames.ToList());
        sections[(int)Section.Elements] = Raw(Elements);
        sections[(int)Section.ElementTypes] = Raw(ElementTypes);
        sections[(int)Section.Targets] = Raw(Targets);
        sections[(int)Section.Properties] = Raw(Properties);
        sections[(int)Section.Invariants] = Raw(Invariants);
        sections[(int)Section.InvariantLists] = Raw(InvariantLists);
        sections[(int)Section.ValueSets] = Raw(ValueSets);
        sections[(int)Section.Codes] = Raw(Codes);
        sections[(int)Section.OpenParts] = Raw(OpenParts);
        sections[(int)Section.CodeSystems] = Raw(CodeSystems);
        sections[(int)Section.Concepts] = Raw(Concepts);

        using BinaryWriter writer = new(output, Encoding.UTF8, leaveOpen: true);
        writer.Write(TableFormat.Magic);
        writer.Write(TableFormat.Version);
        foreach (byte[] section in sections) writer.Write(section.Length);
        foreach (byte[] section in sections) writer.Write(section);
    }

    /// <summary>An open-addressed table of row numbers, found by the bytes of each row's name.</summary>
    private int[] IndexOf(IEnumerable<int> rows, Func<int, int> nameOf, int empty)
    {
        int[] all = [.. rows];
        int[] slots = new int[PowerOfTwo(all.Length)];
        Array.Fill(slots, empty);
        HashSet<int> seen = [];
        foreach (int row in all)
        {
            // A constrained type (SimpleQuantity) carries its base's name; the name belongs to the first, the base.
            if (!seen.Add(nameOf(row))) continue;
            uint slot = TableFormat.Hash(Bytes(nameOf(row))) & (uint)(slots.Length - 1);
            while (slots[slot] != empty) slot = (slot + 1) & (uint)(slots.Length - 1);
            slots[slot] = row;
        }

        return slots;
    }

    private static int PowerOfTwo(int entries)
    {
        int size = 4;
        while (size < entries * 2) size *= 2;
        return size;
    }

    private static byte[] Raw<T>(List<T> rows) where T : struct
    {
        if (!BitConverter.IsLittleEndian) throw new DefinitionException("The definitions are compiled on little-endian machines only.");
        return MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(rows)).ToArray();
    }
}
