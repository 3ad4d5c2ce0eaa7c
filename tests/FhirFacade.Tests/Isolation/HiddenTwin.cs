using System.Text;
using System.Text.Json.Nodes;
using Consortium.FhirFacade.Redaction;

namespace Consortium.FhirFacade.Tests.Isolation;

/// <summary>A record that looks the same in one view and differs in everything that the view hides: other values, and fewer of them.</summary>
internal static class HiddenTwin
{
    /// <summary>The twin of a record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="role">The view in which both are the same.</param>
    /// <param name="random">Decides what is altered and what is left out.</param>
    public static byte[] Of(JsonObject record, ViewRole role, Random random)
    {
        byte[] original = Encoding.UTF8.GetBytes(record.ToJsonString());
        RedactedRecord redacted = RecordView.Redact(original, role);
        // What R4 requires is masked where it is hidden: that it is there is seen, and must stay so.
        foreach (double share in (ReadOnlySpan<double>)[0.5, 0.2, 0])
        {
            for (int attempt = 0; attempt < 5; attempt++)
            {
                byte[] twin = Altered(original, redacted.HiddenPointers, share, random);
                if (RecordView.Redact(twin, role).View.AsSpan().SequenceEqual(redacted.View)) return twin;
            }
        }

        throw new InvalidOperationException($"{record["resourceType"]}: no twin looks the same to {role}.");
    }

    private static byte[] Altered(byte[] original, IReadOnlyList<string> hidden, double share, Random random)
    {
        JsonNode root = JsonNode.Parse(original)!;
        List<JsonNode> gone = [];
        foreach (string pointer in hidden)
        {
            JsonNode? at = root;
            foreach (string step in pointer.Split('/').Skip(1)) at = at is JsonArray array ? array[int.Parse(step, System.Globalization.CultureInfo.InvariantCulture)] : at![step];
            if (at is null) continue;
            if (random.NextDouble() < share) gone.Add(at);
            else Alter(at, random);
        }

        foreach (JsonNode node in gone) Remove(node);
        return Encoding.UTF8.GetBytes(root.ToJsonString());
    }

    // FHIR has no empty objects and arrays: what is left empty goes as well.
    private static void Remove(JsonNode node)
    {
        JsonNode? parent = node.Parent;
        if (parent is JsonObject json) json.Remove(node.GetPropertyName());
        else if (parent is JsonArray array) array.Remove(node);
        if (parent is JsonObject { Count: 0 } or JsonArray { Count: 0 }) Remove(parent);
    }

    private static void Alter(JsonNode node, Random random)
    {
        switch (node)
        {
            case JsonObject json:
                foreach (string name in json.Select(member => member.Key).ToArray()) Alter(json[name]!, random);
                break;
            case JsonArray array:
                for (int i = 0; i < array.Count; i++) Alter(array[i]!, random);
                break;
            case JsonValue value when value.TryGetValue(out string? text):
                value.ReplaceWith(Other(text, random));
                break;
            case JsonValue value when value.TryGetValue(out bool flag):
                value.ReplaceWith(!flag);
                break;
            case JsonValue value:
                value.ReplaceWith(value.GetValue<decimal>() + random.Next(1, 5));
                break;
        }
    }

    // Another text of its kind, of another length where the kind allows.
    private static string Other(string text, Random random)
    {
        string more = new([.. Enumerable.Range(0, random.Next(2, 9)).Select(_ => (char)('a' + random.Next(26)))]);
        if (text.StartsWith("<div", StringComparison.Ordinal)) return text.Replace("</div>", $" {MarkedRecords.Mark}{more}</div>", StringComparison.Ordinal);
        if (text.Length > 9 && text[4] == '-' && char.IsAsciiDigit(text[0])) return $"19{random.Next(50, 99)}-0{random.Next(1, 9)}-2{random.Next(8)}{text[10..]}";
        if (text.Length > 5 && text[2] == ':' && char.IsAsciiDigit(text[0])) return "17:30:00";
        if (text.StartsWith("http", StringComparison.Ordinal) || text.StartsWith("urn:", StringComparison.Ordinal)) return text + more;
        if (text.Contains('/', StringComparison.Ordinal)) return text.Split('/')[0] + "/" + text.Split('/')[0].ToLowerInvariant() + "-" + random.Next(MarkedRecords.Each);
        if (Convert.TryFromBase64String(text, new byte[text.Length], out _) && text.StartsWith(MarkedRecords.EncodedMark, StringComparison.Ordinal)) return Convert.ToBase64String(Encoding.UTF8.GetBytes(MarkedRecords.Mark + more));
        return text.Contains(' ', StringComparison.Ordinal) || text.StartsWith(MarkedRecords.Mark, StringComparison.Ordinal) || text.StartsWith(MarkedRecords.MedicationMark, StringComparison.Ordinal) ? text + more : "delta" + more;
    }
}
