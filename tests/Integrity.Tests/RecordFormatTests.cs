using System.Text;

namespace Consortium.Integrity.Tests;

/// <summary>What is no record: each refusal names pointer, offset and reason.</summary>
public sealed class RecordFormatTests
{
    [Theory]
    [InlineData("""{"a":{"b":1,"b":2}}""", "/a/b", "Duplicate property name")]
    [InlineData("""{"a":{"x":1},"a":{"y":2}}""", "/a", "Duplicate property name")]
    [InlineData("{\"id\":1,\"i\\u0064\":2}", "/id", "Duplicate property name")]
    [InlineData("""{"a":[{"b":[]}]}""", "/a/0/b", "Empty array")]
    [InlineData("""{"a":[{}]}""", "/a/0", "Empty object")]
    [InlineData("{}", "", "Empty object")]
    [InlineData("""{"a":"\ud800x"}""", "/a", "Unpaired surrogate")]
    [InlineData("""{"a":"\udc00\ud800"}""", "/a", "Unpaired surrogate")]
    [InlineData("""{"a":"x","\ud800":1}""", "", "Unpaired surrogate")]
    [InlineData("""{"a":1} {"b":1}""", "", "Not JSON")]
    [InlineData("""{"a":1}x""", "", "Not JSON")]
    [InlineData("""{"a":1,}""", "/a", "Not JSON")]
    [InlineData("""{"a":01}""", "/a", "Not JSON")]
    [InlineData("""{"a":1/**/}""", "/a", "Not JSON")]
    [InlineData("""{"a":1""", "/a", "Not JSON")]
    [InlineData("", "", "Not JSON")]
    [InlineData("[1]", "", "A record is a JSON object")]
    [InlineData("\"x\"", "", "A record is a JSON object")]
    [InlineData("null", "", "A record is a JSON object")]
    [InlineData("\uFEFF{\"a\":1}", "", "Byte-order mark")]
    [InlineData("""{"a":{"0":1}}""", "/a/0", "A property name that reads as an array position")]
    [InlineData("""{"a":{"17":1}}""", "/a/17", "A property name that reads as an array position")]
    public void Compute_NoRecord_IsRefusedWithPlaceAndReason(string json, string pointer, string reason)
    {
        var e = Assert.Throws<RecordFormatException>(() => RecordCommitment.Compute(Encoding.UTF8.GetBytes(json), new byte[32]));

        Assert.Equal(pointer, e.Pointer);
        Assert.Equal(reason, e.Reason);
        Assert.InRange(e.Offset, 0, Encoding.UTF8.GetByteCount(json));
    }

    [Fact]
    public void Compute_InvalidUtf8_IsRefusedAtTheByte()
    {
        byte[] json = [.. "{\"a\":\"é"u8, 0xED, 0xA0, 0x80, .. "\"}"u8];

        var e = Assert.Throws<RecordFormatException>(() => RecordCommitment.Compute(json, new byte[32]));

        Assert.Equal("Not UTF-8", e.Reason);
        Assert.Equal(8, e.Offset);
    }

    [Fact]
    public void Compute_NestedTooDeep_IsRefused()
    {
        string deep = string.Concat(Enumerable.Repeat("{\"a\":", 5000)) + "1" + new string('}', 5000);

        Assert.StartsWith("Nested deeper", Assert.Throws<RecordFormatException>(() => RecordCommitment.Compute(Encoding.UTF8.GetBytes(deep), new byte[32])).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Compute_AsDeepAsAllowed_IsAccepted()
    {
        string deep = string.Concat(Enumerable.Repeat("{\"a\":", RecordReader.MaxDepth)) + "1" + new string('}', RecordReader.MaxDepth);

        Assert.Equal(1, RecordCommitment.Compute(Encoding.UTF8.GetBytes(deep), new byte[32]).Leaves);
    }

    [Fact]
    public void Compute_PointerTooLong_IsRefused()
    {
        string json = $$"""{"{{new string('n', 5000)}}":1}""";

        Assert.StartsWith("A pointer longer", Assert.Throws<RecordFormatException>(() => RecordCommitment.Compute(Encoding.UTF8.GetBytes(json), new byte[32])).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Compute_ObjectWithManyNames_StillFindsTheDuplicate()
    {
        string many = string.Join(',', Enumerable.Range(0, 1000).Select(i => $"\"n{i}\":{i}"));

        Assert.Equal(1000, RecordCommitment.Compute(Encoding.UTF8.GetBytes($$"""{{{many}}}"""), new byte[32]).Leaves);
        foreach (int again in (int[])[0, 63, 64, 65, 999])
        {
            byte[] json = Encoding.UTF8.GetBytes($$"""{{{many}},"n{{again}}":1}""");
            Assert.Equal($"/n{again}", Assert.Throws<RecordFormatException>(() => RecordCommitment.Compute(json, new byte[32])).Pointer);
        }
    }

    [Fact]
    public void Compute_SameNameInSiblingObjects_IsNoDuplicate() =>
        Assert.Equal(3, RecordCommitment.Compute("""{"a":[{"x":1},{"x":2}],"x":3}"""u8, new byte[32]).Leaves);

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void Compute_SecretOfWrongLength_Throws(int length) =>
        Assert.Throws<ArgumentException>(() => RecordCommitment.Compute("""{"a":1}"""u8, new byte[length]));

    [Fact]
    public void Refusal_Message_CarriesNoValue()
    {
        byte[] json = """{"name":"Wang Xiaoming","x":[]}"""u8.ToArray();

        Assert.DoesNotContain("Wang", Assert.Throws<RecordFormatException>(() => RecordCommitment.Compute(json, new byte[32])).ToString(), StringComparison.Ordinal);
    }
}
