using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Consortium.Integrity;
using Consortium.Ledger.Abi;

namespace Consortium.Ledger.Tests;

public sealed class AbiTests
{
    private readonly Random _random = new(7);

    [Fact]
    public async Task Encode_RandomTypesAndValues_AgreesWithEthersAndDecodesBack()
    {
        var cases = new List<(AbiType[] Types, object[] Values)>();
        for (int i = 0; i < 400; i++)
        {
            AbiType[] types = [.. Enumerable.Range(0, _random.Next(6)).Select(_ => Type(0))];
            cases.Add((types, [.. types.Select(Value)]));
        }

        JsonElement[] answers = await Ethers.AskAsync(cases.Select(c => new JsonObject
        {
            ["op"] = "encode",
            ["types"] = new JsonArray([.. c.Types.Select(t => JsonValue.Create(t.Name.Replace("(", "tuple(", StringComparison.Ordinal)))]),
            ["values"] = new JsonArray([.. c.Values.Select(ForEthers)]),
        }));
        foreach (((AbiType[] types, object[] values), JsonElement answer) in cases.Zip(answers))
        {
            byte[] ours = AbiEncoder.Encode(types, values);
            Assert.Equal(answer.GetString(), Ethers.Hex(ours));
            Assert.Equal(Show(values), Show(AbiDecoder.Decode(types, ours)));
        }
    }

    [Fact]
    public async Task Decode_CutOrCorruptedData_GivesValuesOrAFormatErrorAndNothingElse()
    {
        await Task.CompletedTask;
        int refused = 0;
        for (int i = 0; i < 3000; i++)
        {
            AbiType[] types = [.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Type(0))];
            byte[] data = AbiEncoder.Encode(types, [.. types.Select(Value)]);
            if (data.Length == 0) continue;
            if (i % 2 == 0) data = data[.._random.Next(data.Length)];
            else for (int flips = 0; flips < 3; flips++) data[_random.Next(data.Length)] = (byte)_random.Next(256);
            try
            {
                AbiDecoder.Decode(types, data);
            }
            catch (FormatException)
            {
                refused++;
            }
        }

