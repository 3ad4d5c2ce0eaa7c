using Consortium.Fhir.Definitions;
using Consortium.Fhir.Json;

namespace Consortium.Fhir.Validation;

/// <summary>
/// Walks one document against the definitions: shape, unknown elements, cardinality, choice types, primitive formats, and at
/// each element its bindings, references, narrative and invariants. Depth is bounded by the reader.
/// </summary>
internal sealed class ResourceWalk
{
    /// <summary>Bytes for unescaped texts that a thread keeps between two validations.</summary>
    private const int MostKept = 1 << 16;

    private static readonly int s_concept = FhirR4.FindType("CodeableConcept");
    private static readonly int s_coding = FhirR4.FindType("Coding");

    [ThreadStatic]
    private static byte[]? t_unescaped;

    private readonly ValidationContext _context;
    private readonly FhirDocument _document;
    private readonly R4Tables _tables;
    private readonly Node[] _nodes;
    private readonly IssueList _issues;
    private readonly BindingRules _bindings;
    private readonly CodingRules _codings;
    private readonly ReferenceRules _references;
    private readonly ContainedRules _contained;
    private readonly IdentityRules _identity;
    private readonly InvariantRules _invariants;
    private readonly Profiles.ProfileRules _profiles;
    private byte[] _unescaped;

    public ResourceWalk(ValidationContext context)
    {
        _context = context;
        (_unescaped, t_unescaped) = (t_unescaped ?? [], null);
        _document = context.Document;
        _tables = context.Tables;
        _nodes = _document.Nodes;
        _issues = context.Issues;
        _bindings = new BindingRules(_document, _tables, _issues, context.Definitions.Terminology);
        _codings = new CodingRules(context);
        _references = new ReferenceRules(_document, _tables, _issues, new ReferenceTargets(context));
        _identity = new IdentityRules(_document, _tables, _issues);
        _contained = new ContainedRules(_document, _tables, _issues);
        _profiles = new Profiles.ProfileRules(context);
        _invariants = new InvariantRules(_document, _tables, _issues, context.Options.Clock);
    }

    public void Validate()
    {
        ValidateResource(0, outer: -1);
        _invariants.Release();
        if (_unescaped.Length <= MostKept) t_unescaped = _unescaped;
    }

    /// <param name="at">The resource.</param>
    /// <param name="outer">The resource that contains it in <c>contained</c>; -1 for one that stands by itself or in a Bundle.</param>
    private void ValidateResource(int at, int outer)
    {
        if (_nodes[at].Kind != JsonKind.Object)
        {
            _issues.Error(at, "structure", $"A resource is a JSON object; found {Describe(_nodes[at].Kind)}.");
            return;
        }

        int type = _nodes[at].Type;
        if (type == 0)
        {
            ReportResourceType(at);
            return;
        }

        using InvariantRules.Scope scope = _invariants.EnterResource(at, outer);
        ulong present = ValidateObject(at, type);
        _contained.Check(at);
        _invariants.CheckType(at, type, present);
        ResourceTypeRules.Check(_context, at, type);
        _profiles.CheckResource(at);
    }

    private void ReportResourceType(int at)
    {
        for (int child = _nodes[at].Count > 0 ? at + 1 : 0; child != 0; child = _nodes[child].Next)
        {
            if (!_nodes[child].Has(NodeFlags.ResourceType)) continue;
            if (_nodes[child].Kind == JsonKind.String)
            {
                _issues.Error(child, "structure", $"{FhirDocument.Shown(_document.Raw(child))} is not a concrete resource type of FHIR R4.");
            }
            else
            {
                _issues.Error(child, "structure", $"resourceType is a JSON string; found {Describe(_nodes[child].Kind)}.");
            }

            return;
        }

        _issues.Error(at, "structure", "The resource has no resourceType (FHIR R4 json.html#resources).");
    }

