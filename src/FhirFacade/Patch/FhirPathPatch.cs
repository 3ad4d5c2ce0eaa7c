using System.Globalization;
using System.Text.Json;
using Consortium.Fhir;
using Consortium.FhirFacade.Rest;

namespace Consortium.FhirFacade.Patch;

/// <summary>FHIRPath Patch (FHIR R4 fhirpatch.html): a Parameters resource with operations add, insert, delete, replace and move, all of them or none.</summary>
internal sealed class FhirPathPatch : ResourcePatch
{
    private readonly PatchOperation[] _operations;

    private FhirPathPatch(PatchOperation[] operations) => _operations = operations;

    /// <summary>Reads the Parameters.</summary>
    /// <exception cref="FhirException">400: it is no patch.</exception>
    public static FhirPathPatch Read(ReadOnlyMemory<byte> body)
    {
        FhirDocument document = FhirDocument.Parse(body);
        if (document.ResourceType != "Parameters") throw FhirException.BadRequest("invalid", "A FHIRPath Patch is a Parameters resource (FHIR R4 fhirpatch.html).", "resourceType");
        using JsonDocument json = JsonDocument.Parse(body);
        if (!json.RootElement.TryGetProperty("parameter", out JsonElement parameters) || parameters.ValueKind != JsonValueKind.Array) return new FhirPathPatch([]);
        RequireFew(parameters.GetArrayLength());
        return new FhirPathPatch([.. parameters.EnumerateArray().Select(One)]);
    }

    public override byte[] Apply(byte[] resource)
    {
        for (int i = 0; i < _operations.Length; i++)
        {
            JsonText root = JsonText.Parse(resource);
            Apply(_operations[i], i, FhirDocument.Parse(resource), root);
            resource = root.ToBytes();
        }

        return resource;
    }

    private static PatchOperation One(JsonElement parameter, int number)
    {
        if (Text(parameter, "name") != "operation") throw Malformed(number, "each parameter of the patch has the name operation.");
        if (!parameter.TryGetProperty("part", out JsonElement parts) || parts.ValueKind != JsonValueKind.Array) throw Malformed(number, "it has no parts.");
        string? Value(string name, string property) => parts.EnumerateArray().Where(part => Text(part, "name") == name).Select(part => Text(part, property)).FirstOrDefault();
        int? Number(string name) => parts.EnumerateArray().Where(part => Text(part, "name") == name)
            .Select(part => part.TryGetProperty("valueInteger", out JsonElement value) && value.TryGetInt32(out int index) ? index : (int?)null).FirstOrDefault();

        string type = Value("type", "valueCode") ?? Value("type", "valueString") ?? throw Malformed(number, "it has no type.");
        string path = Value("path", "valueString") ?? throw Malformed(number, "it has no path.");
        string? name = Value("name", "valueString") ?? Value("name", "valueCode");
        JsonElement? value = parts.EnumerateArray().Where(part => Text(part, "name") == "value").Select(part => (JsonElement?)part.Clone()).FirstOrDefault();
        string? missing = type switch
        {
            "add" => name is null ? "name" : value is null ? "value" : null,
            "insert" => value is null ? "value" : Number("index") is null ? "index" : null,
            "replace" => value is null ? "value" : null,
            "move" => Number("source") is null ? "source" : Number("destination") is null ? "destination" : null,
            "delete" => null,
            _ => throw Malformed(number, "its type is none of add, insert, delete, replace and move."),
        };
        if (missing is not null) throw Malformed(number, $"{type} needs the part {missing}.");
        try
        {
            return new PatchOperation(type, FhirPath.Compile(path), name, value, Number("index"), Number("source"), Number("destination"));
        }
        catch (FhirPathException e)
        {
            throw Malformed(number, $"its path is no FHIRPath: {e.Message}");
        }
    }

    private static void Apply(PatchOperation operation, int number, FhirDocument document, JsonText root)
    {
        string[] found = Find(operation, number, document);
        switch (operation.Type)
        {
            case "add":
                Add(operation, number, root, Only(found, number));
                break;
            case "delete" when found.Length == 0:
                break; // fhirpatch.html#concept: to delete what is not there is no error
            case "delete":
                ElementPlace deleted = Place(root, Only(found, number), number);
                Change(deleted, list => list.RemoveAt(deleted.Index));
                break;
            case "replace":
                Replace(operation, number, root, Only(found, number));
                break;
            case "insert":
                (ElementPlace into, int count) = TheList(found, root, number);
                Require(operation.Index!.Value, count + 1, "index", number);
                ElementValue value = PatchValue.Read(operation.Value!.Value, into.Element, number, Malformed);
                Change(into, list => list.Insert(operation.Index.Value, value));
                break;
            default:
                (ElementPlace within, int length) = TheList(found, root, number);
                Require(operation.Source!.Value, length, "source", number);
                Require(operation.Destination!.Value, length, "destination", number);
                Change(within, list => list.Move(operation.Source.Value, operation.Destination.Value));
                break;
        }
    }

