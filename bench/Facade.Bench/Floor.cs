using System.Buffers;
using System.Data.Common;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Consortium.Storage;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Consortium.Facade.Bench;

/// <summary>
/// The floor: the same bytes in and out of the same database by the barest endpoint, durable commits as well. One table of (type, id, body); no versions, no index, no commitment.
/// </summary>
internal sealed class Floor(Database database) : IAsyncDisposable
{
    private const string Upsert = "INSERT INTO floor (type, id, body) VALUES (@type, @id, @body) ON CONFLICT (type, id) DO UPDATE SET body = excluded.body";

    public async Task InitializeAsync()
    {
        await database.TransactAsync(transaction => transaction.Connection!.ExecuteAsync(
            $"CREATE TABLE IF NOT EXISTS floor (type TEXT NOT NULL, id TEXT NOT NULL, body {database.BytesType} NOT NULL, PRIMARY KEY (type, id))", transaction: transaction));
    }

    public void Map(WebApplication app)
    {
        app.MapPost("/floor", (Delegate)ImportAsync);
        app.MapPut("/floor/{type}/{id}", PutAsync);
        app.MapGet("/floor/{type}/{id}", GetAsync);
        app.MapDelete("/floor/{type}/{id}", DeleteAsync);
        app.MapGet("/floor/page/{type}", PageAsync);
        app.MapGet("/marks", MarksAsync);
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();

    private async Task<IResult> PutAsync(HttpContext context, string type, string id)
    {
        byte[] body = await BodyAsync(context);
        await database.TransactAsync(transaction => transaction.Connection!.ExecuteAsync(Upsert, new { type, id, body }, transaction));
        return Results.StatusCode(200);
    }

    private async Task GetAsync(HttpContext context, string type, string id)
    {
        await using DbConnection connection = await database.ConnectAsync();
        byte[]? body = await connection.QuerySingleOrDefaultAsync<byte[]>("SELECT body FROM floor WHERE type = @type AND id = @id", new { type, id });
        context.Response.StatusCode = body is null ? 404 : 200;
        if (body is not null) await WriteAsync(context, body);
    }

    private async Task<IResult> DeleteAsync(string type, string id)
    {
        await database.TransactAsync(transaction => transaction.Connection!.ExecuteAsync("DELETE FROM floor WHERE type = @type AND id = @id", new { type, id }, transaction));
        return Results.StatusCode(204);
    }

    /// <summary>How many resources the facade has still to make rows of the restricted views of; it does so in the background.</summary>
    private async Task<IResult> MarksAsync()
    {
        await using DbConnection connection = await database.ConnectAsync();
        return Results.Text((await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM view_mark")).ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>As many stored resources as a page of a search has, from a place on, in one array.</summary>
    private async Task PageAsync(HttpContext context, string type, string from, int count)
    {
        await using DbConnection connection = await database.ConnectAsync();
        IEnumerable<byte[]> bodies = await connection.QueryAsync<byte[]>("SELECT body FROM floor WHERE type = @type AND id >= @from ORDER BY id LIMIT @count", new { type, from, count });
        var output = new ArrayBufferWriter<byte>(16384);
        output.Write("["u8);
        foreach (byte[] body in bodies)
        {
            if (output.WrittenCount > 1) output.Write(","u8);
            output.Write(body);
        }

        output.Write("]"u8);
        await WriteAsync(context, output.WrittenMemory);
    }

    /// <summary>The resources of a transaction Bundle in one transaction: rows for SQLite, arrays for PostgreSQL, the fastest that each has short of COPY.</summary>
    private async Task<IResult> ImportAsync(HttpContext context)
    {
        byte[] bundle = await BodyAsync(context);
        using JsonDocument json = JsonDocument.Parse(bundle);
        (string Type, string Id, byte[] Body)[] rows = [.. json.RootElement.GetProperty("entry").EnumerateArray().Select(entry => entry.GetProperty("resource"))
            .Select(resource => (resource.GetProperty("resourceType").GetString()!, resource.GetProperty("id").GetString()!, JsonMarshal.GetRawUtf8Value(resource).ToArray()))];
        await database.TransactAsync(async transaction =>
        {
            if (transaction is NpgsqlTransaction postgres)
            {
                await using var command = new NpgsqlCommand(
                    "INSERT INTO floor (type, id, body) SELECT * FROM unnest($1, $2, $3) ON CONFLICT (type, id) DO UPDATE SET body = excluded.body", postgres.Connection, postgres);
                command.Parameters.Add(new NpgsqlParameter { Value = rows.Select(row => row.Type).ToArray() });
                command.Parameters.Add(new NpgsqlParameter { Value = rows.Select(row => row.Id).ToArray() });
                command.Parameters.Add(new NpgsqlParameter { Value = rows.Select(row => row.Body).ToArray() });
                await command.ExecuteNonQueryAsync();
                return;
            }

            await using DbCommand insert = transaction.Connection!.CreateCommand();
            insert.Transaction = transaction;
            insert.CommandText = Upsert;
            DbParameter[] parameters = [Parameter("@type"), Parameter("@id"), Parameter("@body")];
            foreach ((string type, string id, byte[] body) in rows)
            {
                (parameters[0].Value, parameters[1].Value, parameters[2].Value) = (type, id, body);
                await insert.ExecuteNonQueryAsync();
            }

            DbParameter Parameter(string name)
            {
                DbParameter one = insert.CreateParameter();
                one.ParameterName = name;
                insert.Parameters.Add(one);
                return one;
            }
        });
        return Results.StatusCode(200);
    }

    private static async Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> body)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body);
    }

    private static async Task<byte[]> BodyAsync(HttpContext context)
    {
        using var buffer = new MemoryStream((int)(context.Request.ContentLength ?? 4096));
        await context.Request.Body.CopyToAsync(buffer);
        return buffer.ToArray();
    }
}
