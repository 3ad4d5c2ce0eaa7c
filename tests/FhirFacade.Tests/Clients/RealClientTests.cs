using System.Diagnostics;
using System.Text.Json;
using Consortium.FhirFacade.Tests.Rest;
using Consortium.Storage;
using Consortium.Testing;

namespace Consortium.FhirFacade.Tests.Clients;

/// <summary>Clients that others wrote do a clinician's round of work: npm's <c>fhir-kit-client</c> and <c>@medplum/core</c>, each in a node process of its own.</summary>
public sealed class RealClientTests
{
    [Theory, BothStores]
    public async Task FhirKitClient(Dialect dialect)
    {
        JsonElement seen = await RunAsync(dialect, "fhir-kit-client.mjs");

        Assert.Equal(
            """
            {"fhirVersion":"4.0.1","created":"1","sameOnCondition":true,"transaction":["201","201"],"found":["Observation match","Encounter include"],"linked":true,"updated":"final 2",
            "lostUpdate":"412 OperationOutcome","patched":"1980-05-18","history":["final","preliminary"],"vread":"preliminary","pages":[4,2],"deleted":410}
            """.ReplaceLineEndings(""), seen.GetRawText());
    }

    [Theory, BothStores]
    public async Task MedplumCore(Dialect dialect)
    {
        JsonElement seen = await RunAsync(dialect, "medplum.mjs");

        Assert.Equal(
            """
            {"sameOnCondition":true,"batch":["201","404","200"],"byName":[true],"one":"x","updated":"female 2","patched":true,"failedTest":"OperationOutcome","everything":["Observation","Patient"],
            "history":3,"version":true,"valid":true,"expanded":["female"],"deleted":"deleted"}
            """.ReplaceLineEndings(""), seen.GetRawText());
    }

    private static async Task<JsonElement> RunAsync(Dialect dialect, string script)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        var start = new ProcessStartInfo("node") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = Repository.Root };
        start.ArgumentList.Add(Repository.Path($"tests/FhirFacade.Tests/Clients/node/{script}"));
        start.ArgumentList.Add(host.Base);
        using Process node = Process.Start(start)!;
        Task<string> output = node.StandardOutput.ReadToEndAsync(), errors = node.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            await node.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            node.Kill(entireProcessTree: true);
            throw;
        }

        Assert.True(node.ExitCode == 0, await errors);
        return JsonSerializer.Deserialize<JsonElement>(await output);
    }
}