    /// <summary>Validates an object with all that it holds and gives which of its type's elements exist, by position.</summary>
    private ulong ValidateObject(int at, int type)
    {
        ref readonly TypeRow row = ref _tables.Types[type];
        ref readonly CardinalityMasks cardinality = ref _tables.Cardinalities[type];
        if (_nodes[at].Count == 0)
        {
            _issues.Error(at, "structure", "An object is never empty (ele-1, FHIR R4 json.html).");
        }

        ulong found = 0, present = 0;
        bool content = false, count = false;
        for (int child = _nodes[at].Count > 0 ? at + 1 : 0; child != 0; child = _nodes[child].Next)
        {
            ref readonly Node node = ref _nodes[child];
            if (node.Has(NodeFlags.ResourceType))
            {
                content = true;
                continue;
            }

            if (node.Element == 0)
            {
                content = true;
                UnknownElements.Report(_context, child, type);
                continue;
            }

            ElementTraits traits = _tables.Traits[node.Element];
            content |= (traits & ElementTraits.Id) == 0;
            if (node.Has(NodeFlags.Joined)) continue;
            ulong bit = 1UL << (node.Element - row.ElementStart);
            // A second property of one element: another type of a choice, or an array and its '_' that do not match.
            count |= (found & bit) != 0;
            found |= bit;
            if (node.Kind == JsonKind.Array)
            {
                if (ValidateArray(child, traits)) present |= bit;
                count |= node.Count == 0 || _tables.Elements[node.Element].Repeats == 0;
            }
            else
            {
                ValidateSingle(child, traits);
                present |= bit;
            }
        }

        // ele-1 "hasValue() or (children().count() > id.count())": a primitive's value stands in the other node.
        if (!content && _nodes[at].Count > 0 && row.Kind is not (TypeKind.Primitive or TypeKind.Resource))
        {
            _issues.Error(at, "invariant", "An element has a value or children besides its id (ele-1).");
        }

        if (count || (cardinality.Required & ~found) != 0 || (cardinality.Counted & found) != 0) CheckCardinality(at, row);
        return present;
    }

    private void CheckCardinality(int at, in TypeRow row)
    {
        Span<int> counts = stackalloc int[row.ElementCount];
        counts.Clear();
        for (int child = _nodes[at].Count > 0 ? at + 1 : 0; child != 0; child = _nodes[child].Next)
        {
            ref readonly Node node = ref _nodes[child];
            if (node.Element == 0 || node.Has(NodeFlags.Joined | NodeFlags.ResourceType)) continue;
            ref int count = ref counts[node.Element - row.ElementStart];
            if (node.Kind != JsonKind.Array)
            {
                count++;
                continue;
            }

            ElementItems items = new(_nodes, child);
            while (items.MoveNext()) count++;
        }

        for (int i = 0; i < counts.Length; i++)
        {
            ref readonly ElementRow element = ref _tables.Elements[row.ElementStart + i];
            if (counts[i] < element.Min)
            {
                _issues.Error(at, "required", $"{_tables.Text(element.Path)} is required: at least {element.Min}, found {counts[i]}.");
            }
            else if (element.Max >= 0 && counts[i] > element.Max)
            {
                string choice = (element.Flags & ElementFlags.Choice) != 0 ? "; of a choice only one type may stand" : string.Empty;
                _issues.Error(at, "structure", $"{_tables.Text(element.Path)} may stand at most {element.Max} times, found {counts[i]}{choice}.");
            }
        }
    }

    private void ValidateSingle(int at, ElementTraits traits)
    {
        ref readonly ElementRow element = ref _tables.Elements[_nodes[at].Element];
        if (element.Repeats == 1)
        {
            _issues.Error(at, "structure", $"{_tables.Text(element.Path)} repeats, so it is a JSON array even with one item; found {Describe(_nodes[at].Kind)}.");
        }

        ValidateValue(at, element, traits);
    }

    /// <summary>Validates the items of an array property; false where it holds no value.</summary>
    private bool ValidateArray(int at, ElementTraits traits)
    {
        ref readonly ElementRow element = ref _tables.Elements[_nodes[at].Element];
        if (element.Repeats == 0)
        {
            _issues.Error(at, "structure", $"{_tables.Text(element.Path)} does not repeat, so it is no JSON array.");
        }

        if (_nodes[at].Count == 0) _issues.Error(at, "structure", "An array is never empty (FHIR R4 json.html).");

        bool any = false;
        ElementItems items = new(_nodes, at);
        while (items.MoveNext())
        {
            any |= _nodes[items.Current].Kind != JsonKind.Null || _nodes[items.Current].Companion != 0;
            ValidateValue(items.Current, element, traits);
        }

        return any;
    }

    private void ValidateValue(int at, in ElementRow element, ElementTraits traits)
    {
        ref readonly Node node = ref _nodes[at];
        int type = node.Type;
        ulong present = ulong.MaxValue;
        if (_context.Known is { } known && (type == s_concept || type == s_coding) && element.InvariantCount == 0 && node.Kind == JsonKind.Object)
        {
            ReadOnlySpan<byte> json = _document.Raw(at);
            if (known.Has(json, node.Element, type)) return;
            (int errors, int contextual) = (_issues.Errors, _context.Contextual);
            CheckObject(at, element, traits);
            if (errors == _issues.Errors && contextual == _context.Contextual) known.Add(json, node.Element, type);
            return;
        }

        if ((traits & ElementTraits.Resource) != 0)
        {
            _context.Contextual++;
            ValidateResource(at, (traits & ElementTraits.Contained) != 0 ? _invariants.Resource : -1);
            _invariants.CheckElement(at, element, present);
            return;
        }

        if (_tables.Types[type].Kind == TypeKind.Primitive)
        {
            present = ValidatePrimitive(at, element);
            if ((traits & ElementTraits.Bound) != 0) _bindings.Check(at, element);
            _invariants.CheckType(at, type, present);
            _invariants.CheckElement(at, element, present);
        }
        else if (node.Kind != JsonKind.Object)
        {
            _issues.Error(at, "structure", $"{_tables.Text(element.Path)} is a JSON object ({_tables.TypeName(type)}); found {Describe(node.Kind)}.");
        }
        else
        {
            CheckObject(at, element, traits);
        }
    }

