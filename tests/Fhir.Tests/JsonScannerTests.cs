using System.Buffers;
using System.Text;
using System.Text.Json;
using Consortium.Fhir.Json;

namespace Consortium.Fhir.Tests;

/// <summary>The quick JSON reader takes nothing that the framework's reader refuses, and reads the same tree (RFC 8259).</summary>
public sealed class JsonScannerTests
{
    private const string Seed = """
        {"resourceType":"Observation","status":"final","n":[0,-0,1.50,-12.0e+5,1E9,true,false,null,{},[]],
         "text":{"div":"<div xmlns=\"x\">\u00e9\n\/\\ 王<\/div>"},"e":"","a":{"b":{"c":[[1],[2,{"d":"\u738b"}]]}}}
        """;

    [Fact]
    public void WhatItTakesTheFrameworkTakesToo()
    {
        Random random = new(20261122);
        byte[] seed = Encoding.UTF8.GetBytes(Seed);
        byte[] alphabet = "{}[]\",:\\ 0123456789.-+eEtrufalsn\n\t\u0001/x"u8.ToArray();
        int taken = 0;
        for (int i = 0; i < 60_000; i++)
        {
            byte[] input = Mutate(seed, alphabet, random);
            if (!TryScan(input, out int nodes)) continue;
            taken++;
            Assert.True(FrameworkTakes(input, out int values), $"taken though the framework refuses it: {Convert.ToBase64String(input)}");
            Assert.Equal(values, nodes);
        }

        Assert.True(taken > 1000, "mutations leave enough well-formed texts to compare");
    }

    [Theory]
    [InlineData("01")]
    [InlineData("1.")]
    [InlineData(".5")]
    [InlineData("-")]
    [InlineData("1e")]
    [InlineData("+1")]
    [InlineData("[1,]")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{\"a\" 1}")]
    [InlineData("[1 2]")]
    [InlineData("tru")]
    [InlineData("\"a")]
    [InlineData("\"\\x\"")]
    [InlineData("{} {}")]
    [InlineData("[}")]
    [InlineData("")]
    public void WhatIsNoJsonIsLeftToTheFramework(string text) => Assert.False(TryScan(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void OrdinaryResourcesAreTaken() => Assert.True(TryScan("""{"resourceType":"Patient","id":"a","active":true,"n":[1,2.5e3]}"""u8.ToArray(), out int nodes) && nodes == 7);

    private static bool TryScan(byte[] json, out int nodes)
    {
        NodeBuilder builder = new(ArrayPool<Node>.Shared.Rent(64));
        try
        {
            bool taken = JsonScanner.TryRead(json, ref builder);
            nodes = builder.Count;
            return taken;
        }
        catch (FhirFormatException)
        {
            // A duplicate name, which the framework does not look for.
            nodes = 0;
            return false;
        }
    }

    private static bool FrameworkTakes(byte[] json, out int values)
    {
        values = 0;
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = JsonTreeReader.MaxDepth });
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is not (JsonTokenType.PropertyName or JsonTokenType.EndArray or JsonTokenType.EndObject)) values++;
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static byte[] Mutate(byte[] seed, byte[] alphabet, Random random)
    {
        List<byte> bytes = [.. seed];
        for (int edits = random.Next(1, 4); edits > 0; edits--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0: bytes[at] = alphabet[random.Next(alphabet.Length)]; break;
                case 1: bytes.Insert(at, alphabet[random.Next(alphabet.Length)]); break;
                case 2: bytes.RemoveAt(at); break;
                default:
                    int length = random.Next(1, Math.Min(12, bytes.Count - at) + 1);
                    bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length));
                    break;
            }
        }

        return [.. bytes];
    }
}
