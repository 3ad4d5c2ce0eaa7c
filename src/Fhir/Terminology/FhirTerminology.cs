using System.Collections.Concurrent;
using System.Text.Json;
using Consortium.Fhir.Definitions;

namespace Consortium.Fhir.Terminology;

/// <summary>
/// The terminology service over <see cref="FhirDefinitions"/>: the code systems and value sets of FHIR R4 and of the packages
/// added to it, without a network (FHIR R4 terminology-service.html). What it does not have it says it does not know.
/// Immutable and thread-safe; code systems and expansions are worked out when first asked for, and kept.
/// </summary>
public sealed class FhirTerminology
{
    private readonly FhirDefinitions _definitions;
    private readonly Lazy<Dictionary<string, List<CodeSystemContent>>> _supplements;
    private readonly ConcurrentDictionary<string, CodeSystemContent> _codeSystems = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ValueSetContent> _valueSets = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, BoundValueSet> _bound = new(StringComparer.Ordinal);
    private readonly HashSet<string> _addedSets;
    private readonly HashSet<string> _addedSystems;
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _addedSystemsBySpan;

    internal FhirTerminology(FhirDefinitions definitions)
    {
        _definitions = definitions;
        _addedSystems = [.. definitions.AddedUrls("CodeSystem")];
        _addedSystemsBySpan = _addedSystems.GetAlternateLookup<ReadOnlySpan<char>>();
        _addedSets = [.. definitions.AddedUrls("ValueSet")];
        HasAdded = _addedSystems.Count > 0 || _addedSets.Count > 0;
        _supplements = new(ReadSupplements);
    }

    /// <summary>Whether packages brought code systems or value sets, so that the tables of R4 alone do not decide.</summary>
    internal bool HasAdded { get; }

    /// <summary>
    /// Whether a code is in a value set, or, where <paramref name="valueSet"/> is null, in its code system
    /// (FHIR R4 valueset-operation-validate-code.html, codesystem-operation-validate-code.html).
    /// </summary>
    /// <param name="valueSet">Canonical URL, with <c>|version</c> or without; null to ask the code system only.</param>
    /// <param name="system">The code system; null for a code whose context implies it: then any in the value set counts.</param>
    /// <param name="code">The code.</param>
    /// <param name="display">A display to check with it, or null.</param>
    public CodeValidation ValidateCode(string? valueSet, string? system, string code, string? display = null)
    {
        ArgumentNullException.ThrowIfNull(code);
        CodeSystemContent? codeSystem = system is null ? null : CodeSystem(system);
        CodeSystemConcept? concept = codeSystem?.Find(code) ?? codeSystem?.FindIgnoringCase(code);
        Membership membership;
        string? reason;
        if (valueSet is null)
        {
            if (system is null) return new CodeValidation(CodeVerdict.Unknown, null, code, null, "Neither a value set nor a code system is given.");
            membership = InSystem(codeSystem, system, code, out reason);
        }
        else
        {
            membership = Contains(valueSet, system, code, out reason);
            if (concept is null && system is null && membership == Membership.In) (system, concept) = Implied(valueSet, code);
        }

        string message = membership switch
        {
            Membership.In => string.Empty,
            Membership.Out => valueSet is null ? $"The code is not in the code system {system}." : $"The code is not in the value set {valueSet}.",
            _ => $"It cannot be decided here: {reason}.",
        };
        if (membership == Membership.In && display is not null && concept is not null && !HasDisplay(concept, display)) message = $"The display is not one of the concept's; it is '{concept.Display}'.";
        CodeVerdict verdict = membership switch { Membership.In => CodeVerdict.Valid, Membership.Out => CodeVerdict.Invalid, _ => CodeVerdict.Unknown };
        return new CodeValidation(verdict, system, concept?.Code ?? code, concept?.Display, message.Length == 0 ? null : message);
    }