        Assert.True(refused > 1000);
    }

    [Fact]
    public void Decode_LengthBeyondTheData_IsRefusedBeforeItIsAllocated()
    {
        byte[] lie = new byte[64];
        lie[31] = 32;
        lie.AsSpan(36).Fill(0xff);
        Assert.Throws<FormatException>(() => AbiDecoder.Decode([AbiType.Parse("bytes")], lie));
        Assert.Throws<FormatException>(() => AbiDecoder.Decode([AbiType.Parse("uint8[]")], lie));
        Assert.Throws<FormatException>(() => AbiDecoder.Decode([AbiType.Parse("string[]")], lie));
    }

    [Theory]
    [InlineData("uint8", 256)]
    [InlineData("uint8", -1)]
    [InlineData("int8", 128)]
    [InlineData("int8", -129)]
    [InlineData("address", 1)]
    [InlineData("bool", 1)]
    [InlineData("bytes4", 1)]
    [InlineData("string", 1)]
    [InlineData("uint8[]", 1)]
    public void Encode_ValueThatDoesNotFit_IsRefused(string type, int value) =>
        Assert.Throws<ArgumentException>(() => AbiEncoder.Encode([AbiType.Parse(type)], [value]));

    [Theory]
    [InlineData("uint7")]
    [InlineData("uint264")]
    [InlineData("uint0")]
    [InlineData("bytes33")]
    [InlineData("bytes0")]
    [InlineData("uint8[0]")]
    [InlineData("uint8[-1]")]
    [InlineData("uint8]")]
    [InlineData("fixed128x18")]
    [InlineData("")]
    public void Parse_UnknownType_IsRefused(string name) => Assert.Throws<FormatException>(() => AbiType.Parse(name));

    [Fact]
    public async Task Interface_OfTheContract_HasTheSelectorsAndTopicsThatEthersFinds()
    {
        using Stream stream = typeof(ConsortiumLedgerContract).Assembly.GetManifestResourceStream("ConsortiumLedger.json")!;
        using JsonDocument document = await JsonDocument.ParseAsync(stream);
        JsonElement abi = document.RootElement.GetProperty("abi");
        JsonElement found = (await Ethers.AskAsync([new JsonObject { ["op"] = "topics", ["abi"] = JsonNode.Parse(abi.GetRawText()) }]))[0];
        ContractInterface ours = ContractInterface.Parse(abi);
        int compared = 0;
        foreach (JsonElement item in abi.EnumerateArray())
        {
            string? type = item.GetProperty("type").GetString();
            if (type is not ("event" or "function")) continue;
            string name = item.GetProperty("name").GetString()!;
            string hex = type == "event" ? Ethers.Hex(ours.Event(name).SignatureHash.Span) : Ethers.Hex(ours.Function(name).Selector);
            Assert.Equal(found.GetProperty(name).GetString(), hex);
            compared++;
        }

        Assert.True(compared > 40);
    }

    [Fact]
    public void DescribeRevert_SoliditysOwnErrors_AreRead()
    {
        byte[] error = [.. Keccak256.Hash("Error(string)"u8).ToArray()[..4], .. AbiEncoder.Encode([AbiType.Parse("string")], ["no"])];
        byte[] panic = [.. Keccak256.Hash("Panic(uint256)"u8).ToArray()[..4], .. AbiEncoder.Encode([AbiType.Parse("uint256")], [0x11])];
        Assert.Equal("Error(message: \"no\")", ConsortiumLedgerContract.DescribeRevert(error)!.ToString());
        Assert.Equal("Panic(code: 17)", ConsortiumLedgerContract.DescribeRevert(panic)!.ToString());
        Assert.Null(ConsortiumLedgerContract.DescribeRevert([1, 2, 3, 4]));
        Assert.Null(ConsortiumLedgerContract.DescribeRevert(error.AsSpan(0, 20)));
        Assert.Null(ConsortiumLedgerContract.DescribeRevert([]));
    }

    private AbiType Type(int depth) => _random.Next(depth < 3 ? 10 : 7) switch
    {
        0 => AbiType.Parse("uint" + Text(8 * _random.Next(1, 33))),
        1 => AbiType.Parse("int" + Text(8 * _random.Next(1, 33))),
        2 => AbiType.Parse("address"),
        3 => AbiType.Parse("bool"),
        4 => AbiType.Parse("bytes" + Text(_random.Next(1, 33))),
        5 => AbiType.Parse("bytes"),
        6 => AbiType.Parse("string"),
        7 => new AbiArray(Type(depth + 1), null),
        8 => new AbiArray(Type(depth + 1), _random.Next(1, 4)),
        _ => new AbiTuple([.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => new AbiParameter("", Type(depth + 1)))]),
    };

    private object Value(AbiType type)
    {
        switch (type)
        {
            case AbiInteger integer:
                byte[] bytes = Bytes(integer.Bits / 8);
                if (_random.Next(4) == 0) Array.Fill(bytes, _random.Next(2) == 0 ? (byte)0 : (byte)0xff);
                var number = new BigInteger(bytes, isUnsigned: !integer.Signed);
                return integer.Bits > 64 ? (object)number : integer.Signed ? (object)(long)number : (ulong)number;
            case AbiAddress:
                return new Address(Bytes(20));
            case AbiBool:
                return _random.Next(2) == 0;
            case AbiFixedBytes fixedBytes:
                return Bytes(fixedBytes.Length);
            case AbiBytes:
                return Bytes(_random.Next(100));
            case AbiString:
                return string.Concat(Enumerable.Range(0, _random.Next(40)).Select(_ => _random.Next(3) == 0 ? "病" : "a"));
            case AbiArray array:
                return Enumerable.Range(0, array.Length ?? _random.Next(4)).Select(_ => Value(array.Element)).ToArray();
            case AbiTuple tuple:
                return tuple.Components.Select(c => Value(c.Type)).ToArray();
            default:
                throw new NotSupportedException(type.Name);
        }
    }

    private static JsonNode? ForEthers(object value) => value switch
    {
        ulong or long or BigInteger => JsonValue.Create("#" + Text((IFormattable)value)),
        Address address => JsonValue.Create(address.ToString()),
        bool flag => JsonValue.Create(flag),
        byte[] bytes => JsonValue.Create(Ethers.Hex(bytes)),
        string text => JsonValue.Create(text),
        object[] items => new JsonArray([.. items.Select(ForEthers)]),
        _ => throw new NotSupportedException(value.GetType().Name),
    };

    private static string Show(object value) => value switch
    {
        byte[] bytes => Ethers.Hex(bytes),
        object[] items => "[" + string.Join(",", items.Select(Show)) + "]",
        _ => value.GetType().Name + Convert.ToString(value, CultureInfo.InvariantCulture),
    };

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);

    private byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }
}
