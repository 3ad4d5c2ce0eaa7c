using System.Globalization;
using System.Text.Json.Nodes;

namespace Consortium.Integrity.Bench;

/// <summary>The view that a disclosure shows, rebuilt from its leaves.</summary>
internal static class Views
{
    public static byte[] Of(Disclosure disclosure)
    {
        var root = new JsonObject();
        foreach (DisclosedLeaf leaf in disclosure.Disclosed)
        {
            string[] steps = leaf.Pointer[1..].Split('/');
            JsonNode at = root;
            for (int i = 0; i < steps.Length - 1; i++) at = Child(at, steps[i], Empty(steps[i + 1]));
            Child(at, steps[^1], Scalar(leaf));
        }

        return JsonSerializer(root);
    }

    private static byte[] JsonSerializer(JsonObject root) => System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(root);

    private static JsonNode Empty(string next) => char.IsAsciiDigit(next[0]) ? new JsonArray() : new JsonObject();

    private static JsonNode Scalar(DisclosedLeaf leaf) => leaf.Type switch
    {
        's' => JsonValue.Create(leaf.Value),
        'n' => JsonNode.Parse(leaf.Value)!,
        _ => JsonValue.Create(leaf.Value == "1"),
    };

    private static JsonNode Child(JsonNode at, string step, JsonNode otherwise)
    {
        if (at is JsonObject members) return members[step] ?? (members[step] = otherwise);
        var items = (JsonArray)at;
        int index = int.Parse(step, NumberStyles.None, CultureInfo.InvariantCulture);
        if (index == items.Count) items.Add(otherwise);
        return items[index]!;
    }
}