    /// <summary>The codes of a value set (FHIR R4 valueset-operation-expand.html), or null where it is not known.</summary>
    /// <param name="valueSet">Canonical URL, with <c>|version</c> or without.</param>
    /// <param name="filter">Text that code or display must contain, ignoring case; null for all.</param>
    /// <param name="offset">How many to leave out at the start.</param>
    /// <param name="count">How many to give at most.</param>
    public ExpandedValueSet? Expand(string valueSet, string? filter = null, int offset = 0, int count = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(valueSet);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (ValueSet(valueSet) is not { } content) return null;
        bool Matches((string System, string Code) key, ValueSetCode details) =>
            filter is null || key.Code.Contains(filter, StringComparison.OrdinalIgnoreCase) || details.Display?.Contains(filter, StringComparison.OrdinalIgnoreCase) == true;
        List<ExpandedCode> codes = [];
        int total = 0;
        foreach (((string System, string Code) key, ValueSetCode details) in content.Codes)
        {
            if (!Matches(key, details)) continue;
            if (total++ >= offset && codes.Count < count) codes.Add(new ExpandedCode(key.System, key.Code, details.Display, details.IsAbstract, details.IsInactive));
        }

        return new ExpandedValueSet(codes, total, content.IsComplete ? null : string.Join("; ", content.Open.Select(o => o.Reason).Distinct(StringComparer.Ordinal)));
    }

