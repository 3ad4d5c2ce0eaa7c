using System.Runtime.InteropServices;
using System.Runtime.CompilerServices;
using System.Text;

namespace Consortium.Fhir.Definitions;

/// <summary>
/// The R4 definitions as the build compiled them (<c>eng/definitions</c>). Loading copies a few arrays and decodes nothing:
/// texts, expansions and invariants are decoded when first asked for.
/// </summary>
internal sealed class R4Tables
{
    // Names that were asked for, by the identity of the text; two threads may exchange entries, either will do.
    private readonly KnownName?[] _knownNames = new KnownName?[512];
    private readonly byte[] _file;
    private readonly int _stringBytes;
    private readonly int[] _stringOffsets;
    private readonly int[] _names;
    private readonly int[] _typeNames;
    private readonly string?[] _texts;
    private readonly ValueSetExpansion?[] _expansions;
    private readonly Lazy<Dictionary<string, int>> _valueSetsByUrl;

    private R4Tables(byte[] file)
    {
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException("The compiled FHIR definitions need a little-endian machine.");
        ReadOnlySpan<int> header = MemoryMarshal.Cast<byte, int>(file.AsSpan(0, 8 + (4 * (int)Section.Count)));
        if (header[0] != TableFormat.Magic || header[1] != TableFormat.Version)
        {
            throw new InvalidDataException("The embedded FHIR definitions have another layout than this program reads: build again.");
        }

        _file = file;
        int[] starts = new int[(int)Section.Count];
        int at = 8 + (4 * starts.Length);
        for (int i = 0; i < starts.Length; i++)
        {
            starts[i] = at;
            at += header[2 + i];
        }

        int[] lengths = header[2..].ToArray();
        T[] Rows<T>(Section section) where T : struct =>
            MemoryMarshal.Cast<byte, T>(_file.AsSpan(starts[(int)section], lengths[(int)section])).ToArray();

        _stringOffsets = Rows<int>(Section.StringOffsets);
        _stringBytes = starts[(int)Section.StringBytes];
        _names = Rows<int>(Section.Names);
        _typeNames = Rows<int>(Section.TypeNames);
        _texts = new string?[_stringOffsets.Length];
        Types = Rows<TypeRow>(Section.Types);
        Elements = Rows<ElementRow>(Section.Elements);
        ElementTypes = Rows<ElementTypeRow>(Section.ElementTypes);
        Targets = Rows<int>(Section.Targets);
        Properties = Rows<PropertyRow>(Section.Properties);
        Invariants = Rows<InvariantRow>(Section.Invariants);
        InvariantLists = Rows<int>(Section.InvariantLists);
        ValueSets = Rows<ValueSetRow>(Section.ValueSets);
        Codes = Rows<CodeRow>(Section.Codes);
        _expansions = new ValueSetExpansion?[ValueSets.Length];
        OpenParts = Rows<OpenPartRow>(Section.OpenParts);
        CodeSystems = Rows<CodeSystemRow>(Section.CodeSystems);
        Concepts = Rows<ConceptRow>(Section.Concepts);
        Primitives = new Validation.PrimitiveType[Types.Length];
        for (int i = 1; i < Types.Length; i++)
        {
            if (Types[i].Kind == TypeKind.Primitive) Primitives[i] = Enum.Parse<Validation.PrimitiveType>(Text(Types[i].Name), ignoreCase: true);
        }

        Resource = FindType("Resource"u8);
        Reference = FindType("Reference"u8);
        ElementNames = Array.ConvertAll(Elements, static e => e.Name);
        Traits = new ElementTraits[Elements.Length];
        Cardinalities = new CardinalityMasks[Types.Length];
        FindTraits();
        DomainResource = FindType("DomainResource"u8);
        Extension = FindType("Extension"u8);
        _valueSetsByUrl = new(() =>
        {
            Dictionary<string, int> byUrl = new(StringComparer.Ordinal);
            for (int i = 1; i < ValueSets.Length; i++) byUrl[Text(ValueSets[i].Url)] = i;
            return byUrl;
        });
    }

    public static R4Tables Instance => Holder.Instance;

    public TypeRow[] Types { get; }

    public ElementRow[] Elements { get; }

    /// <summary>The names alone, by element row: small enough to stay in the cache while children are looked for.</summary>
    public int[] ElementNames { get; }

    public ElementTypeRow[] ElementTypes { get; }

    public int[] Targets { get; }

    public PropertyRow[] Properties { get; }

    public InvariantRow[] Invariants { get; }

    public int[] InvariantLists { get; }

    public ValueSetRow[] ValueSets { get; }

    public CodeRow[] Codes { get; }

    public OpenPartRow[] OpenParts { get; }

    public CodeSystemRow[] CodeSystems { get; }

    public ConceptRow[] Concepts { get; }

    /// <summary>By type row: which primitive a primitive type is.</summary>
    public Validation.PrimitiveType[] Primitives { get; }

    /// <summary>By element row.</summary>
    public ElementTraits[] Traits { get; }

    /// <summary>By type row.</summary>
    public CardinalityMasks[] Cardinalities { get; }

    public int Resource { get; }

    public int Reference { get; }

    public int DomainResource { get; }

    public int Extension { get; }

    public ReadOnlySpan<byte> Utf8(int text) =>
        _file.AsSpan(_stringBytes + _stringOffsets[text], _stringOffsets[text + 1] - _stringOffsets[text]);

    /// <summary>A text as a string, kept once made. Two threads may make the same one; either will do.</summary>
    public string Text(int text) => _texts[text] ??= Encoding.UTF8.GetString(Utf8(text));

    /// <summary>The name of a type: <c>Patient</c>, <c>HumanName</c>, <c>string</c>, <c>BackboneElement</c>.</summary>
    public string TypeName(int type) => Text(Types[type].Name);