    private void CheckObject(int at, in ElementRow element, ElementTraits traits)
    {
        int type = _nodes[at].Type;
        ulong present = ValidateObject(at, type);
        if (type == _tables.Reference)
        {
            _context.Contextual++;
            _references.Check(at, element);
        }

        _identity.Check(at, type);
        if (type == _tables.Extension)
        {
            _context.Contextual++;
            _profiles.CheckExtension(at);
        }

        UnitRules.Check(_context, at, type);
        _codings.Check(at, type);
        if ((traits & ElementTraits.Bound) != 0) _bindings.Check(at, element);
        _invariants.CheckType(at, type, present);
        _invariants.CheckElement(at, element, present);
    }

    /// <summary>Validates a primitive and gives which of the elements of its type (id, extension) exist, by position.</summary>
    private ulong ValidatePrimitive(int at, in ElementRow element)
    {
        ref readonly Node node = ref _nodes[at];
        if (node.Has(NodeFlags.Underscore)) return ValidateCompanion(at, node.Type);
        if (node.Kind == JsonKind.Null)
        {
            // Items that only hold a place for an extension are allowed; other nulls are not (json.html#null).
            if (node.Companion == 0 || !node.Has(NodeFlags.Item)) _issues.Error(at, "structure", "null stands only in an array, for an item whose extensions stand in the '_' array.");
        }
        else
        {
            CheckPrimitiveValue(at, element, _tables.Primitives[node.Type]);
        }

        return node.Companion != 0 && _nodes[node.Companion].Kind != JsonKind.Array ? ValidateCompanion(node.Companion, node.Type) : 0;
    }

    private ulong ValidateCompanion(int at, int type)
    {
        if (_nodes[at].Kind == JsonKind.Object) return ValidateObject(at, type);
        if (_nodes[at].Kind != JsonKind.Null || !_nodes[at].Has(NodeFlags.Item))
        {
            _issues.Error(at, "structure", $"A property with '_' holds id and extension in an object; found {Describe(_nodes[at].Kind)}.");
        }

        return 0;
    }

    private void CheckPrimitiveValue(int at, in ElementRow element, PrimitiveType primitive)
    {
        ref readonly Node node = ref _nodes[at];
        JsonKind wanted = primitive switch
        {
            PrimitiveType.Boolean => JsonKind.True,
            PrimitiveType.Decimal or PrimitiveType.Integer or PrimitiveType.UnsignedInt or PrimitiveType.PositiveInt => JsonKind.Number,
            _ => JsonKind.String,
        };
        if (node.Kind != wanted && !(wanted == JsonKind.True && node.Kind == JsonKind.False))
        {
            _issues.Error(at, "structure", $"{_tables.Text(element.Path)} is a {Describe(wanted)} ({_tables.TypeName(node.Type)}); found {Describe(node.Kind)}.");
            return;
        }

        if (wanted == JsonKind.True) return;
        ReadOnlySpan<byte> value = node.Has(NodeFlags.ValueEscaped) ? Unescape.ToBytes(_document.Raw(at), ref _unescaped) : _document.Raw(at);
        string? broken = wanted == JsonKind.Number ? PrimitiveFormats.CheckNumber(primitive, value) : PrimitiveFormats.CheckText(primitive, value);
        if (broken is not null)
        {
            _issues.Error(at, "value", $"The value is not a valid {_tables.TypeName(node.Type)}: {broken} (FHIR R4 datatypes.html#{_tables.TypeName(node.Type)}).");
        }
        else if (PrimitiveFormats.AdviseText(primitive, value) is { } advice)
        {
            _issues.Warning(at, "value", $"Doubtful {_tables.TypeName(node.Type)}: {advice}.");
        }
        else if (primitive == PrimitiveType.Xhtml && XhtmlRules.Check(value) is { } fault)
        {
            _issues.Error(at, "invariant", $"The narrative breaks {fault.Rule}: {fault.Message}.");
        }
        else if (ContentPolicies.Check(_context.Options, primitive, value) is { } refused)
        {
            _issues.Error(at, "business-rule", $"Refused here: {refused}.");
        }
    }

    private static string Describe(JsonKind kind) => kind switch
    {
        JsonKind.Object => "an object",
        JsonKind.Array => "an array",
        JsonKind.String => "JSON string",
        JsonKind.Number => "JSON number",
        JsonKind.True or JsonKind.False => "JSON boolean",
        _ => "null",
    };
}
