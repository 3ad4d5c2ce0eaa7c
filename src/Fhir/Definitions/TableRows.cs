using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

// Compiled into Consortium.Fhir and into the definitions compiler: one declaration of the binary form for both sides.
namespace Consortium.Fhir.Definitions;

/// <summary>What a compiled type is.</summary>
internal enum TypeKind
{
    Unknown,
    Primitive,
    Complex,

    /// <summary>An inline type of one element, such as <c>Patient.contact</c>.</summary>
    Backbone,
    Resource,

    /// <summary>Resource, DomainResource, Element, BackboneElement.</summary>
    Abstract,
}

/// <summary>How firmly a value set binds (FHIR R4 terminologies.html#strength).</summary>
internal enum BindingStrength
{
    None,
    Example,
    Preferred,
    Extensible,
    Required,
}

/// <summary>Flags of <see cref="ElementRow"/>.</summary>
[Flags]
internal enum ElementFlags
{
    None = 0,
    Choice = 1,
    Modifier = 2,

    /// <summary>Part of a summary of the resource (FHIR R4 search.html#summary).</summary>
    Summary = 4,
}

/// <summary>Sections of the compiled definitions, in file order.</summary>
internal enum Section
{
    StringOffsets,
    StringBytes,
    Names,
    Types,
    TypeNames,
    Elements,
    ElementTypes,
    Targets,
    Properties,
    Invariants,
    InvariantLists,
    ValueSets,
    Codes,
    OpenParts,
    CodeSystems,
    Concepts,
    Count,
}

/// <summary>A data type, resource type or inline type. All numbers are rows of other sections; texts are string numbers.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct TypeRow
{
    /// <summary>The specification's name (<c>Patient</c>); for an inline type <c>BackboneElement</c> or <c>Element</c>.</summary>
    public int Name;

    /// <summary>The path that defines it (<c>Patient.contact</c>).</summary>
    public int Path;
    public TypeKind Kind;
    public int Base;
    public int ElementStart;
    public int ElementCount;

    /// <summary>Open-addressed table in <see cref="Section.Properties"/>; the count is a power of two.</summary>
    public int PropertyStart;
    public int PropertyCount;
    public int InvariantStart;
    public int InvariantCount;
}

/// <summary>An element of a type.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct ElementRow
{
    /// <summary>Name in FHIRPath: <c>value</c> for <c>value[x]</c>.</summary>
    public int Name;
    public int Path;
    public int Min;

    /// <summary>-1 is unbounded.</summary>
    public int Max;

    /// <summary>1 where the element repeats in the base, so that JSON wants an array (FHIR R4 json.html#repeat).</summary>
    public int Repeats;
    public ElementFlags Flags;
    public int TypeStart;
    public int TypeCount;
    public BindingStrength Strength;
    public int ValueSet;

    /// <summary>The value set beyond which the binding does not go, whatever its strength (elementdefinition-maxValueSet); 0 is none.</summary>
    public int MaxValueSet;
    public int InvariantStart;
    public int InvariantCount;
}

/// <summary>One allowed type of an element, with its reference targets.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct ElementTypeRow
{
    public int Type;
    public int TargetStart;
    public int TargetCount;
}

/// <summary>A JSON property of a type: <c>valueQuantity</c> is element <c>value[x]</c> with type Quantity.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct PropertyRow
{
    /// <summary>-1 in an empty slot.</summary>
    public int Name;
    public int Element;
    public int Type;
}

/// <summary>An invariant. Severity 0 is error, 1 is warning.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct InvariantRow
{
    public int Key;
    public int Severity;
    public int Expression;
    public int Human;
}

/// <summary>A value set with its expansion in code order, and the parts of it that cannot be enumerated.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct ValueSetRow
{
    public int Url;

    public int CodeStart;
    public int CodeCount;

    /// <summary>The parts that cannot be enumerated; none where the expansion is complete.</summary>
    public int OpenStart;
    public int OpenCount;
}

/// <summary>One code of an expansion.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct CodeRow
{
    public int System;
    public int Code;
}

/// <summary>A part of a value set that cannot be enumerated: codes of a system, or of any where the system is the empty string.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct OpenPartRow
{
    public int System;

    /// <summary>1 where the value set has every code of the system.</summary>
    public int Whole;
    public int Reason;
}

/// <summary>A code system with its concepts; those of a supplement are none of its own.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct CodeSystemRow
{
    public int Url;
    public int Version;

    /// <summary>A <c>ContentMode</c>.</summary>
    public int Content;

    /// <summary>1 yes, 0 no, -1 where the code system does not say.</summary>
    public int CaseSensitive;
    public int ConceptStart;
    public int ConceptCount;
}

/// <summary>Flags of <see cref="ConceptRow"/>.</summary>
[Flags]
internal enum ConceptFlags
{
    None = 0,
    Abstract = 1,
    Inactive = 2,

    /// <summary>Has designations: other displays, that are not in the tables.</summary>
    Designated = 4,
}

/// <summary>A concept of a code system.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct ConceptRow
{
    public int Code;
    public int Display;
    public ConceptFlags Flags;
}

/// <summary>Constants and the hash that the compiler and the reader share.</summary>
internal static class TableFormat
{
    /// <summary>"FHR4" read as a little-endian integer, with the version of the layout after it.</summary>
    public const int Magic = 0x34524846;
    public const int Version = 4;

    /// <summary>Of a name of an element or type: names are short and differ at their start or end, so the first and last eight bytes tell them apart.</summary>
    public static uint Hash(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length >= 8) return Hash(BinaryPrimitives.ReadUInt64LittleEndian(utf8), BinaryPrimitives.ReadUInt64LittleEndian(utf8[^8..]), utf8.Length);
        ulong first = 0;
        for (int i = 0; i < utf8.Length; i++) first |= (ulong)utf8[i] << (8 * i);
        return Hash(first, 0, utf8.Length);
    }

    /// <summary>The same for a reader that has the bytes at hand.</summary>
    /// <param name="first">The first eight bytes, little-endian; zeros after the end of a shorter name.</param>
    /// <param name="last">The last eight bytes; 0 where there are fewer than eight.</param>
    /// <param name="length">Number of bytes.</param>
    public static uint Hash(ulong first, ulong last, int length)
    {
        // Both halves of the product, so that each byte of the name moves the low bits, which make the slot.
        ulong high = Math.BigMul(first ^ BitOperations.RotateLeft(last, 23) ^ ((ulong)length << 56), 0x9E3779B97F4A7C15, out ulong low);
        return (uint)(high ^ low);
    }

    /// <summary>FNV-1a, for codes and texts of any length, every byte of which counts.</summary>
    public static uint HashOfText(ReadOnlySpan<byte> utf8)
    {
        uint hash = 2166136261;
        foreach (byte b in utf8) hash = (hash ^ b) * 16777619;
        return hash ^ (hash >> 15);
    }
}
