using System.Text.Json;

namespace Consortium.ModelGenerator;

/// <summary>Reads the classes from the snapshots of the StructureDefinitions, elements in their order.</summary>
internal sealed class ShapeReader
{
    private const string FhirPathSystem = "http://hl7.org/fhirpath/System.";

    private readonly List<ModelType> _types = [];
    private readonly Dictionary<string, ModelType> _byPath = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<JsonElement>> _elements = new(StringComparer.Ordinal);
    private readonly ChoiceSet _choices = new();
    private readonly EnumSet _enums;

    private ShapeReader(DefinitionSet definitions)
    {
        foreach (JsonElement structure in definitions.Structures)
        {
            // A constrained type (SimpleQuantity) is its base with rules, and a primitive is written by hand.
            if (structure.Text("kind") is "logical" or "primitive-type" || structure.Text("derivation") == "constraint") continue;
            Declare(structure);
        }

        // Namespaces are read together, so an enum shall not bear the name of a class of either.
        _enums = new EnumSet(definitions, name => _byPath.ContainsKey(name) || name == "IssueSeverity");
    }

    public static ModelShape Read(DefinitionSet definitions)
    {
        ShapeReader reader = new(definitions);
        foreach (ModelType type in reader._types) reader.Fill(type);
        int number = 0;
        foreach (ModelType type in reader._types.Where(t => !t.IsAbstract)) type.Number = ++number;
        return new ModelShape(reader._types, reader._enums, reader._choices);
    }

    private void Declare(JsonElement structure)
    {
        string name = structure.Text("type")!;
        List<JsonElement> elements = [.. structure.GetProperty("snapshot").GetProperty("element").EnumerateArray()];
        string? baseUrl = structure.Text("baseDefinition");
        ModelType root = new()
        {
            Path = name,
            ClassName = name,
            FhirName = name,
            BaseName = baseUrl is null ? "Base" : baseUrl[(baseUrl.LastIndexOf('/') + 1)..],
            IsAbstract = structure.GetProperty("abstract").GetBoolean() || name == "BackboneElement",
            Summary = elements[0].Text("definition") ?? structure.Text("description") ?? name,
        };
        Add(root, elements);
        foreach ((JsonElement element, JsonElement next) in elements.Zip(elements.Skip(1)))
        {
            string path = element.Text("path")!;
            if (!path.Contains('.', StringComparison.Ordinal) || !next.Text("path")!.StartsWith(path + ".", StringComparison.Ordinal)) continue;
            string type = element.Items("type").Single().Text("code")!;
            Add(new ModelType
            {
                Path = path,
                ClassName = string.Concat(path.Split('.').Skip(1).Select(Names.Pascal)) + "Component",
                FhirName = type,
                BaseName = type,
                IsAbstract = false,
                Summary = element.Text("definition") ?? path,
                Outer = root,
            }, elements);
        }
    }

    private void Add(ModelType type, List<JsonElement> elements)
    {
        _types.Add(type);
        _byPath.Add(type.Path, type);
        _elements.Add(type.Path, elements);
    }

    private void Fill(ModelType type)
    {
        List<JsonElement> own = Children(type.Path);
        List<JsonElement> inherited = type.BaseName == "Base" ? [] : Children(type.BaseName);
        type.InheritedSlots = inherited.Count;
        for (int i = 0; i < inherited.Count; i++)
        {
            if (LastName(own[i]) != LastName(inherited[i])) throw new DefinitionException($"{type.Path} does not begin with the elements of {type.BaseName}.");
        }

        HashSet<string> names = new(Names.Reserved, StringComparer.Ordinal);
        foreach (JsonElement element in own.Skip(inherited.Count))
        {
            ModelElement made = Element(type, element);
            if (!names.Add(made.Name)) throw new DefinitionException($"{type.Path}: two members would be named {made.Name}.");
            type.Elements.Add(made);
        }
    }

    private List<JsonElement> Children(string path) =>
        [.. _elements[path].Where(e => e.Text("path") is { } p && p.Length > path.Length && p.StartsWith(path + ".", StringComparison.Ordinal) && !p[(path.Length + 1)..].Contains('.', StringComparison.Ordinal))];

    private ModelElement Element(ModelType owner, JsonElement element)
    {
        string path = element.Text("path")!;
        string name = Names.Pascal(LastName(element).Replace("[x]", string.Empty, StringComparison.Ordinal));
        // C# has no member named as its class (Reference.reference, Expression.expression).
        if (name == owner.ClassName) name += "Element";
        bool list = element.GetProperty("base").Text("max") is not ("0" or "1");
        (string type, bool isEnum, string? remarks) = TypeOf(owner, path, element);
        string cardinality = $"{element.GetProperty("min").GetInt32()}..{element.Text("max")}";
        return new ModelElement(name, type, list, element.Text("short") ?? path, $"{cardinality}{(remarks is null ? string.Empty : "; " + remarks)}", isEnum);
    }

    private (string Type, bool IsEnum, string? Remarks) TypeOf(ModelType owner, string path, JsonElement element)
    {
        if (element.Text("contentReference") is { } reference) return (_byPath[reference.TrimStart('#')].FullName, false, null);
        if (_byPath.TryGetValue(path, out ModelType? inline)) return (inline.FullName, false, null);
        string[] codes = [.. element.Items("type").Select(t => t.Text("code")!)];
        if (path.EndsWith("[x]", StringComparison.Ordinal)) return (_choices.For(path, codes), false, codes.Length > 12 ? null : "one of " + string.Join(", ", codes));
        string code = codes.Single();
        if (code.StartsWith(FhirPathSystem, StringComparison.Ordinal))
        {
            // 4.0.1 labels Resource.id "string"; it is an element of type id. The others are attributes in XML and have no extensions.
            return owner.Path is "Resource" ? ("FhirId", false, null) : ("string", false, null);
        }

        string? binding = null;
        if (element.TryGetProperty("binding", out JsonElement bound) && bound.Text("valueSet") is { } valueSet && bound.Text("strength") is not "example")
        {
            binding = $"{bound.Text("strength")} value set {valueSet.Split('|')[0]}";
            if (code == "code" && bound.Text("strength") == "required" && _enums.For(valueSet) is { } codesOf) return ($"Code<{codesOf.Name}>", true, binding);
        }

        string[] targets = [.. element.Items("type").SelectMany(t => t.Items("targetProfile")).Select(t => t.GetString()![(t.GetString()!.LastIndexOf('/') + 1)..])];
        return (Names.Class(code), false, binding ?? (targets.Length is > 0 and <= 12 ? "refers to " + string.Join(", ", targets) : null));
    }

    private static string LastName(JsonElement element) => element.Text("path")![(element.Text("path")!.LastIndexOf('.') + 1)..];
}
