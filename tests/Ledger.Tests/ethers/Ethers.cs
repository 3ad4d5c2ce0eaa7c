using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Consortium.Testing;

namespace Consortium.Ledger.Tests;

/// <summary>Asks npm's <c>ethers</c> (tests/Ledger.Tests/ethers/oracle.mjs), run with node in this very test run.</summary>
internal static class Ethers
{
    /// <summary>Asks all questions at once; answers in their order.</summary>
    public static async Task<JsonElement[]> AskAsync(IEnumerable<JsonObject> questions)
    {
        var start = new ProcessStartInfo("node")
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = Repository.Root,
        };
        start.ArgumentList.Add(Repository.Path("tests/Ledger.Tests/ethers/oracle.mjs"));
        using Process node = Process.Start(start)!;
        Task<string> output = node.StandardOutput.ReadToEndAsync();
        Task<string> errors = node.StandardError.ReadToEndAsync();
        await node.StandardInput.WriteAsync(new JsonArray([.. questions]).ToJsonString());
        node.StandardInput.Close();
        await node.WaitForExitAsync();
        Assert.True(node.ExitCode == 0, await errors);
        return [.. JsonDocument.Parse(await output).RootElement.EnumerateArray()];
    }

    public static string Hex(ReadOnlySpan<byte> bytes) => "0x" + Convert.ToHexStringLower(bytes);
}
