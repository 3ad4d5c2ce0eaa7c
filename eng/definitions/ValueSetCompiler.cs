using System.Text.Json;
using System.Text.RegularExpressions;
using Consortium.Fhir.Definitions;

namespace Consortium.DefinitionsCompiler;

/// <summary>
/// Expands every value set that the R4 content itself can enumerate (FHIR R4 valueset.html#compositions); the others keep
/// the reason why not, so that the validator can say what it could not decide.
/// </summary>
internal sealed class ValueSetCompiler(DefinitionSet definitions, TableBuilder tables)
{
    private readonly Dictionary<string, Expansion> _done = new(StringComparer.Ordinal);
    private readonly HashSet<string> _underWay = new(StringComparer.Ordinal);

    private sealed record Expansion(HashSet<(string System, string Code)> Codes, string? Undecidable);

    public void Compile()
    {
        foreach (string url in definitions.ValueSets.Keys)
        {
            Expansion expansion = Expand(url);
            ValueSetRow row = new() { Url = tables.Text(url), CodeStart = tables.Codes.Count };
            if (expansion.Undecidable is null)
            {
                foreach ((string system, string code) in expansion.Codes.OrderBy(c => c.System, StringComparer.Ordinal).ThenBy(c => c.Code, StringComparer.Ordinal))
                {
                    tables.Codes.Add(new CodeRow { System = tables.Text(system), Code = tables.Text(code) });
                }
            }
            else
            {
                row.Undecidable = tables.Text(expansion.Undecidable);
            }

            row.CodeCount = tables.Codes.Count - row.CodeStart;
            tables.ValueSets.Add(row);
        }
    }

    private Expansion Expand(string url)
    {
        if (_done.TryGetValue(url, out Expansion? known)) return known;
        if (!definitions.ValueSets.TryGetValue(url, out JsonElement valueSet)) return Undecided($"value set {url} is not part of the R4 definitions");
        if (!_underWay.Add(url)) throw new DefinitionException($"Value set {url} includes itself.");
        Expansion result = valueSet.TryGetProperty("compose", out JsonElement compose)
            ? Compose(compose)
            : Undecided("it has no definition to expand");
        _underWay.Remove(url);
        _done.Add(url, result);
        return result;
    }

    private Expansion Compose(JsonElement compose)
    {
        HashSet<(string, string)> codes = [];
        foreach (JsonElement include in compose.Items("include"))
        {
            Expansion part = Select(include);
            if (part.Undecidable is not null) return part;
            codes.UnionWith(part.Codes);
        }

        foreach (JsonElement exclude in compose.Items("exclude"))
        {
            Expansion part = Select(exclude);
            if (part.Undecidable is not null) return part;
            codes.ExceptWith(part.Codes);
        }

        return new Expansion(codes, null);
    }

    private Expansion Select(JsonElement part)
    {
        HashSet<(string System, string Code)>? codes = null;
        if (part.Text("system") is { } system)
        {
            Expansion own = SelectSystem(part, system);
            if (own.Undecidable is not null) return own;
            codes = own.Codes;
        }

        // Several value sets in one include mean their intersection.
        foreach (JsonElement other in part.Items("valueSet"))
        {
            Expansion referenced = Expand(other.GetString()!.Split('|')[0]);
            if (referenced.Undecidable is not null) return referenced;
            if (codes is null) codes = [.. referenced.Codes];
            else codes.IntersectWith(referenced.Codes);
        }

        return new Expansion(codes ?? [], null);
    }

    private Expansion SelectSystem(JsonElement part, string system)
    {
        HashSet<(string, string)> codes = [];
        List<JsonElement> listed = [.. part.Items("concept")];
        if (listed.Count > 0)
        {
            foreach (JsonElement concept in listed) codes.Add((system, concept.Text("code")!));
            return new Expansion(codes, null);
        }

        if (!definitions.CodeSystems.TryGetValue(system, out JsonElement codeSystem) || codeSystem.Text("content") != "complete")
        {
            return Undecided($"the codes of {system} are not part of the R4 definitions");
        }

        List<Concept> all = Concepts(codeSystem);
        IEnumerable<Concept> selected = all;
        foreach (JsonElement filter in part.Items("filter"))
        {
            string property = filter.Text("property")!, op = filter.Text("op")!, value = filter.Text("value")!;
            HashSet<string>? matched = Filter(all, property, op, value);
            if (matched is null) return Undecided($"its filter {property} {op} is not supported");
            selected = [.. selected.Where(c => matched.Contains(c.Code))];
        }

        foreach (Concept concept in selected) codes.Add((system, concept.Code));
        return new Expansion(codes, null);
    }

    private static HashSet<string>? Filter(List<Concept> all, string property, string op, string value) => (property, op) switch
    {
        ("concept" or "code", "is-a") => [.. Below(all, value), value],
        ("concept" or "code", "descendent-of") => Below(all, value),
        ("concept" or "code", "is-not-a") => [.. all.Select(c => c.Code).Except([.. Below(all, value), value])],
        ("code", "regex") => [.. all.Select(c => c.Code).Where(c => Regex.IsMatch(c, $"^(?:{value})$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)))],
        (_, "=") when all.Any(c => c.Properties.ContainsKey(property)) =>
            [.. all.Where(c => c.Properties.TryGetValue(property, out List<string>? values) && values.Contains(value)).Select(c => c.Code)],
        _ => null,
    };

    private static HashSet<string> Below(List<Concept> all, string ancestor)
    {
        HashSet<string> below = new(StringComparer.Ordinal);
        Queue<string> open = new([ancestor]);
        while (open.TryDequeue(out string? parent))
        {
            foreach (Concept child in all.Where(c => c.Parents.Contains(parent)))
            {
                if (below.Add(child.Code)) open.Enqueue(child.Code);
            }
        }

        return below;
    }

    private sealed record Concept(string Code, HashSet<string> Parents, Dictionary<string, List<string>> Properties);

    private static List<Concept> Concepts(JsonElement codeSystem)
    {
        List<Concept> all = [];
        Collect(codeSystem.Items("concept"), null, all);
        return all;
    }

    private static void Collect(IEnumerable<JsonElement> concepts, string? parent, List<Concept> all)
    {
        foreach (JsonElement source in concepts)
        {
            Concept concept = new(source.Text("code")!, [], []);
            if (parent is not null) concept.Parents.Add(parent);
            foreach (JsonElement property in source.Items("property"))
            {
                string name = property.Text("code")!;
                string? value = property.EnumerateObject().Where(p => p.Name.StartsWith("value", StringComparison.Ordinal)).Select(p => p.Value.ToString()).FirstOrDefault();
                if (value is null) continue;
                // v3 code systems say the hierarchy a second time, for concepts with several parents.
                if (name is "subsumedBy" or "parent") concept.Parents.Add(value);
                if (!concept.Properties.TryGetValue(name, out List<string>? values)) concept.Properties.Add(name, values = []);
                values.Add(value);
            }

            all.Add(concept);
            Collect(source.Items("concept"), concept.Code, all);
        }
    }

    private static Expansion Undecided(string reason) => new([], reason);
}
