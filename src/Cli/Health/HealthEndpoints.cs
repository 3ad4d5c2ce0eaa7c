using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Consortium.Cli.Health;

/// <summary><c>/health/live</c>: the process answers. <c>/health/ready</c>: its parts, for a load balancer.</summary>
internal static class HealthEndpoints
{
    /// <summary>Maps both.</summary>
    public static void Map(WebApplication app, Func<CancellationToken, Task<HealthReport>> health)
    {
        app.MapGet("/health/live", () => Results.Text("""{"status":"live"}""", "application/json"));
        app.MapGet("/health/ready", async (HttpContext context, CancellationToken cancellationToken) =>
        {
            HealthReport report = await health(cancellationToken);
            context.Response.Headers.CacheControl = "no-store";
            context.Response.StatusCode = report.StatusCode;
            context.Response.ContentType = "application/json";
            await context.Response.Body.WriteAsync(report.ToJson(), cancellationToken);
        });
    }
}
