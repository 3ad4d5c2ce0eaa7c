using System.Globalization;
using System.Text.Json;
using Consortium.Fhir.Definitions;

namespace Consortium.DefinitionsCompiler;

/// <summary>Turns StructureDefinition snapshots into type, element and property rows.</summary>
internal sealed class StructureCompiler(DefinitionSet definitions, InvariantCorrections corrections, TableBuilder tables)
{
    private const string FhirPathSystem = "http://hl7.org/fhirpath/System.";
    private const string MaxValueSetExtension = "http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet";
    private const string FhirTypeExtension = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type";

    private readonly Dictionary<string, int> _byCode = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _byProfile = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Definition, string Path), int> _inline = [];
    private readonly Dictionary<(string, int, string), int> _invariants = [];
    private readonly Dictionary<int, HashSet<string>> _rootKeys = [];

    public void Compile()
    {
        List<JsonElement> included = [.. definitions.Structures.Where(s => s.Text("kind") != "logical")];
        foreach (JsonElement structure in included) Declare(structure);
        foreach (JsonElement structure in included) DeclareInline(structure);
        foreach (JsonElement structure in included) Fill(structure);
    }

    private void Declare(JsonElement structure)
    {
        string type = structure.Text("type")!;
        bool constraint = structure.Text("derivation") == "constraint";
        bool isAbstract = structure.GetProperty("abstract").GetBoolean();
        TypeKind kind = isAbstract ? TypeKind.Abstract : structure.Text("kind") switch
        {
            "primitive-type" => TypeKind.Primitive,
            "complex-type" => TypeKind.Complex,
            "resource" => TypeKind.Resource,
            string other => throw new DefinitionException($"{type}: unknown kind {other}."),
            null => throw new DefinitionException($"{type} has no kind."),
        };
        int row = tables.Types.Count;
        tables.Types.Add(new TypeRow { Name = tables.Name(type), Path = tables.Text(type), Kind = kind });
        if (constraint) _byProfile.Add(structure.Text("url")!, row);
        else _byCode.Add(type, row);
        _rootKeys[row] = [.. Elements(structure)[0].Items("constraint").Select(c => c.Text("key")!)];
    }

    private void DeclareInline(JsonElement structure)
    {
        List<JsonElement> elements = Elements(structure);
        foreach ((JsonElement element, JsonElement next) in elements.Zip(elements.Skip(1)))
        {
            string path = element.Text("path")!;
            if (!path.Contains('.') || !next.Text("path")!.StartsWith(path + ".", StringComparison.Ordinal)) continue;
            string name = element.Items("type").Single().Text("code")!;
            _inline.Add((structure.Text("id")!, path), tables.Types.Count);
            _rootKeys[tables.Types.Count] = [.. element.Items("constraint").Select(c => c.Text("key")!)];
            tables.Types.Add(new TypeRow { Name = tables.Name(name), Path = tables.Text(path), Kind = TypeKind.Backbone });
        }
    }

    private void Fill(JsonElement structure)
    {
        string definition = structure.Text("id")!;
        List<JsonElement> elements = Elements(structure);
        string root = elements[0].Text("path")!;
        int row = structure.Text("derivation") == "constraint" ? _byProfile[structure.Text("url")!] : _byCode[root];
        string? baseUrl = structure.Text("baseDefinition");
        int baseRow = baseUrl is null ? 0 : _byCode[baseUrl[(baseUrl.LastIndexOf('/') + 1)..]];
        FillType(definition, row, baseRow, elements, 0);
        for (int i = 1; i < elements.Count; i++)
        {
            if (_inline.TryGetValue((definition, elements[i].Text("path")!), out int inline))
            {
                FillType(definition, inline, _byCode[elements[i].Items("type").Single().Text("code")!], elements, i);
            }
        }
    }

    private void FillType(string definition, int row, int baseRow, List<JsonElement> elements, int at)
    {
        string prefix = elements[at].Text("path")! + ".";
        TypeRow type = tables.Types[row];
        type.Base = baseRow;
        type.ElementStart = tables.Elements.Count;
        (type.InvariantStart, type.InvariantCount) = InvariantList(elements[at], without: []);
        List<PropertyRow> properties = [];
        bool primitive = type.Kind == TypeKind.Primitive;
        for (int i = at + 1; i < elements.Count; i++)
        {
            string path = elements[i].Text("path")!;
            if (!path.StartsWith(prefix, StringComparison.Ordinal)) break;
            if (path.AsSpan(prefix.Length).Contains('.')) continue;
            // A constrained type (SimpleQuantity) keeps what it forbids, so that the message is about the limit.
            if ((elements[i].Text("max") == "0" && definition != "SimpleQuantity") || (primitive && path == prefix + "value")) continue;
            AddElement(definition, elements[i], path, properties);
        }

        type.ElementCount = tables.Elements.Count - type.ElementStart;
        (type.PropertyStart, type.PropertyCount) = tables.AddProperties(properties);
        tables.Types[row] = type;
    }

    private void AddElement(string definition, JsonElement source, string path, List<PropertyRow> properties)
    {
        string last = path[(path.LastIndexOf('.') + 1)..];
        bool choice = last.EndsWith("[x]", StringComparison.Ordinal);
        string name = choice ? last[..^3] : last;
        int number = tables.Elements.Count;
        List<(string Code, int Type, JsonElement Source)> types = [.. TypesOf(definition, source, path)];
        ElementRow element = new()
        {
            Name = tables.Name(name),
            Path = tables.Text(path),
            Min = source.GetProperty("min").GetInt32(),
            Max = Max(source.Text("max")!),
            Repeats = source.GetProperty("base").Text("max") is "0" or "1" ? 0 : 1,
            Flags = (choice ? ElementFlags.Choice : 0)
                | (source.TryGetProperty("isModifier", out JsonElement modifier) && modifier.GetBoolean() ? ElementFlags.Modifier : 0)
                | (source.TryGetProperty("isSummary", out JsonElement summary) && summary.GetBoolean() ? ElementFlags.Summary : 0),
            TypeStart = tables.ElementTypes.Count,
            TypeCount = types.Count,
        };
        foreach ((_, int type, JsonElement declared) in types)
        {
            ElementTypeRow row = new() { Type = type, TargetStart = tables.Targets.Count };
            foreach (JsonElement target in declared.ValueKind == JsonValueKind.Object ? declared.Items("targetProfile") : [])
            {
                string url = target.GetString()!;
                if (_byCode.TryGetValue(url[(url.LastIndexOf('/') + 1)..], out int targetType)) tables.Targets.Add(targetType);
            }

            row.TargetCount = tables.Targets.Count - row.TargetStart;
            tables.ElementTypes.Add(row);
        }

        if (source.TryGetProperty("binding", out JsonElement binding) && binding.Text("valueSet") is { } valueSet)
        {
            element.Strength = Enum.Parse<BindingStrength>(binding.Text("strength")!, ignoreCase: true);
            element.ValueSet = ValueSetRow(valueSet.Split('|')[0]);
            foreach (JsonElement most in binding.Items("extension").Where(e => e.Text("url") == MaxValueSetExtension)) element.MaxValueSet = ValueSetRow(most.Text("valueCanonical")!.Split('|')[0]);
        }

        // An element repeats the invariants of its type in its snapshot; each is evaluated once, with the type.
        HashSet<string> ofTypes = [.. types.SelectMany(t => _rootKeys[t.Type])];
        (element.InvariantStart, element.InvariantCount) = InvariantList(source, ofTypes);
        tables.Elements.Add(element);

        foreach ((string code, int type, _) in types)
        {
            string property = choice ? name + char.ToUpperInvariant(code[0]) + code[1..] : name;
            properties.Add(new PropertyRow { Name = tables.Name(property), Element = number, Type = type });
            if (!choice) break;
        }
    }

    private IEnumerable<(string Code, int Type, JsonElement Source)> TypesOf(string definition, JsonElement source, string path)
    {
        if (source.Text("contentReference") is { } reference)
        {
            yield return ("BackboneElement", _inline[(definition, reference.TrimStart('#'))], default);
            yield break;
        }

        foreach (JsonElement type in source.Items("type"))
        {
            string code = type.Text("code")!;
            if (_inline.TryGetValue((definition, path), out int inline))
            {
                yield return (code, inline, type);
                continue;
            }

            if (code.StartsWith(FhirPathSystem, StringComparison.Ordinal)) code = SystemTypeToFhir(type, path);
            int row = _byCode.TryGetValue(code, out int plain) ? plain : throw new DefinitionException($"{path}: unknown type {code}.");
            foreach (JsonElement profile in type.Items("profile"))
            {
                if (_byProfile.TryGetValue(profile.GetString()!, out int constrained)) row = constrained;
            }

            yield return (code, row, type);
        }
    }

    private string SystemTypeToFhir(JsonElement type, string path)
    {
        // 4.0.1 labels Resource.id "string"; the type is id (FHIR R4 resource-definitions.html#Resource.id).
        int dot = path.IndexOf('.');
        if (path.EndsWith(".id", StringComparison.Ordinal) && path.LastIndexOf('.') == dot
            && _byCode.TryGetValue(path[..dot], out int owner) && IsResource(owner))
        {
            return "id";
        }

        JsonElement fhirType = type.Items("extension").FirstOrDefault(e => e.Text("url") == FhirTypeExtension);
        return fhirType.ValueKind == JsonValueKind.Object ? fhirType.Text("valueUrl")! : "string";
    }

    private bool IsResource(int row) =>
        tables.Types[row].Kind == TypeKind.Resource || row == _byCode["Resource"] || row == _byCode["DomainResource"];

    private int ValueSetRow(string url)
    {
        int text = tables.Text(url);
        int row = tables.ValueSets.FindIndex(1, v => v.Url == text);
        if (row >= 0) return row;
        tables.ValueSets.Add(new ValueSetRow { Url = text, OpenStart = tables.OpenParts.Count, OpenCount = 1 });
        // Some bindings name a page instead of a value set; that of BCP 13 means its media types.
        tables.OpenParts.Add(url == "http://www.rfc-editor.org/bcp/bcp13.txt"
            ? new OpenPartRow { System = tables.Text("urn:ietf:bcp:13"), Whole = 1, Reason = tables.Text("media types are known by their form only") }
            : new OpenPartRow { Reason = tables.Text("the value set is not part of the R4 definitions") });
        return tables.ValueSets.Count - 1;
    }

    private (int Start, int Count) InvariantList(JsonElement element, HashSet<string> without)
    {
        int start = tables.InvariantLists.Count;
        foreach (JsonElement constraint in element.Items("constraint"))
        {
            string key = constraint.Text("key")!;
            // ele-1 holds for every element there is; the validator checks it as it walks (no empty objects).
            if (key == "ele-1" || without.Contains(key)) continue;
            if (constraint.Text("expression") is not { } official || corrections.Apply(key, official) is not { } expression) continue;
            int severity = constraint.Text("severity") == "warning" ? 1 : 0;
            if (!_invariants.TryGetValue((key, severity, expression), out int row))
            {
                row = tables.Invariants.Count;
                tables.Invariants.Add(new InvariantRow
                {
                    Key = tables.Text(key), Severity = severity, Expression = tables.Text(expression), Human = tables.Text(constraint.Text("human")!),
                });
                _invariants.Add((key, severity, expression), row);
            }

            tables.InvariantLists.Add(row);
        }

        return (start, tables.InvariantLists.Count - start);
    }

    private static List<JsonElement> Elements(JsonElement structure) =>
        [.. structure.GetProperty("snapshot").GetProperty("element").EnumerateArray()];

    private static int Max(string max) => max == "*" ? -1 : int.Parse(max, CultureInfo.InvariantCulture);
}
