using System.Text.Json;

namespace Consortium.DefinitionsCompiler;

/// <summary>The corrections of faulty official invariants, from <c>invariant-corrections.json</c>.</summary>
internal sealed class InvariantCorrections
{
    private readonly Dictionary<(string Key, string Official), Correction> _corrections = [];
    private readonly HashSet<(string, string)> _used = [];
    private string _path = string.Empty;

    private sealed record Correction(string? Expression);

    public static InvariantCorrections Load(string path)
    {
        InvariantCorrections result = new() { _path = path };
        using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes(path));
        foreach (JsonElement item in file.RootElement.GetProperty("corrections").EnumerateArray())
        {
            string key = item.Text("key") ?? throw new DefinitionException($"{path}: a correction has no key.");
            string official = item.Text("official") ?? throw new DefinitionException($"{path}: {key} does not quote the official expression.");
            if (string.IsNullOrWhiteSpace(item.Text("reason"))) throw new DefinitionException($"{path}: {key} gives no reason.");
            if (!item.TryGetProperty("corrected", out JsonElement corrected) || corrected.ValueKind is not (JsonValueKind.String or JsonValueKind.Null))
            {
                throw new DefinitionException($"{path}: {key} needs \"corrected\": an expression, or null to leave the invariant out.");
            }

            if (!result._corrections.TryAdd((key, official), new Correction(corrected.GetString())))
            {
                throw new DefinitionException($"{path}: {key} is corrected twice.");
            }
        }

        return result;
    }

    /// <summary>The expression to compile; null leaves the invariant out.</summary>
    public string? Apply(string key, string official)
    {
        if (!_corrections.TryGetValue((key, official), out Correction? correction)) return official;
        _used.Add((key, official));
        return correction.Expression;
    }

    /// <summary>A correction that meets no invariant is out of date, and would hide that the fault is back.</summary>
    public void RequireAllUsed()
    {
        foreach ((string key, string official) in _corrections.Keys)
        {
            if (!_used.Contains((key, official))) throw new DefinitionException($"{_path}: no invariant {key} has the quoted official expression.");
        }
    }
}
