using System.Text;
using System.Text.Json;
using Consortium.Integrity;

namespace Consortium.Ledger.Abi;

/// <summary>A function, event or error of a contract.</summary>
public abstract record AbiItem
{
    private protected AbiItem(string name, IReadOnlyList<AbiParameter> inputs)
    {
        Name = name;
        Inputs = inputs;
        Signature = name + "(" + string.Join(',', inputs.Select(p => p.Type.Name)) + ")";
        SignatureHash = Keccak256.Hash(Encoding.ASCII.GetBytes(Signature));
        InputTypes = [.. inputs.Select(p => p.Type)];
    }

    /// <summary>The bare name.</summary>
    public string Name { get; }

    /// <summary>The parameters.</summary>
    public IReadOnlyList<AbiParameter> Inputs { get; }

    /// <summary>The canonical signature: <c>transfer(address,uint256)</c>.</summary>
    public string Signature { get; }

    /// <summary>Keccak-256 of the signature: the first topic of an event; its first four bytes select a function or error.</summary>
    public Hash256 SignatureHash { get; }

    /// <summary>The first four bytes of <see cref="SignatureHash"/>.</summary>
    public ReadOnlySpan<byte> Selector => SignatureHash.ToArray().AsSpan(0, 4);

    private protected AbiType[] InputTypes { get; }
}

/// <summary>A function.</summary>
public sealed record AbiFunction : AbiItem
{
    private readonly AbiType[] _outputTypes;

    internal AbiFunction(string name, IReadOnlyList<AbiParameter> inputs, IReadOnlyList<AbiParameter> outputs)
        : base(name, inputs)
    {
        Outputs = outputs;
        _outputTypes = [.. outputs.Select(p => p.Type)];
    }

    /// <summary>What it returns.</summary>
    public IReadOnlyList<AbiParameter> Outputs { get; }

    /// <summary>The call data: selector and arguments.</summary>
    /// <exception cref="ArgumentException">A value does not fit its parameter.</exception>
    public byte[] Encode(params IReadOnlyList<object?> arguments) => [.. Selector, .. AbiEncoder.Encode(InputTypes, arguments)];

    /// <summary>The arguments of call data.</summary>
    /// <exception cref="FormatException">The data calls another function, or is malformed.</exception>
    public object[] DecodeInput(ReadOnlySpan<byte> callData)
    {
        if (!callData.StartsWith(Selector)) throw new FormatException($"The call data does not call {Signature}.");
        return AbiDecoder.Decode(InputTypes, callData[4..]);
    }

    /// <summary>The values that a call returned.</summary>
    /// <exception cref="FormatException">The data is malformed; empty where there is no contract at the address.</exception>
    public object[] DecodeOutput(ReadOnlySpan<byte> result) => AbiDecoder.Decode(_outputTypes, result);
}

/// <summary>An event.</summary>
public sealed record AbiEvent : AbiItem
{
    private readonly AbiType[] _dataTypes;
    private readonly int _topics;

    internal AbiEvent(string name, IReadOnlyList<AbiParameter> inputs)
        : base(name, inputs)
    {
        _dataTypes = [.. inputs.Where(p => !p.Indexed).Select(p => p.Type)];
        _topics = 1 + inputs.Count(p => p.Indexed);
    }

    /// <summary>
    /// The event's arguments in the order of its parameters. An indexed parameter of dynamic type gives the hash that stands for it.
    /// </summary>
    /// <exception cref="FormatException">The log is of another event, or malformed.</exception>
    public object[] Decode(IReadOnlyList<Hash256> topics, ReadOnlySpan<byte> data)
    {
        ArgumentNullException.ThrowIfNull(topics);
        if (topics.Count != _topics || topics[0] != SignatureHash) throw new FormatException($"The log's topics are not those of {Signature}.");
        object[] inData = AbiDecoder.Decode(_dataTypes, data);
        object[] values = new object[Inputs.Count];
        for (int i = 0, topic = 1, field = 0; i < values.Length; i++)
        {
            AbiParameter parameter = Inputs[i];
            if (!parameter.Indexed) values[i] = inData[field++];
            else if (parameter.Type is AbiArray or AbiTuple || parameter.Type.IsDynamic) values[i] = topics[topic++];
            else values[i] = AbiDecoder.Decode([parameter.Type], topics[topic++].Span)[0];
        }

        return values;
    }
}

/// <summary>A custom error.</summary>
public sealed record AbiError : AbiItem
{
    internal AbiError(string name, IReadOnlyList<AbiParameter> inputs)
        : base(name, inputs)
    {
    }

    /// <summary>The error's arguments.</summary>
    /// <exception cref="FormatException">The data is of another error, or malformed.</exception>
    public object[] Decode(ReadOnlySpan<byte> revertData)
    {
        if (!revertData.StartsWith(Selector)) throw new FormatException($"The revert data is not that of {Signature}.");
        return AbiDecoder.Decode(InputTypes, revertData[4..]);
    }
}
