using System.Text.Json;

namespace Consortium.Fhir.Terminology;

/// <summary>
/// Works out a value set's codes from its compose (FHIR R4 valueset.html#compositions), as far as the code systems at hand
/// allow. Compiled into Consortium.Fhir and into the definitions compiler.
/// </summary>
/// <param name="codeSystem">The code system of a URL, or null.</param>
/// <param name="valueSet">The ValueSet resource of a canonical URL (a version after <c>|</c> included), or null.</param>
internal sealed class ValueSetComposer(Func<string, CodeSystemContent?> codeSystem, Func<string, JsonElement?> valueSet)
{
    // Value sets include one another; a chain this long is a mistake or an attack.
    private const int DeepestImport = 50;

    // All that one value set may bring together through its imports.
    private const int MostWork = 5 * ValueSetContent.MostCodes;

    private readonly HashSet<string> _underWay = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ValueSetContent> _done = new(StringComparer.Ordinal);
    private int _work;

    public ValueSetContent Compose(string canonical)
    {
        if (_done.TryGetValue(canonical, out ValueSetContent? known)) return known;
        if (valueSet(canonical) is not { } resource) return ValueSetContent.Undecided(null, $"value set {canonical} is not known here");
        return Compose(canonical, resource);
    }

    public ValueSetContent Compose(string canonical, JsonElement resource)
    {
        if (_underWay.Count >= DeepestImport || !_underWay.Add(canonical)) return ValueSetContent.Undecided(null, $"value set {canonical} includes itself");
        try
        {
            if (resource.ValueKind != JsonValueKind.Object) return ValueSetContent.Undecided(null, "it is no ValueSet");
            ValueSetContent content = resource.TryGetProperty("compose", out JsonElement compose) ? ComposeParts(compose)
                : resource.TryGetProperty("expansion", out JsonElement expansion) ? Expansion(expansion)
                : ValueSetContent.Undecided(null, "it has no definition to expand");
            _work += content.Codes.Count;
            if (_work > MostWork) content = ValueSetContent.Undecided(null, "it brings together too many codes");
            _done[canonical] = content;
            return content;
        }
        finally
        {
            _underWay.Remove(canonical);
        }
    }

    private ValueSetContent ComposeParts(JsonElement compose)
    {
        ValueSetContent content = new();
        bool withInactive = !compose.TryGetProperty("inactive", out JsonElement inactive) || inactive.ValueKind != JsonValueKind.False;
        foreach (JsonElement include in compose.Items("include")) content.Union(Part(include, withInactive));
        foreach (JsonElement exclude in compose.Items("exclude")) content.Except(Part(exclude, withInactive: true));
        return content;
    }

    private ValueSetContent Part(JsonElement part, bool withInactive)
    {
        ValueSetContent? content = part.Text("system") is { } system ? SystemPart(part, system, withInactive) : null;
        // Several value sets in one include mean their intersection (FHIR R4 valueset.html#compositions).
        foreach (JsonElement other in part.Items("valueSet"))
        {
            if (other.ValueKind != JsonValueKind.String) continue;
            ValueSetContent referenced = Compose(other.GetString()!);
            content = content is null ? referenced : content.Intersect(referenced);
        }

        return content ?? new ValueSetContent();
    }

    private ValueSetContent SystemPart(JsonElement part, string system, bool withInactive)
    {
        CodeSystemContent? known = codeSystem(system);
        if (known?.Content == ContentMode.Supplement) known = null;
        ValueSetContent content = new();
        List<JsonElement> listed = [.. part.Items("concept")];
        if (listed.Count > 0)
        {
            foreach (JsonElement concept in listed)
            {
                if (concept.Text("code") is not { } code) continue;
                CodeSystemConcept? definition = known?.Find(code) ?? known?.FindIgnoringCase(code);
                if (definition is { IsInactive: true } && !withInactive) continue;
                content.Add(system, definition?.Code ?? code, new ValueSetCode(concept.Text("display") ?? definition?.Display, definition?.IsAbstract == true, definition?.IsInactive == true));
            }

            return content;
        }

        List<JsonElement> filters = [.. part.Items("filter")];
        if (known is null) return ValueSetContent.Undecided(system, $"the codes of {system} are not known here", whole: filters.Count == 0);
        // core value sets bind to "the" version; another one asked for by name may have other codes.
        string? version = part.Text("version");
        bool otherVersion = version is not null && known.Version is not null && version != known.Version;
        if (otherVersion) content.AddOpen(new OpenPart(system, false, $"version {version} of {system} is not known here"));
        else if (known.Content != ContentMode.Complete) content.AddOpen(new OpenPart(system, filters.Count == 0, $"only a part of the codes of {system} is known here"));
        if (known.Content == ContentMode.NotPresent || otherVersion) return content;

        HashSet<string>? selected = null;
        foreach (JsonElement filter in filters)
        {
            string property = filter.Text("property") ?? string.Empty, op = filter.Text("op") ?? string.Empty, value = filter.Text("value") ?? string.Empty;
            HashSet<string>? matched = ConceptFilter.Select(known, property, op, value);
            if (matched is null) return ValueSetContent.Undecided(system, $"its filter on {property} ({op}) cannot be worked out here");
            if (selected is null) selected = matched;
            else selected.IntersectWith(matched);
        }

        foreach (CodeSystemConcept concept in known.Concepts)
        {
            if (selected?.Contains(concept.Code) == false || (concept.IsInactive && !withInactive)) continue;
            content.Add(system, concept.Code, new ValueSetCode(concept.Display, concept.IsAbstract, concept.IsInactive));
        }

        return content;
    }

    /// <summary>A value set without a definition stands for its expansion, where that is whole.</summary>
    private static ValueSetContent Expansion(JsonElement expansion)
    {
        ValueSetContent content = new();
        Contains(expansion.Items("contains"), content);
        bool partial = expansion.TryGetProperty("total", out JsonElement total) && total.TryGetInt32(out int count) && count > content.Codes.Count;
        if (partial || content.Codes.Count == 0) content.AddOpen(new OpenPart(null, false, "its expansion is a part of it only"));
        return content;
    }

    private static void Contains(IEnumerable<JsonElement> entries, ValueSetContent content)
    {
        foreach (JsonElement entry in entries)
        {
            bool isAbstract = entry.TryGetProperty("abstract", out JsonElement flag) && flag.ValueKind == JsonValueKind.True;
            bool isInactive = entry.TryGetProperty("inactive", out flag) && flag.ValueKind == JsonValueKind.True;
            if (entry.Text("system") is { } system && entry.Text("code") is { } code) content.Add(system, code, new ValueSetCode(entry.Text("display"), isAbstract, isInactive));
            Contains(entry.Items("contains"), content);
        }
    }
}
