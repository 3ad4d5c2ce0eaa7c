using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Consortium.Integrity.Tests;

/// <summary>Seeded records of every JSON shape that FHIR has, Chinese and escapes included.</summary>
internal sealed class RandomRecords(int seed)
{
    private static readonly string[] Names = ["id", "name", "given", "value", "code", "text", "a-b", "a", "ab", "a~b", "c/d", "扩展"];
    private static readonly string[] Texts = ["", "王小明", "x", "Å", "A\u030a", "😀", "line\nbreak", "\"q\"", "0", "true", "null", "4.10"];
    private static readonly string[] Numbers = ["0", "-0", "1", "1.0", "4.10", "1E2", "1e+2", "-3.5e-7", "12345678901234567890"];
    private readonly Random _random = new(seed);

    public byte[] Next()
    {
        var text = new StringBuilder("{\"resourceType\":\"Basic\"");
        foreach (string name in Some(Names, 6)) Member(text, name, 0);
        return Encoding.UTF8.GetBytes(text.Append('}').ToString());
    }

    public byte[] Secret()
    {
        byte[] secret = new byte[32];
        _random.NextBytes(secret);
        return secret;
    }

    /// <summary>A redaction as the definition allows: entries of an array of primitives are hidden only with the array.</summary>
    public string[] Redaction(byte[] json)
    {
        List<string> pointers = Views.Pointers(json);
        var all = pointers.Where(p => p != "/resourceType" && !IsEntryOfPrimitives(json, p)).ToList();
        return [.. Some([.. all], Math.Min(4, all.Count))];
    }

    public int Below(int bound) => _random.Next(bound);

    private static bool IsEntryOfPrimitives(byte[] json, string pointer)
    {
        JsonNode? node = JsonNode.Parse(json);
        JsonNode? parent = null;
        foreach (string step in pointer.Split('/')[1..])
        {
            parent = node;
            node = node is JsonArray array
                ? array[int.Parse(step, CultureInfo.InvariantCulture)]
                : node![step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)];
        }

        return parent is JsonArray && node is null or JsonValue;
    }

    private void Member(StringBuilder text, string name, int depth)
    {
        text.Append(CultureInfo.InvariantCulture, $",\"{name}\":");
        Value(text, depth);
    }

    private void Value(StringBuilder text, int depth)
    {
        switch (_random.Next(depth > 3 ? 4 : 7))
        {
            case 0 or 1:
                text.Append(System.Text.Json.JsonSerializer.Serialize(Texts[_random.Next(Texts.Length)]));
                break;
            case 2:
                text.Append(Numbers[_random.Next(Numbers.Length)]);
                break;
            case 3:
                text.Append(_random.Next(2) == 0 ? "true" : "false");
                break;
            case 4:
                Array(text, primitives: true, depth);
                break;
            case 5:
                Array(text, primitives: false, depth);
                break;
            default:
                Object(text, depth);
                break;
        }
    }

    private void Array(StringBuilder text, bool primitives, int depth)
    {
        int count = 1 + _random.Next(_random.Next(8) == 0 ? 14 : 3);
        text.Append('[');
        for (int i = 0; i < count; i++)
        {
            if (i > 0) text.Append(',');
            if (!primitives) Object(text, depth + 1);
            else if (_random.Next(4) == 0) text.Append("null");
            else Value(text, depth: 9);
        }

        text.Append(']');
    }

    private void Object(StringBuilder text, int depth)
    {
        text.Append("{\"k\":1");
        foreach (string name in Some(Names, 3)) Member(text, name, depth + 1);
        text.Append('}');
    }

    private string[] Some(string[] from, int atMost)
    {
        string[] shuffled = [.. from];
        _random.Shuffle(shuffled);
        return shuffled[.._random.Next(atMost + 1)];
    }
}
