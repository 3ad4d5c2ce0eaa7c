using System.Text.Json.Nodes;

namespace Consortium.Integrity.Tests;

/// <summary>An independent, simple redaction for tests: removes what the pointers name, and containers left empty.</summary>
internal static class Views
{
    public static byte[] Hide(ReadOnlySpan<byte> json, IReadOnlyCollection<string> pointers)
    {
        JsonNode root = JsonNode.Parse(json)!;
        Prune(root, "", [.. pointers]);
        return System.Text.Encoding.UTF8.GetBytes(root.ToJsonString());
    }

    /// <summary>Pointers of all nodes, leaves and containers, but the root.</summary>
    public static List<string> Pointers(ReadOnlySpan<byte> json)
    {
        var all = new List<string>();
        Collect(JsonNode.Parse(json), "", all);
        return all;
    }

    private static void Collect(JsonNode? node, string pointer, List<string> all)
    {
        if (pointer.Length > 0) all.Add(pointer);
        if (node is JsonObject members)
        {
            foreach ((string name, JsonNode? child) in members) Collect(child, pointer + Step(name), all);
        }
        else if (node is JsonArray items)
        {
            for (int i = 0; i < items.Count; i++) Collect(items[i], $"{pointer}/{i}", all);
        }
    }

    /// <summary>True if nothing is left of the node.</summary>
    private static bool Prune(JsonNode? node, string pointer, HashSet<string> hidden)
    {
        if (hidden.Contains(pointer)) return true;
        if (node is JsonObject members)
        {
            foreach (string name in members.Select(m => m.Key).ToList())
            {
                if (Prune(members[name], pointer + Step(name), hidden)) members.Remove(name);
            }

            return members.Count == 0;
        }

        if (node is JsonArray items)
        {
            for (int i = items.Count - 1; i >= 0; i--)
            {
                if (Prune(items[i], $"{pointer}/{i}", hidden)) items.RemoveAt(i);
            }

            return items.Count == 0;
        }

        return false;
    }

    private static string Step(string name) => "/" + name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