    /// <summary>The row of a named type, or 0.</summary>
    public int FindType(ReadOnlySpan<byte> name)
    {
        int mask = _typeNames.Length - 1;
        for (int slot = (int)TableFormat.Hash(name) & mask; _typeNames[slot] >= 0; slot = (slot + 1) & mask)
        {
            if (Utf8(Types[_typeNames[slot]].Name).SequenceEqual(name)) return _typeNames[slot];
        }

        return 0;
    }

    /// <summary>The string number of an element, property or type name, or -1 where no definition uses the name.</summary>
    public int FindName(ReadOnlySpan<byte> name)
    {
        int mask = _names.Length - 1;
        for (int slot = (int)TableFormat.Hash(name) & mask; _names[slot] >= 0; slot = (slot + 1) & mask)
        {
            if (Utf8(_names[slot]).SequenceEqual(name)) return _names[slot];
        }

        return -1;
    }

    /// <summary>The same for a text of the program, which is mostly the very same object as the last time.</summary>
    public int FindName(string name)
    {
        int slot = RuntimeHelpers.GetHashCode(name) & (_knownNames.Length - 1);
        if (_knownNames[slot] is { } known && ReferenceEquals(known.Name, name)) return known.Number;
        Span<byte> utf8 = stackalloc byte[128];
        int number = Encoding.UTF8.TryGetBytes(name, utf8, out int length) ? FindName(utf8[..length]) : -1;
        _knownNames[slot] = new KnownName(name, number);
        return number;
    }

    /// <summary>The property of a type by its JSON name; the row's Element is 0 where the type has no such property.</summary>
    public PropertyRow FindProperty(int type, ReadOnlySpan<byte> name, uint hash)
    {
        ref readonly TypeRow row = ref Types[type];
        if (row.PropertyCount == 0) return default;
        int mask = row.PropertyCount - 1;
        for (int slot = (int)hash & mask; ; slot = (slot + 1) & mask)
        {
            ref readonly PropertyRow property = ref Properties[row.PropertyStart + slot];
            if (property.Name < 0) return default;
            if (Utf8(property.Name).SequenceEqual(name)) return property;
        }
    }

    /// <summary>The bit of a child element of that name in a mask of the type's elements, or 0: unknown, or beyond the 64 that a mask holds.</summary>
    public ulong ChildBit(int type, int name)
    {
        ref readonly TypeRow row = ref Types[type];
        for (int i = 0; i < Math.Min(row.ElementCount, 64); i++)
        {
            if (Elements[row.ElementStart + i].Name == name) return 1UL << i;
        }

        return 0;
    }

    /// <summary>Whether a type is another or is derived from it.</summary>
    public bool IsA(int type, int ancestor)
    {
        for (; type != 0; type = Types[type].Base)
        {
            // A constrained type (SimpleQuantity) bears its base's name: compare names, so that it counts as the base.
            if (type == ancestor || (Types[type].Name == Types[ancestor].Name && Types[type].Kind == Types[ancestor].Kind && Types[type].Kind != TypeKind.Backbone)) return true;
        }

        return false;
    }

    public bool IsResource(int type) => Types[type].Kind == TypeKind.Resource || type == Resource || type == DomainResource;

    /// <summary>The row of a value set by canonical URL (a version after <c>|</c> is ignored), or 0.</summary>
    public int FindValueSet(string url)
    {
        int bar = url.IndexOf('|', StringComparison.Ordinal);
        return _valueSetsByUrl.Value.GetValueOrDefault(bar < 0 ? url : url[..bar]);
    }

    /// <summary>The expansion of a value set, made when first asked for. Two threads may make the same one; either will do.</summary>
    public ValueSetExpansion Expansion(int valueSet) => _expansions[valueSet] ??= new ValueSetExpansion(this, valueSet);

    private void FindTraits()
    {
        int id = FindName("id"u8), contained = FindName("contained"u8);
        for (int i = 1; i < Elements.Length; i++)
        {
            ref readonly ElementRow element = ref Elements[i];
            if (element.Name == id) Traits[i] |= ElementTraits.Id;
            if (element.Name == contained) Traits[i] |= ElementTraits.Contained;
            if (element.TypeCount == 1 && ElementTypes[element.TypeStart].Type == Resource) Traits[i] |= ElementTraits.Resource;
            if (element.Strength >= BindingStrength.Preferred) Traits[i] |= ElementTraits.Bound;
        }

        for (int type = 1; type < Types.Length; type++)
        {
            ref readonly TypeRow row = ref Types[type];
            if (row.ElementCount > 64) throw new InvalidDataException($"{Text(row.Path)} has more elements than a mask has bits.");
            ulong required = 0, counted = 0;
            for (int i = 0; i < row.ElementCount; i++)
            {
                ref readonly ElementRow element = ref Elements[row.ElementStart + i];
                if (element.Min > 0) required |= 1UL << i;
                if (element.Min > 1 || element.Max is 0 or > 1 || (element.Max == 1 && element.Repeats == 1)) counted |= 1UL << i;
            }

            Cardinalities[type] = new CardinalityMasks(required, counted);
        }
    }

    private static R4Tables Load()
    {
        using Stream stream = typeof(R4Tables).Assembly.GetManifestResourceStream("fhir-r4.bin")
            ?? throw new InvalidDataException("The program was built without its FHIR definitions.");
        byte[] file = new byte[stream.Length];
        stream.ReadExactly(file);
        return new R4Tables(file);
    }

    private sealed record KnownName(string Name, int Number);

    /// <summary>Loads on first use; as a field of its own the compiler takes it for the constant that it is.</summary>
    private static class Holder
    {
        public static readonly R4Tables Instance = Load();
    }
}
