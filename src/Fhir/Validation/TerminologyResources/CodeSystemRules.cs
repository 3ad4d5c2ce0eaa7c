using Consortium.Fhir.Terminology;
using Consortium.Fhir.Validation.Questionnaires;

namespace Consortium.Fhir.Validation.TerminologyResources;

/// <summary>What a CodeSystem promises about itself (FHIR R4 codesystem.html): supplements, properties, count, its value set.</summary>
internal sealed class CodeSystemRules
{
    private readonly ValidationContext _context;
    private readonly FhirNode _system;
    private readonly Dictionary<string, string> _types = new(StringComparer.Ordinal);
    private HashSet<string>? _codes;
    private readonly HashSet<string> _undeclared = new(StringComparer.Ordinal);
    private readonly CodeSystemContent? _supplemented;
    private int _concepts;

    private CodeSystemRules(ValidationContext context, int at)
    {
        _context = context;
        _system = new FhirNode(context.Document, at);
        foreach (FhirNode property in _system.ChildrenNamed("property"))
        {
            if (property.Text("code") is { } code) _types.TryAdd(code, property.Text("type") ?? string.Empty);
        }

        if (_system.Text("supplements") is { } supplements) _supplemented = context.Definitions.Terminology.CodeSystem(supplements);
    }

    public static void Check(ValidationContext context, int at) => new CodeSystemRules(context, at).Check();

    private void Check()
    {
        CheckContent();
        CheckConcepts(_system);
        CheckCount();
        CheckValueSet();
    }

    /// <summary>FHIR R4 codesystem.html#supplements.</summary>
    private void CheckContent()
    {
        bool supplement = _system.Text("content") == "supplement", names = _system.Child("supplements").Exists;
        if (supplement && !names)
        {
            Error(_system.Child("content"), "business-rule", "The content is a supplement, but supplements does not name the code system that it adds to (FHIR R4 codesystem.html#supplements).");
        }
        else if (names && !supplement && _system.Child("content").Exists)
        {
            Warning(_system.Child("supplements"), "business-rule", "A code system that supplements another has the content supplement (FHIR R4 codesystem.html#supplements); its codes cannot be used as codes of its own.");
        }

        if (_supplemented is { Content: ContentMode.Supplement })
        {
            Error(_system.Child("supplements"), "business-rule", "A supplement adds to a code system; the one named is itself a supplement (FHIR R4 codesystem.html#supplements).");
        }
    }

    private static void CollectCodes(FhirNode parent, HashSet<string> codes)
    {
        foreach (FhirNode concept in parent.ChildrenNamed("concept"))
        {
            if (concept.Text("code") is { } code) codes.Add(code);
            CollectCodes(concept, codes);
        }
    }

    /// <summary>Whether the code system defines the code; asked only where concepts name each other.</summary>
    private bool IsDefined(string code)
    {
        if (_codes is null) CollectCodes(_system, _codes = new(StringComparer.Ordinal));
        return _codes.Contains(code);
    }

    private void CheckConcepts(FhirNode parent)
    {
        foreach (FhirNode concept in parent.ChildrenNamed("concept"))
        {
            _concepts++;
            if (_supplemented is { Content: ContentMode.Complete } && concept.Text("code") is { } code && _supplemented.Find(code) is null)
            {
                Error(concept.Child("code"), "business-rule", $"A supplement defines no codes (FHIR R4 codesystem.html#supplements); {FhirNodeValues.Shown(code)} is not in {_supplemented.Url}.");
            }

            foreach (FhirNode property in concept.ChildrenNamed("property")) CheckProperty(property);
            CheckConcepts(concept);
        }
    }

    /// <summary>A property has the declared type; its code refers to CodeSystem.property (FHIR R4 codesystem.html#properties).</summary>
    private void CheckProperty(FhirNode property)
    {
        FhirNode value = property.Child("value");
        if (property.Text("code") is not { } code || !value.Exists) return;
        if (!_types.TryGetValue(code, out string? type))
        {
            if (_supplemented is null && _undeclared.Add(code)) Warning(property, "business-rule", $"The property {FhirNodeValues.Shown(code)} is not among CodeSystem.property, so its meaning is not defined.");
            return;
        }

        if (type.Length > 0 && value.TypeName.Length > 0 && value.TypeName != type)
        {
            Error(value, "business-rule", $"The property {FhirNodeValues.Shown(code)} is declared as {FhirNodeValues.Shown(type)}; found {value.TypeName} (FHIR R4 codesystem.html#properties).");
        }
        else if (code is "parent" or "child" && type == "code" && _system.Text("content") == "complete" && value.Value is { } other && !IsDefined(other))
        {
            Warning(value, "code-invalid", $"{FhirNodeValues.Shown(other)}, given as {code}, is no code of this code system (FHIR R4 codesystem.html#defined-props).");
        }
    }

    private void CheckCount()
    {
        if (_system.Text("content") != "complete" || !int.TryParse(_system.Text("count"), out int count) || count == _concepts) return;
        // A grammar makes more codes than are listed.
        if (_system.Text("compositional") == "true") return;
        Warning(_system.Child("count"), "business-rule", $"The count is {count}, but the complete code system has {_concepts} concepts.");
    }

    /// <summary>The value set of all codes has all of them and no others (FHIR R4 codesystem-definitions.html#CodeSystem.valueSet).</summary>
    private void CheckValueSet()
    {
        if (_system.Text("valueSet") is not { } canonical || _system.Text("url") is not { } url) return;
        if (_context.Definitions.Find("ValueSet", canonical)?.Root.Child("compose") is not { Exists: true } compose) return;
        List<FhirNode> includes = [.. compose.ChildrenNamed("include")];
        string? fault = includes.Count != 1 ? $"it has {includes.Count} includes"
            : includes[0].Text("system") != url ? "it includes another code system"
            : includes[0].Child("concept").Exists || includes[0].Child("filter").Exists || includes[0].Child("valueSet").Exists || compose.Child("exclude").Exists ? "it includes only some of the codes"
            : null;
        if (fault is not null) Error(_system.Child("valueSet"), "business-rule", $"CodeSystem.valueSet is the value set of all codes of this code system and no others (FHIR R4 codesystem.html); {fault}.");
    }

    private void Error(FhirNode at, string code, string message) => _context.Issues.Error(at.Place().Index, code, message);

    private void Warning(FhirNode at, string code, string message) => _context.Issues.Warning(at.Place().Index, code, message);
}
