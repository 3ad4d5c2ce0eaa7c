using System.Text.Json;
using Consortium.Integrity;

namespace Consortium.Ledger.Abi;

/// <summary>A contract's functions, events and errors, from the JSON that the Solidity compiler writes.</summary>
public sealed class ContractInterface
{
    private static readonly AbiError SolidityError = new("Error", [new AbiParameter("message", AbiType.Parse("string"))]);
    private static readonly AbiError SolidityPanic = new("Panic", [new AbiParameter("code", AbiType.Parse("uint256"))]);

    private readonly Dictionary<string, AbiFunction> _functions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AbiEvent> _events = new(StringComparer.Ordinal);
    private readonly Dictionary<Hash256, AbiEvent> _eventsByTopic = [];
    private readonly List<AbiError> _errors = [SolidityError, SolidityPanic];
    private readonly AbiType[] _constructor = [];

    private ContractInterface(JsonElement abi)
    {
        foreach (JsonElement item in abi.EnumerateArray())
        {
            string name = item.TryGetProperty("name", out JsonElement named) ? named.GetString() ?? "" : "";
            AbiParameter[] inputs = Parameters(item, "inputs");
            switch (item.GetProperty("type").GetString())
            {
                case "function":
                    var function = new AbiFunction(name, inputs, Parameters(item, "outputs"));
                    // Overloads are known by their signature alone.
                    if (!_functions.TryAdd(name, function)) _functions.Remove(name);
                    _functions[function.Signature] = function;
                    break;
                case "event":
                    var @event = new AbiEvent(name, inputs);
                    _events[name] = @event;
                    _eventsByTopic[@event.SignatureHash] = @event;
                    break;
                case "error":
                    _errors.Add(new AbiError(name, inputs));
                    break;
                case "constructor":
                    _constructor = [.. inputs.Select(p => p.Type)];
                    break;
            }
        }
    }

    /// <summary>Reads an ABI.</summary>
    public static ContractInterface Parse(JsonElement abi) => new(abi);

    /// <summary>A function by its name, or by its signature where there are several of the name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public AbiFunction Function(string name) => _functions.TryGetValue(name, out AbiFunction? function)
        ? function
        : throw new ArgumentException($"The contract has no function '{name}'.", nameof(name));

    /// <summary>An event by its name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public AbiEvent Event(string name) => _events.TryGetValue(name, out AbiEvent? found)
        ? found
        : throw new ArgumentException($"The contract has no event '{name}'.", nameof(name));

    /// <summary>The event with this first topic; null where the contract has none.</summary>
    public AbiEvent? EventByTopic(Hash256 topic) => _eventsByTopic.GetValueOrDefault(topic);

    /// <summary>The constructor's arguments, to follow the creation code.</summary>
    public byte[] EncodeConstructor(params IReadOnlyList<object?> arguments) => AbiEncoder.Encode(_constructor, arguments);

    /// <summary>The error that revert data tells: a custom one, Solidity's <c>Error(string)</c> or <c>Panic(uint256)</c>; null where it tells none.</summary>
    public ContractError? DecodeError(ReadOnlySpan<byte> revertData)
    {
        foreach (AbiError error in _errors)
        {
            if (!revertData.StartsWith(error.Selector)) continue;
            try
            {
                object[] values = error.Decode(revertData);
                return new ContractError(error.Name, [.. error.Inputs.Select((p, i) => new KeyValuePair<string, object>(p.Name, values[i]))]);
            }
            catch (FormatException)
            {
                return null; // another contract's error that happens to have the selector
            }
        }

        return null;
    }

    /// <summary>What call data does; null where it calls none of the contract's functions.</summary>
    public ContractCall? DecodeCall(ReadOnlySpan<byte> callData)
    {
        foreach (AbiFunction function in _functions.Values)
        {
            if (!callData.StartsWith(function.Selector)) continue;
            try
            {
                object[] values = function.DecodeInput(callData);
                return new ContractCall(function.Name, [.. function.Inputs.Select((p, i) => new KeyValuePair<string, object>(p.Name, values[i]))]);
            }
            catch (FormatException)
            {
                return null;
            }
        }

        return null;
    }

    private static AbiParameter[] Parameters(JsonElement item, string name) =>
        item.TryGetProperty(name, out JsonElement list) ? [.. list.EnumerateArray().Select(AbiParameter.Parse)] : [];
}
