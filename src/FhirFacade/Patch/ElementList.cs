using System.Globalization;
using Consortium.Fhir;

namespace Consortium.FhirFacade.Patch;

/// <summary>
/// The values of one element of one parent. In JSON a primitive stands in two properties, <c>x</c> for values and <c>_x</c> for ids and extensions,
/// and of a repeating one the items of both go together (FHIR R4 json.html#primitive): here each value is one with its extensions.
/// </summary>
internal sealed class ElementList
{
    private readonly JsonText _parent;
    private readonly List<(JsonText? Value, JsonText? Extra)> _items = [];
    private string _property;

    private ElementList(JsonText parent, FhirElement element)
    {
        _parent = parent;
        _property = element.Name;
        Repeats = element.Repeats;
        if (Repeats)
        {
            IReadOnlyList<JsonText> values = parent.Get(_property)?.Items ?? [], extras = parent.Get("_" + _property)?.Items ?? [];
            for (int i = 0; i < Math.Max(values.Count, extras.Count); i++) _items.Add((At(values, i), At(extras, i)));
        }
        else if (parent.Get(_property) is { } value || parent.Get("_" + _property) is not null)
        {
            _items.Add((parent.Get(_property), parent.Get("_" + _property)));
        }
    }

    /// <summary>True where there may be several.</summary>
    public bool Repeats { get; }

    public int Count => _items.Count;

    /// <summary>The values of an element; none where the parent has none.</summary>
    public static ElementList Of(JsonText parent, FhirElement element) => new(parent, element);

    public void Insert(int index, ElementValue value) => _items.Insert(index, (value.Value, value.Extra));

    public void RemoveAt(int index) => _items.RemoveAt(index);

    public void Replace(int index, ElementValue value) => _items[index] = (value.Value, value.Extra);

    public void Move(int from, int to)
    {
        (JsonText?, JsonText?) item = _items[from];
        _items.RemoveAt(from);
        _items.Insert(to, item);
    }

    /// <summary>The extensions of a primitive, to change them; made where it has none.</summary>
    public JsonText Extra(int index)
    {
        JsonText extra = _items[index].Extra ?? JsonText.EmptyObject();
        _items[index] = (_items[index].Value, extra);
        return extra;
    }

    /// <summary>Writes the values back; under another property where a choice has become another type.</summary>
    public void Save(string? property = null)
    {
        string name = property ?? _property;
        string? place = name == _property ? null : _property;
        Save(name, [.. _items.Select(item => item.Value)], place);
        Save("_" + name, [.. _items.Select(item => item.Extra)], name);
        if (name == _property) return;
        _parent.Remove(_property);
        _parent.Remove("_" + _property);
        _property = name;
    }

    private void Save(string name, JsonText?[] values, string? after)
    {
        if (values.All(value => value is null))
        {
            if (_parent.Get(name) is not null) _parent.Remove(name);
            return;
        }

        if (!Repeats)
        {
            _parent.Set(name, values[0]!, after);
            return;
        }

        JsonText array = JsonText.EmptyArray();
        for (int i = 0; i < values.Length; i++) array.Insert(i, values[i] ?? JsonText.Null());
        _parent.Set(name, array, after);
    }

    private static JsonText? At(IReadOnlyList<JsonText> items, int index) => index < items.Count && !items[index].IsNull ? items[index] : null;
}

/// <summary>A value to put into a resource.</summary>
/// <param name="Value">The JSON; null for a primitive that has extensions only.</param>
/// <param name="Extra">Id and extensions of a primitive; null for none.</param>
/// <param name="Suffix">The type as it ends the property of a choice: <c>Quantity</c>; null for an object made of parts.</param>
internal sealed record ElementValue(JsonText? Value, JsonText? Extra, string? Suffix);

/// <summary>Where an element stands: its parent in the JSON, what the definitions say of it, and which of several it is.</summary>
/// <param name="Parent">The object.</param>
/// <param name="Element">The element.</param>
/// <param name="Index">From 0; 0 where it does not repeat.</param>
internal sealed record ElementPlace(JsonText Parent, FhirElement Element, int Index)
{
    /// <summary>The place of a node; null for the resource itself.</summary>
    /// <param name="root">The JSON of the resource that the node is of.</param>
    /// <param name="pointer">The node's place in it.</param>
    public static ElementPlace? Of(JsonText root, string pointer)
    {
        string[] steps = JsonPointer.Parse(pointer)!.Steps;
        FhirElementType? type = TypeOf(root, null);
        JsonText at = root;
        ElementPlace? place = null;
        for (int i = 0; i < steps.Length;)
        {
            bool below = steps[i].StartsWith('_');
            FhirElement? element = type?.Element(below ? steps[i][1..] : steps[i]);
            if (element is null) return null;
            JsonText parent = at;
            JsonText? next = at.Get(steps[i++]);
            int index = 0;
            if (element.Repeats && i < steps.Length)
            {
                index = int.Parse(steps[i++], CultureInfo.InvariantCulture);
                next = next is not null && index < next.Items.Count ? next.Items[index] : null;
            }

            place = new ElementPlace(parent, element, index);
            if (next is null) return i == steps.Length ? place : null;
            at = next;
            type = below ? FhirElementType.Find("Element") : TypeOf(at, element.Type);
        }

        return place;
    }

    /// <summary>The type of an element's content: of a resource inside a resource the one that it says it is.</summary>
    public static FhirElementType? TypeOf(JsonText json, FhirElementType? declared)
    {
        if (declared is { IsResource: false }) return declared;
        if (json.Get("resourceType") is not { } name) return null;
        string? text = System.Text.Json.JsonSerializer.Deserialize<System.Text.Json.JsonElement>(name.ToBytes()) is { ValueKind: System.Text.Json.JsonValueKind.String } value ? value.GetString() : null;
        return text is null ? null : FhirElementType.Find(text);
    }

    /// <summary>The type of the parent, from the way to the element.</summary>
    public FhirElementType? Owner(JsonText root, string pointer)
    {
        int steps = JsonPointer.Parse(pointer)!.Steps.Length - (Element.Repeats ? 2 : 1);
        if (steps == 0) return TypeOf(root, null);
        string way = string.Join('/', pointer.Split('/').Take(steps + 1));
        return Of(root, way) is { } above ? (way.Split('/')[^1].StartsWith('_') ? FhirElementType.Find("Element") : TypeOf(Parent, above.Element.Type)) : null;
    }

    /// <summary>The JSON of the element; null where a primitive has extensions only.</summary>
    public JsonText? Json => Parent.Get(Element.Name) is { } property ? (Element.Repeats ? (Index < property.Items.Count ? property.Items[Index] : null) : property) : null;
}
