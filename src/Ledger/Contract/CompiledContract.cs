using System.Text.Json;
using Consortium.Integrity;
using Consortium.Ledger.Abi;

namespace Consortium.Ledger;

/// <summary>What the build compiled from <c>contracts/ConsortiumLedger.sol</c>: interface and code.</summary>
internal static class CompiledContract
{
    private static readonly Lazy<(ContractInterface Interface, byte[] Creation, byte[] Runtime)> Compiled = new(Load);

    public static ContractInterface Interface => Compiled.Value.Interface;

    /// <summary>Creation code; the constructor's arguments follow it.</summary>
    public static byte[] CreationCode => Compiled.Value.Creation;

    /// <summary>The code that stands at the contract's address. It has no immutables, so it is the same for every deployment.</summary>
    public static byte[] RuntimeCode => Compiled.Value.Runtime;

    private static (ContractInterface Interface, byte[] Creation, byte[] Runtime) Load()
    {
        using Stream stream = typeof(CompiledContract).Assembly.GetManifestResourceStream("ConsortiumLedger.json")!;
        using JsonDocument document = JsonDocument.Parse(stream);
        JsonElement root = document.RootElement;
        return (
            ContractInterface.Parse(root.GetProperty("abi")),
            Convert.FromHexString(root.GetProperty("bytecode").GetString()!),
            Convert.FromHexString(root.GetProperty("deployedBytecode").GetString()!));
    }
}
