using System.Text.Json;

namespace Consortium.Cli.Health;

/// <summary>How a part of the host is.</summary>
internal enum ComponentState
{
    /// <summary>It works.</summary>
    Ok,

    /// <summary>Something outside is away; the host goes on, and catches up by itself.</summary>
    Degraded,

    /// <summary>Requests that need it fail: a load balancer sends them elsewhere.</summary>
    Failed,
}

/// <summary>One part of the host.</summary>
/// <param name="Name">Its name: <c>record-store</c>, <c>broker</c>, <c>chain-projection</c> …</param>
/// <param name="State">How it is.</param>
/// <param name="Detail">Why, in words, without secrets and patient data; null where it works.</param>
internal sealed record ComponentHealth(string Name, ComponentState State, string? Detail = null);

/// <summary>The answer of <c>/health/ready</c>.</summary>
internal sealed record HealthReport(IReadOnlyList<ComponentHealth> Components)
{
    /// <summary>The worst of its parts.</summary>
    public ComponentState State => Components.Count == 0 ? ComponentState.Ok : Components.Max(component => component.State);

    /// <summary>The status for a load balancer: 503 where requests would fail.</summary>
    public int StatusCode => State == ComponentState.Failed ? 503 : 200;

    /// <summary><c>{"status":"ready","components":[{"name":…,"status":…,"detail":…}]}</c>.</summary>
    public byte[] ToJson()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("status", State switch { ComponentState.Ok => "ready", ComponentState.Degraded => "degraded", _ => "not-ready" });
            json.WriteStartArray("components");
            foreach (ComponentHealth component in Components)
            {
                json.WriteStartObject();
                json.WriteString("name", component.Name);
                json.WriteString("status", component.State.ToString().ToLowerInvariant());
                if (component.Detail is not null) json.WriteString("detail", component.Detail);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
