using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Consortium.Cli.Page;

/// <summary>Serves the live page and the status document behind it.</summary>
internal static class LivePage
{
    private static readonly (string Path, string Resource, string ContentType)[] Files =
    [
        ("/", "index.html", "text/html; charset=utf-8"),
        ("/page.css", "page.css", "text/css; charset=utf-8"),
        ("/page.js", "page.js", "text/javascript; charset=utf-8"),
    ];

    /// <summary>Maps <c>/</c>, its parts and <c>/status</c>.</summary>
    public static void Map(WebApplication app, Func<CancellationToken, Task<StatusDocument>> status)
    {
        foreach ((string path, string resource, string contentType) in Files)
        {
            byte[] content = Read(resource);
            app.MapGet(path, (HttpContext context) =>
            {
                // The page shows counts and ids only; still, nothing else may be loaded into it or frame it.
                context.Response.Headers.ContentSecurityPolicy = "default-src 'self'; img-src data:; frame-ancestors 'none'";
                context.Response.Headers.XContentTypeOptions = "nosniff";
                return Results.Bytes(content, contentType);
            });
        }

        app.MapGet("/status", async (CancellationToken cancellationToken) => Results.Json(await status(cancellationToken)));
    }

    private static byte[] Read(string name)
    {
        Assembly assembly = typeof(LivePage).Assembly;
        using Stream stream = assembly.GetManifestResourceStream($"Consortium.Cli.Page.{name}")
            ?? throw new InvalidOperationException($"{name} is not embedded.");
        using var buffer = new MemoryStream();
        stream.CopyTo(buffer);
        return buffer.ToArray();
    }
}
