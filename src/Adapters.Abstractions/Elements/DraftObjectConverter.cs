using System.Text.Json;
using System.Text.Json.Serialization;

namespace Consortium.Adapters.Elements;

/// <summary>Lets <see cref="JsonSerializer"/> write and read a <see cref="DraftObject"/> as the JSON that it stands for.</summary>
internal sealed class DraftObjectConverter : JsonConverter<DraftObject>
{
    public override DraftObject? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        DraftNode.Read(ref reader) as DraftObject ?? throw new JsonException("An object is expected.");

    public override void Write(Utf8JsonWriter writer, DraftObject value, JsonSerializerOptions options) => value.WriteTo(writer);
}
