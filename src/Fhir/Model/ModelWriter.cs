using System.Collections;
using System.Text;
using System.Text.Json;
using Consortium.Fhir.Definitions;

namespace Consortium.Fhir.Model;

/// <summary>Writes objects as JSON (FHIR R4 json.html), elements in the order of the definitions.</summary>
internal sealed class ModelWriter(Utf8JsonWriter writer)
{
    private readonly R4Tables _tables = R4Tables.Instance;

    public void Write(Base value, int depth = 0)
    {
        Base.RequireDepth(depth);
        int row = ModelTypes.RowOf(value), first = _tables.Types[row].ElementStart;
        writer.WriteStartObject();
        if (value is Resource) writer.WriteString("resourceType"u8, value.TypeName);
        for (int slot = 0; slot < value.ClassSlots; slot++)
        {
            object? content = value.ReadSlot(slot);
            if (content is null or IList { Count: 0 }) continue;
            ref readonly ElementRow element = ref _tables.Elements[first + slot];
            ReadOnlySpan<byte> name = _tables.Utf8(element.Name);
            if (element.Flags.HasFlag(ElementFlags.Choice)) name = ChoiceName(row, name, (Base)content);
            switch (content)
            {
                case string text: writer.WriteString(name, text); break;
                case PrimitiveElement primitive: WritePrimitive(name, primitive, depth); break;
                case IList list: WriteList(name, list, depth); break;
                case Base inner:
                    writer.WritePropertyName(name);
                    Write(inner, depth + 1);
                    break;
            }
        }

        writer.WriteEndObject();
    }

    /// <summary>The JSON name of <c>value[x]</c> with a value of some type: <c>valueQuantity</c>.</summary>
    private byte[] ChoiceName(int row, ReadOnlySpan<byte> element, Base value)
    {
        string type = value.TypeName;
        byte[] name = Encoding.UTF8.GetBytes(string.Concat(Encoding.UTF8.GetString(element), type[..1].ToUpperInvariant(), type.AsSpan(1)));
        if (_tables.FindProperty(row, name, TableFormat.Hash(name)).Element != 0) return name;
        // The types that derive from Quantity compile wherever it is allowed.
        throw new InvalidOperationException($"{_tables.Text(_tables.Types[row].Path)}.{Encoding.UTF8.GetString(element)}[x] has no type {type}.");
    }

    private void WritePrimitive(ReadOnlySpan<byte> name, PrimitiveElement primitive, int depth)
    {
        if (primitive.HasValue)
        {
            writer.WritePropertyName(name);
            WriteLiteral(primitive);
        }

        if (!primitive.HasExtra) return;
        WriteUnderscoreName(name);
        WriteExtra(primitive, depth + 1);
    }

    private void WriteList(ReadOnlySpan<byte> name, IList list, int depth)
    {
        bool values = false, extras = false, objects = false;
        foreach (object? item in list)
        {
            if (item is PrimitiveElement primitive) (values, extras) = (values | primitive.HasValue, extras | primitive.HasExtra);
            else objects |= item is not null;
        }

        if (values || objects)
        {
            writer.WriteStartArray(name);
            foreach (object? item in list)
            {
                if (item is PrimitiveElement primitive) WriteItem(primitive, primitive.HasValue);
                else if (item is not null) Write((Base)item, depth + 1);
            }

            writer.WriteEndArray();
        }

        if (!extras) return;
        WriteUnderscoreName(name);
        writer.WriteStartArray();
        foreach (object? item in list)
        {
            if (item is not PrimitiveElement primitive || (!primitive.HasValue && !primitive.HasExtra)) continue;
            if (primitive.HasExtra) WriteExtra(primitive, depth + 1);
            else writer.WriteNullValue();
        }

        writer.WriteEndArray();
    }

    /// <summary>Writes an item's value, or null where it has extensions only; an item with nothing is no element.</summary>
    private void WriteItem(PrimitiveElement primitive, bool hasValue)
    {
        if (hasValue) WriteLiteral(primitive);
        else if (primitive.HasExtra) writer.WriteNullValue();
    }

    private void WriteLiteral(PrimitiveElement primitive)
    {
        if (primitive.IsJsonText) writer.WriteStringValue(primitive.Literal);
        else writer.WriteRawValue(primitive.Literal!);
    }

    private void WriteUnderscoreName(ReadOnlySpan<byte> name)
    {
        Span<byte> underscored = stackalloc byte[name.Length + 1];
        underscored[0] = (byte)'_';
        name.CopyTo(underscored[1..]);
        writer.WritePropertyName(underscored);
    }

    private void WriteExtra(PrimitiveElement primitive, int depth)
    {
        Base.RequireDepth(depth);
        writer.WriteStartObject();
        if (primitive.Id is { } id) writer.WriteString("id"u8, id);
        if (primitive.ReadSlot(1) is IList { Count: > 0 } extensions) WriteList("extension"u8, extensions, depth);
        writer.WriteEndObject();
    }
}
