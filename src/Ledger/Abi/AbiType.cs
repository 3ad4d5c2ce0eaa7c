using System.Globalization;
using System.Text.Json;

namespace Consortium.Ledger.Abi;

/// <summary>A type of the contract ABI (Solidity documentation, "Contract ABI Specification").</summary>
public abstract record AbiType
{
    private protected AbiType(string name) => Name = name;

    /// <summary>The canonical name, as it stands in a signature: <c>uint256</c>, <c>(address,bytes)[]</c>.</summary>
    public string Name { get; }

    /// <summary>True where the encoding's place in the head holds an offset to it.</summary>
    public abstract bool IsDynamic { get; }

    /// <summary>Bytes that a value takes in the head.</summary>
    internal abstract int HeadLength { get; }

    /// <summary>Reads one type from a contract's JSON description: its <c>type</c> and, for tuples, <c>components</c>.</summary>
    /// <exception cref="FormatException">Not a type of the ABI.</exception>
    public static AbiType Parse(JsonElement parameter)
    {
        string name = parameter.GetProperty("type").GetString() ?? throw new FormatException("An ABI parameter has no type.");
        AbiParameter[] components = parameter.TryGetProperty("components", out JsonElement list)
            ? [.. list.EnumerateArray().Select(AbiParameter.Parse)]
            : [];
        return Parse(name, components);
    }

    /// <summary>Reads a type by its name; tuples need their components, which a name alone does not give.</summary>
    /// <exception cref="FormatException">Not a type of the ABI.</exception>
    public static AbiType Parse(string name) => Parse(name, []);

    private static AbiType Parse(string name, AbiParameter[] components)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.EndsWith(']'))
        {
            int open = name.LastIndexOf('[');
            if (open < 0) throw Unknown(name);
            AbiType element = Parse(name[..open], components);
            string length = name[(open + 1)..^1];
            return length.Length == 0 ? new AbiArray(element, null) : new AbiArray(element, Number(length, 1, int.MaxValue, name));
        }

        return name switch
        {
            "address" => new AbiAddress(),
            "bool" => new AbiBool(),
            "string" => new AbiString(),
            "bytes" => new AbiBytes(),
            "tuple" => new AbiTuple(components),
            _ when name.StartsWith("uint", StringComparison.Ordinal) => Integer(name, "uint", signed: false),
            _ when name.StartsWith("int", StringComparison.Ordinal) => Integer(name, "int", signed: true),
            _ when name.StartsWith("bytes", StringComparison.Ordinal) => new AbiFixedBytes(Number(name[5..], 1, 32, name)),
            _ => throw Unknown(name),
        };
    }

    private static AbiInteger Integer(string name, string prefix, bool signed)
    {
        int bits = name.Length == prefix.Length ? 256 : Number(name[prefix.Length..], 8, 256, name);
        return bits % 8 == 0 ? new AbiInteger(bits, signed) : throw Unknown(name);
    }

    private static int Number(string digits, int lowest, int highest, string name) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= lowest && number <= highest
            ? number
            : throw Unknown(name);

    private static FormatException Unknown(string name) => new($"'{name}' is no type of the contract ABI.");
}

/// <summary><c>uintN</c> or <c>intN</c>.</summary>
public sealed record AbiInteger(int Bits, bool Signed) : AbiType((Signed ? "int" : "uint") + Bits.ToString(CultureInfo.InvariantCulture))
{
    /// <inheritdoc/>
    public override bool IsDynamic => false;

    internal override int HeadLength => 32;
}

/// <summary><c>address</c>.</summary>
public sealed record AbiAddress() : AbiType("address")
{
    /// <inheritdoc/>
    public override bool IsDynamic => false;

    internal override int HeadLength => 32;
}

/// <summary><c>bool</c>.</summary>
public sealed record AbiBool() : AbiType("bool")
{
    /// <inheritdoc/>
    public override bool IsDynamic => false;

    internal override int HeadLength => 32;
}

/// <summary><c>bytesN</c>.</summary>
public sealed record AbiFixedBytes(int Length) : AbiType("bytes" + Length.ToString(CultureInfo.InvariantCulture))
{
    /// <inheritdoc/>
    public override bool IsDynamic => false;

    internal override int HeadLength => 32;
}

/// <summary><c>bytes</c>.</summary>
public sealed record AbiBytes() : AbiType("bytes")
{
    /// <inheritdoc/>
    public override bool IsDynamic => true;

    internal override int HeadLength => 32;
}

/// <summary><c>string</c>.</summary>
public sealed record AbiString() : AbiType("string")
{
    /// <inheritdoc/>
    public override bool IsDynamic => true;

    internal override int HeadLength => 32;
}

/// <summary><c>T[]</c>, or <c>T[n]</c> where <paramref name="Length"/> is given.</summary>
public sealed record AbiArray(AbiType Element, int? Length)
    : AbiType(Element.Name + "[" + Length?.ToString(CultureInfo.InvariantCulture) + "]")
{
    /// <inheritdoc/>
    public override bool IsDynamic => Length is null || Element.IsDynamic;

    internal override int HeadLength => IsDynamic ? 32 : checked(Element.HeadLength * Length!.Value);
}

/// <summary>A struct.</summary>
public sealed record AbiTuple(IReadOnlyList<AbiParameter> Components)
    : AbiType("(" + string.Join(',', Components.Select(c => c.Type.Name)) + ")")
{
    /// <inheritdoc/>
    public override bool IsDynamic => Components.Any(c => c.Type.IsDynamic);

    internal override int HeadLength => IsDynamic ? 32 : Components.Sum(c => c.Type.HeadLength);
}

/// <summary>A parameter of a function, event or error, or a member of a struct.</summary>
/// <param name="Name">Its name; may be empty.</param>
/// <param name="Type">Its type.</param>
/// <param name="Indexed">Of an event: it stands in a topic, not in the data.</param>
public sealed record AbiParameter(string Name, AbiType Type, bool Indexed = false)
{
    internal static AbiParameter Parse(JsonElement element) => new(
        element.TryGetProperty("name", out JsonElement name) ? name.GetString() ?? "" : "",
        AbiType.Parse(element),
        element.TryGetProperty("indexed", out JsonElement indexed) && indexed.GetBoolean());
}
