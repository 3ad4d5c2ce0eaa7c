using System.Text.Json;

namespace Consortium.Ledger;

/// <summary>One JSON-RPC call: its method, how to write its parameters and how to read its result.</summary>
/// <param name="Method">Such as <c>eth_call</c>.</param>
/// <param name="WriteParameters">Writes the elements of <c>params</c>.</param>
/// <param name="Read">Reads <c>result</c>. Throws <see cref="FormatException"/> where it cannot be the answer to this call; another endpoint is asked then.</param>
internal sealed record RpcCall<T>(string Method, Action<Utf8JsonWriter> WriteParameters, Func<JsonElement, T> Read)
{
    public void Write(Utf8JsonWriter json, long id)
    {
        json.WriteStartObject();
        json.WriteString("jsonrpc"u8, "2.0"u8);
        json.WriteNumber("id"u8, id);
        json.WriteString("method"u8, Method);
        json.WriteStartArray("params"u8);
        WriteParameters(json);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public RpcAnswer<T> ReadAnswer(JsonElement response)
    {
        if (response.ValueKind != JsonValueKind.Object) throw new FormatException("The answer is no JSON-RPC response.");
        if (response.TryGetProperty("error", out JsonElement error) && error.ValueKind == JsonValueKind.Object) return new RpcAnswer<T>(default!, ReadError(error));
        if (!response.TryGetProperty("result", out JsonElement result)) throw new FormatException("The JSON-RPC response has neither result nor error.");
        return new RpcAnswer<T>(Read(result), null);
    }

    private static RpcException ReadError(JsonElement error)
    {
        int code = error.TryGetProperty("code", out JsonElement number) && number.TryGetInt32(out int given) ? given : 0;
        string message = error.TryGetProperty("message", out JsonElement text) ? text.GetString() ?? "" : "";
        byte[]? data = null;
        if (error.TryGetProperty("data", out JsonElement revert))
        {
            if (revert.ValueKind == JsonValueKind.Object && revert.TryGetProperty("data", out JsonElement inner)) revert = inner;
            if (revert.ValueKind == JsonValueKind.String && Quantity.TryBytes(revert.GetString(), out byte[] bytes)) data = bytes;
        }

        return new RpcException(code, message, data);
    }
}

/// <summary>A result, or the error that came in its place.</summary>
internal readonly record struct RpcAnswer<T>(T Value, RpcException? Error)
{
    public T Unwrap() => Error is null ? Value : throw Error;
}