    /// <summary>What is known of a concept (FHIR R4 codesystem-operation-lookup.html), or null where the code or its system is not known.</summary>
    public ConceptDetails? Lookup(string system, string code)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(code);
        if (CodeSystem(system) is not { } codeSystem || (codeSystem.Find(code) ?? codeSystem.FindIgnoringCase(code)) is not { } concept) return null;
        return new ConceptDetails(
            codeSystem.Url,
            codeSystem.Title,
            codeSystem.Version,
            concept.Code,
            concept.Display,
            concept.Definition,
            [.. concept.Designations.Select(d => new ConceptDesignation(d.Language, d.Value))],
            [.. concept.Properties.Select(p => new ConceptProperty(p.Code, p.Value))],
            [.. concept.Parents.Order(StringComparer.Ordinal)],
            [.. codeSystem.Children(code).Select(c => c.Code)],
            concept.IsAbstract,
            concept.IsInactive);
    }

    /// <summary>Whether a package brought, or replaced, the code system.</summary>
    internal bool IsAddedSystem(ReadOnlySpan<char> url) => _addedSystems.Count > 0 && _addedSystemsBySpan.Contains(url);

    /// <summary>Whether the URL is that of a value set.</summary>
    internal bool IsValueSet(ReadOnlySpan<byte> url)
    {
        string text = System.Text.Encoding.UTF8.GetString(url);
        return _addedSets.Contains(text) || R4Tables.Instance.FindValueSet(text) != 0;
    }

    /// <summary>The code system with that canonical URL, supplements joined, or null.</summary>
    internal CodeSystemContent? CodeSystem(string canonical)
    {
        if (_codeSystems.TryGetValue(canonical, out CodeSystemContent? known)) return known;
        string url = canonical.Split('|')[0];
        bool own = _addedSystems.Contains(url) || _supplements.Value.ContainsKey(url);
        // What no package touches is read once for all.
        if (!own && !ReferenceEquals(_definitions, FhirDefinitions.R4)) return FhirDefinitions.R4.Terminology.CodeSystem(canonical);
        CodeSystemContent? system = _definitions.Find("CodeSystem", canonical) is { } resource ? Read(resource) : FromTable(url);
        if (system is null) return null;
        if (_supplements.Value.TryGetValue(url, out List<CodeSystemContent>? supplements)) Join(system, supplements);
        return _codeSystems.GetOrAdd(canonical, system);
    }

    /// <summary>The codes of the value set with that canonical URL, or null where it is not known.</summary>
    internal ValueSetContent? ValueSet(string canonical)
    {
        if (_valueSets.TryGetValue(canonical, out ValueSetContent? known)) return known;
        if (!HasAdded && !ReferenceEquals(_definitions, FhirDefinitions.R4)) return FhirDefinitions.R4.Terminology.ValueSet(canonical);
        if (_definitions.Find("ValueSet", canonical) is not { } resource) return null;
        using JsonDocument json = Parse(resource);
        return _valueSets.GetOrAdd(canonical, Compose(canonical, json.RootElement));
    }

    /// <summary>A core value set as a binding asks it: by the tables, unless packages replace it or bring what it lacks.</summary>
    internal BoundValueSet Bound(int row)
    {
        R4Tables tables = R4Tables.Instance;
        ValueSetExpansion expansion = tables.Expansion(row);
        if (!HasAdded || (expansion.Undecidable is null && !_addedSets.Contains(expansion.Url))) return expansion;
        return _bound.GetOrAdd(expansion.Url, static (url, at) => at.Terminology.ValueSet(url) is { } content ? new ComposedValueSet(at.Terminology, url, content) : at.Expansion, (Terminology: this, Expansion: expansion));
    }

    /// <summary>A value set as a binding asks it, or null where it is not known.</summary>
    internal BoundValueSet? Bound(string canonical)
    {
        int bar = canonical.IndexOf('|', StringComparison.Ordinal);
        int row = bar < 0 ? R4Tables.Instance.FindValueSet(canonical) : 0;
        if (row != 0) return Bound(row);
        return ValueSet(canonical) is { } content ? _bound.GetOrAdd(canonical, new ComposedValueSet(this, canonical, content)) : null;
    }

    /// <summary>The codes of a value set that stands in a resource, such as a contained one. Not kept.</summary>
    internal ValueSetContent Compose(FhirNode valueSet)
    {
        using JsonDocument json = JsonDocument.Parse(valueSet.Utf8Json, s_json);
        return Compose(valueSet.Expression, json.RootElement);
    }

    /// <summary>Whether a value set has a code; without a system, whether it has it in any. An unknown value set is undecided.</summary>
    internal Membership Contains(string valueSet, string? system, string code, out string? reason)
    {
        if (ValueSet(valueSet) is not { } content)
        {
            reason = $"the value set {valueSet} is not known here";
            return Membership.Undecided;
        }

        return Contains(content, system, code, out reason);
    }

    /// <summary>Whether a value set's codes have a code; without a system, whether they have it in any.</summary>
    internal Membership Contains(ValueSetContent content, string? system, string code, out string? reason)
    {
        reason = null;
        if (system is not null && content.Codes.ContainsKey((system, code))) return Membership.In;
        if (system is null && content.HasCode(code)) return Membership.In;
        Membership result = Membership.Out;
        foreach (OpenPart part in content.Open)
        {
            if (system is not null && part.System is not null && part.System != system) continue;
            Membership open = GrammarSystems.Decide(part.System ?? system, code);
            if (open == Membership.In && !part.Whole) open = Membership.Undecided;
            if (open == Membership.In) return open;
            if (open != Membership.Undecided) continue;
            (result, reason) = (open, part.Reason);
        }

        // Another case of a code is the same code where the code system does not say that case matters (codesystem.html, caseSensitive).
        if (result == Membership.Out && system is not null && CodeSystem(system)?.FindIgnoringCase(code) is { } concept && content.Codes.ContainsKey((system, concept.Code))) return Membership.In;
        return result;
    }

    /// <summary>Whether a code is in a code system.</summary>
    internal static Membership InSystem(CodeSystemContent? codeSystem, string system, string code, out string? reason)
    {
        reason = null;
        if (codeSystem is not null && (codeSystem.Find(code) ?? codeSystem.FindIgnoringCase(code)) is not null && codeSystem.Content != ContentMode.Supplement) return Membership.In;
        if (codeSystem?.Content == ContentMode.Complete) return GrammarSystems.MayBe(system, code) ? Undecided(out reason, $"{system} has codes that are not listed") : Membership.Out;
        Membership grammar = GrammarSystems.Decide(system, code);
        return grammar != Membership.Undecided ? grammar : Undecided(out reason, codeSystem is null ? $"the codes of {system} are not known here" : $"only a part of the codes of {system} is known here");
    }

    /// <summary>Whether a text is the display of a concept or a designation of it; case and outer spaces do not matter.</summary>
    internal static bool HasDisplay(CodeSystemConcept concept, string display)
    {
        string asked = display.Trim();
        return concept.Display is null || concept.Display.Trim().Equals(asked, StringComparison.OrdinalIgnoreCase) || concept.Designations.Exists(d => d.Value.Trim().Equals(asked, StringComparison.OrdinalIgnoreCase));
    }

    private static readonly JsonDocumentOptions s_json = new() { MaxDepth = 1000 };

    private static Membership Undecided(out string? reason, string because)
    {
        reason = because;
        return Membership.Undecided;
    }

    private static JsonDocument Parse(FhirDocument resource) => JsonDocument.Parse(resource.Utf8Json, s_json);

    private static CodeSystemContent Read(FhirDocument resource)
    {
        using JsonDocument json = Parse(resource);
        return CodeSystemReader.Read(json.RootElement);
    }

    /// <summary>A code system that R4 refers to without publishing it: only the tables have its codes.</summary>
    private static CodeSystemContent? FromTable(string url)
    {
        R4Tables tables = R4Tables.Instance;
        int row = CodeSystemTable.Instance.Find(System.Text.Encoding.UTF8.GetBytes(url));
        if (row == 0) return null;
        ref readonly CodeSystemRow system = ref tables.CodeSystems[row];
        CodeSystemContent content = new(url) { Version = tables.Text(system.Version), Content = (ContentMode)system.Content, CaseSensitive = system.CaseSensitive == 1 };
        for (int i = system.ConceptStart; i < system.ConceptStart + system.ConceptCount; i++)
        {
            ref readonly ConceptRow concept = ref tables.Concepts[i];
            content.Add(new CodeSystemConcept(tables.Text(concept.Code)) { IsInactive = (concept.Flags & ConceptFlags.Inactive) != 0 });
        }

        return content;
    }

    private static void Join(CodeSystemContent system, List<CodeSystemContent> supplements)
    {
        foreach (CodeSystemConcept more in supplements.SelectMany(s => s.Concepts))
        {
            // A supplement adds to concepts and defines none (FHIR R4 codesystem.html#supplements).
            if (system.Find(more.Code) is not { } concept) continue;
            if (more.Display is not null && more.Display != concept.Display) concept.Designations.Add((null, more.Display));
            concept.Designations.AddRange(more.Designations);
            concept.Properties.AddRange(more.Properties);
        }
    }

    private Dictionary<string, List<CodeSystemContent>> ReadSupplements()
    {
        Dictionary<string, List<CodeSystemContent>> supplements = new(StringComparer.Ordinal);
        foreach (string url in _addedSystems)
        {
            if (_definitions.Find("CodeSystem", url) is not { } resource || !resource.Root.Child("supplements").Exists) continue;
            CodeSystemContent supplement = Read(resource);
            if (supplement.Supplements is not { } supplemented) continue;
            string target = supplemented.Split('|')[0];
            if (!supplements.TryGetValue(target, out List<CodeSystemContent>? list)) supplements.Add(target, list = []);
            list.Add(supplement);
        }

        return supplements;
    }

    private ValueSetContent Compose(string canonical, JsonElement valueSet)
    {
        List<JsonDocument> opened = [];
        try
        {
            JsonElement? Find(string other)
            {
                if (_definitions.Find("ValueSet", other) is not { } resource) return null;
                opened.Add(Parse(resource));
                return opened[^1].RootElement;
            }

            return new ValueSetComposer(CodeSystem, Find).Compose(canonical, valueSet);
        }
        finally
        {
            foreach (JsonDocument json in opened) json.Dispose();
        }
    }

    private (string? System, CodeSystemConcept? Concept) Implied(string valueSet, string code)
    {
        string? system = ValueSet(valueSet)?.Codes.Keys.FirstOrDefault(k => k.Code == code).System;
        return (system, system is null ? null : CodeSystem(system)?.Find(code));
    }
}