    private static string[] Find(PatchOperation operation, int number, FhirDocument document)
    {
        try
        {
            IReadOnlyList<FhirPathValue> values = operation.Path.Evaluate(document);
            return values.All(value => value.Node.Exists) ? [.. values.Select(value => value.Node.JsonPointer)] : throw Failed(number, "its path gives a value that is computed, not an element of the resource.");
        }
        catch (FhirPathException e)
        {
            throw Failed(number, $"its path cannot be evaluated on this resource: {e.Message}");
        }
    }

    private static void Add(PatchOperation operation, int number, JsonText root, string pointer)
    {
        string name = operation.Name!;
        if (pointer.Length == 0)
        {
            AddTo(root, ElementPlace.TypeOf(root, null));
            return;
        }

        ElementPlace place = Place(root, pointer, number);
        if (place.Element.Type.IsPrimitive)
        {
            // What a primitive has besides its value, an extension say, stands in the property with the underscore.
            ElementList list = ElementList.Of(place.Parent, place.Element);
            JsonText extra = list.Extra(place.Index);
            AddTo(extra, FhirElementType.Find("Element"));
            list.Save();
            return;
        }

        JsonText json = place.Json ?? throw Failed(number, "its path gives no element that something could be added to.");
        AddTo(json, ElementPlace.TypeOf(json, place.Element.Type));

        void AddTo(JsonText parent, FhirElementType? type)
        {
            FhirElement element = PatchValue.Element(type, name, operation.Value!.Value)
                ?? throw Failed(number, "what its path gives has no element of that name, or none of that type.");
            if (element.IsChoice && !element.Repeats && type!.PropertyNames.Any(other => IsSameChoice(type.Element(other)!, element) && (parent.Get(other) ?? parent.Get("_" + other)) is not null))
            {
                throw Failed(number, "the element is there already, and does not repeat; replace it.");
            }

            ElementList list = ElementList.Of(parent, element);
            if (!list.Repeats && list.Count > 0) throw Failed(number, "the element is there already, and does not repeat; replace it.");
            list.Insert(list.Count, PatchValue.Read(operation.Value!.Value, element, number, Malformed));
            list.Save();
        }
    }

    private static void Replace(PatchOperation operation, int number, JsonText root, string pointer)
    {
        ElementPlace place = Place(root, pointer, number);
        string? property = null;
        FhirElement element = place.Element;
        if (element.IsChoice)
        {
            // value[x] may become another type: valueString to valueQuantity, in the same place.
            string choice = element.Name[..^element.Type.Name.Length];
            element = PatchValue.Element(place.Owner(root, pointer), choice, operation.Value!.Value) ?? throw Failed(number, "the element cannot have that type.");
            property = element.Name;
        }

        ElementValue value = PatchValue.Read(operation.Value!.Value, element, number, Malformed);
        ElementList list = ElementList.Of(place.Parent, place.Element);
        list.Replace(place.Index, value);
        list.Save(property);
    }

    /// <summary>The one list that the path gives, whole.</summary>
    private static (ElementPlace First, int Count) TheList(string[] found, JsonText root, int number)
    {
        if (found.Length == 0) throw Failed(number, "its path gives nothing, so there is no list; add to the parent instead.");
        ElementPlace[] places = [.. found.Select(pointer => Place(root, pointer, number))];
        ElementPlace first = places[0];
        int count = ElementList.Of(first.Parent, first.Element).Count;
        bool whole = first.Element.Repeats && count == places.Length && places.All(place => ReferenceEquals(place.Parent, first.Parent) && place.Element.Name == first.Element.Name);
        return whole ? (first, count) : throw Failed(number, "its path gives no whole list: indices are those of all values of one repeating element.");
    }

    private static ElementPlace Place(JsonText root, string pointer, int number) =>
        ElementPlace.Of(root, pointer) ?? throw Failed(number, "its path gives the resource itself, or something that R4 does not define; neither can be changed so.");

    private static string Only(string[] found, int number) => found.Length == 1 ? found[0] : throw Failed(number, $"its path gives {found.Length} elements; it must give one.");

    private static void Change(ElementPlace place, Action<ElementList> change)
    {
        ElementList list = ElementList.Of(place.Parent, place.Element);
        change(list);
        list.Save();
    }

    private static void Require(int index, int below, string name, int number)
    {
        if (index < 0 || index >= below) throw Failed(number, string.Create(CultureInfo.InvariantCulture, $"its {name} {index} is outside the list; {below - 1} is the last that can be."));
    }

    private static bool IsSameChoice(FhirElement one, FhirElement other) => one.IsChoice && one.Name[..^one.Type.Name.Length] == other.Name[..^other.Type.Name.Length];

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private sealed record PatchOperation(string Type, CompiledPath Path, string? Name, JsonElement? Value, int? Index, int? Source, int? Destination);
}
