using System.Text.Json;

namespace Consortium.ModelGenerator;

/// <summary>An enum: one for each value set that a code is required to be from and that R4 itself can enumerate.</summary>
internal sealed record ModelEnum(string Name, string Url, string Summary, IReadOnlyList<(string Member, string Code, string Display)> Members);

/// <summary>The enums by value set.</summary>
internal sealed class EnumSet(DefinitionSet definitions, Func<string, bool> isTaken)
{
    private readonly Dictionary<string, ModelEnum?> _byUrl = new(StringComparer.Ordinal);
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    public IEnumerable<ModelEnum> All => _byUrl.Values.OfType<ModelEnum>().OrderBy(e => e.Name, StringComparer.Ordinal);

    /// <summary>The enum of a value set, or null where its codes are not all known.</summary>
    public ModelEnum? For(string valueSet)
    {
        string url = valueSet.Split('|')[0];
        if (_byUrl.TryGetValue(url, out ModelEnum? known)) return known;
        ModelEnum? made = definitions.ValueSets.TryGetValue(url, out JsonElement resource) ? Make(url, resource) : null;
        _byUrl.Add(url, made);
        return made;
    }

    private ModelEnum? Make(string url, JsonElement resource)
    {
        List<(string Code, string? Display)>? codes = Codes(resource);
        if (codes is null || codes.Count == 0) return null;
        string name = Names.Pascal(resource.Text("name")!);
        // A name such as "Status" says nothing outside its resource; the id does.
        if (!name.Skip(1).Any(char.IsAsciiLetterUpper) && resource.Text("id")!.Contains('-', StringComparison.Ordinal)) name = Names.Pascal(resource.Text("id")!);
        if (isTaken(name)) name += "Code";
        // Two value sets bear one name; the id of the second tells them apart.
        if (!_names.Add(name)) _names.Add(name = Names.Pascal(resource.Text("id")!));
        HashSet<string> members = new(StringComparer.Ordinal);
        List<(string, string, string)> list = [];
        foreach ((string code, string? display) in codes)
        {
            string member = Names.Member(code, display);
            for (int again = 2; !members.Add(member); again++) member = $"{Names.Member(code, display)}_{again}";
            list.Add((member, code, display ?? code));
        }

        return new ModelEnum(name, url, resource.Text("description") ?? resource.Text("title") ?? name, list);
    }

    /// <summary>The codes in the order of the definition; null where a filter or another source decides.</summary>
    private List<(string Code, string? Display)>? Codes(JsonElement valueSet)
    {
        if (!valueSet.TryGetProperty("compose", out JsonElement compose) || compose.Items("exclude").Any()) return null;
        List<(string, string?)> codes = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (JsonElement include in compose.Items("include"))
        {
            if (include.Items("filter").Any()) return null;
            List<(string Code, string? Display)> part = [];
            foreach (JsonElement other in include.Items("valueSet"))
            {
                if (include.Text("system") is not null || include.Items("valueSet").Count() > 1) return null;
                if (!definitions.ValueSets.TryGetValue(other.GetString()!.Split('|')[0], out JsonElement referenced) || Codes(referenced) is not { } inner) return null;
                part.AddRange(inner);
            }

            if (include.Text("system") is { } system)
            {
                bool known = definitions.CodeSystems.TryGetValue(system, out JsonElement codeSystem) && codeSystem.Text("content") == "complete";
                Dictionary<string, string?> all = new(StringComparer.Ordinal);
                if (known) Collect(codeSystem, all);
                if (include.Items("concept").Any()) part.AddRange(include.Items("concept").Select(c => (c.Text("code")!, c.Text("display") ?? all.GetValueOrDefault(c.Text("code")!))));
                else if (known) part.AddRange(all.Select(c => (c.Key, c.Value)));
                else return null;
            }

            codes.AddRange(part.Where(c => seen.Add(c.Code)));
        }

        return codes;
    }

    private static void Collect(JsonElement parent, Dictionary<string, string?> codes)
    {
        foreach (JsonElement concept in parent.Items("concept"))
        {
            // An abstract concept only groups others (notSelectable).
            bool selectable = !concept.Items("property").Any(p => p.Text("code") is "notSelectable" or "abstract" && p.TryGetProperty("valueBoolean", out JsonElement v) && v.GetBoolean());
            if (selectable) codes.TryAdd(concept.Text("code")!, concept.Text("display"));
            Collect(concept, codes);
        }
    }
}
