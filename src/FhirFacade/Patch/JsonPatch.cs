using System.Globalization;
using System.Text.Json;
using Consortium.FhirFacade.Rest;

namespace Consortium.FhirFacade.Patch;

/// <summary>JSON Patch (RFC 6902; FHIR R4 http.html#patch): add, remove, replace, move, copy and test, all of them or none.</summary>
internal sealed class JsonPatch : ResourcePatch
{
    private readonly Operation[] _operations;

    private JsonPatch(Operation[] operations) => _operations = operations;

    /// <summary>Reads a patch document.</summary>
    /// <exception cref="FhirException">400: it is not one.</exception>
    public static JsonPatch Read(ReadOnlyMemory<byte> body)
    {
        using JsonDocument document = JsonDocument.Parse(body);
        if (document.RootElement.ValueKind != JsonValueKind.Array) throw FhirException.BadRequest("structure", "A JSON Patch is an array of operations (RFC 6902 3).");
        RequireFew(document.RootElement.GetArrayLength());
        return new JsonPatch([.. document.RootElement.EnumerateArray().Select(One)]);
    }

    public override byte[] Apply(byte[] resource)
    {
        JsonText root = JsonText.Parse(resource);
        for (int i = 0; i < _operations.Length; i++) root = Apply(root, _operations[i], i);
        return root.ToBytes();
    }

    private static Operation One(JsonElement operation, int number)
    {
        if (operation.ValueKind != JsonValueKind.Object) throw Malformed(number, "it is no object.");
        string op = Text(operation, "op") ?? throw Malformed(number, "it has no op.");
        if (op is not ("add" or "remove" or "replace" or "move" or "copy" or "test")) throw Malformed(number, "its op is none of add, remove, replace, move, copy and test (RFC 6902 4).");
        JsonPointer path = Pointer(operation, "path", number);
        JsonPointer? from = op is "move" or "copy" ? Pointer(operation, "from", number) : null;
        byte[]? value = op is "add" or "replace" or "test"
            ? System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(operation.TryGetProperty("value", out JsonElement given) ? given : throw Malformed(number, "it has no value.")).ToArray()
            : null;
        if (op == "move" && path.IsWithin(from!) && path.Steps.Length > from!.Steps.Length) throw Malformed(number, "a value cannot be moved into itself (RFC 6902 4.4).");
        return new Operation(op, path, from, value);
    }

    private static JsonText Apply(JsonText root, Operation operation, int number)
    {
        switch (operation.Op)
        {
            case "add":
                return Add(root, operation.Path, JsonText.Parse(operation.Value), number);
            case "remove":
                Take(root, operation.Path, number);
                return root;
            case "replace":
                Require(root, operation.Path, number);
                return operation.Path.IsRoot ? JsonText.Parse(operation.Value) : Put(root, operation.Path, JsonText.Parse(operation.Value));
            case "move":
                if (operation.From!.IsWithin(operation.Path) && operation.Path.IsWithin(operation.From)) return root;
                return Add(root, operation.Path, Take(root, operation.From, number), number);
            case "copy":
                return Add(root, operation.Path, JsonText.Parse(Require(root, operation.From!, number).ToBytes()), number);
            default:
                byte[] found = Require(root, operation.Path, number).ToBytes();
                if (!Same(found, operation.Value!)) throw Failed(number, $"the test at '{operation.Path}' finds another value.");
                return root;
        }
    }

    private static JsonText Add(JsonText root, JsonPointer path, JsonText value, int number)
    {
        if (path.IsRoot) return value;
        JsonText container = path.Container(root) ?? throw Failed(number, $"there is nothing that '{path}' could stand in.");
        string last = path.Steps[^1];
        if (container.IsObject)
        {
            container.Set(last, value);
        }
        else if (container.IsArray)
        {
            int index = last == "-" ? container.Items.Count : JsonPointer.Index(last, container.Items.Count + 1) ?? throw Failed(number, $"'{path}' is no place in its array of {container.Items.Count}.");
            container.Insert(index, value);
        }
        else
        {
            throw Failed(number, $"what '{path}' would stand in is neither object nor array.");
        }

        return root;
    }

    private static JsonText Take(JsonText root, JsonPointer path, int number)
    {
        JsonText value = Require(root, path, number);
        JsonText container = path.Container(root) ?? throw Failed(number, "the resource itself cannot be taken away; delete it.");
        if (container.IsObject) container.Remove(path.Steps[^1]);
        else container.RemoveAt(int.Parse(path.Steps[^1], CultureInfo.InvariantCulture));
        return value;
    }

    private static JsonText Put(JsonText root, JsonPointer path, JsonText value)
    {
        JsonText container = path.Container(root)!;
        if (container.IsObject) container.Set(path.Steps[^1], value);
        else container.Replace(int.Parse(path.Steps[^1], CultureInfo.InvariantCulture), value);
        return root;
    }

    private static JsonText Require(JsonText root, JsonPointer path, int number) => path.Find(root) ?? throw Failed(number, $"there is nothing at '{path}'.");

    // RFC 6902 4.6: numbers are equal by value, objects whatever the order of their members.
    private static bool Same(byte[] left, byte[] right)
    {
        using JsonDocument one = JsonDocument.Parse(left), other = JsonDocument.Parse(right);
        return Same(one.RootElement, other.RootElement);
    }

    private static bool Same(JsonElement left, JsonElement right)
    {
        if (left.ValueKind != right.ValueKind) return false;
        switch (left.ValueKind)
        {
            case JsonValueKind.Object:
                return left.EnumerateObject().Count() == right.EnumerateObject().Count()
                    && left.EnumerateObject().All(member => right.TryGetProperty(member.Name, out JsonElement other) && Same(member.Value, other));
            case JsonValueKind.Array:
                return left.GetArrayLength() == right.GetArrayLength() && left.EnumerateArray().Zip(right.EnumerateArray()).All(pair => Same(pair.First, pair.Second));
            case JsonValueKind.String:
                return left.GetString() == right.GetString();
            case JsonValueKind.Number:
                return left.GetRawText() == right.GetRawText() || (left.TryGetDecimal(out decimal one) && right.TryGetDecimal(out decimal other) && one == other);
            default:
                return true;
        }
    }

    private static JsonPointer Pointer(JsonElement operation, string name, int number) =>
        JsonPointer.Parse(Text(operation, name) ?? throw Malformed(number, $"it has no {name}.")) ?? throw Malformed(number, $"its {name} is no JSON Pointer (RFC 6901).");

    private static string? Text(JsonElement operation, string name) =>
        operation.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private sealed record Operation(string Op, JsonPointer Path, JsonPointer? From, byte[]? Value);
}
