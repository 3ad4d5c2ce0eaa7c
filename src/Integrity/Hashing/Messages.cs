namespace Consortium.Integrity;

/// <summary>Messages that are hashed together.</summary>
internal interface IMessages
{
    /// <summary>How many.</summary>
    int Count { get; }

    /// <summary>The bytes of one.</summary>
    ReadOnlySpan<byte> Message(int index);
}

/// <summary>Messages of one length, end to end.</summary>
internal readonly ref struct EqualMessages(ReadOnlySpan<byte> data, int length) : IMessages
{
    private readonly ReadOnlySpan<byte> _data = data;

    public int Count => _data.Length / length;

    public ReadOnlySpan<byte> Message(int index) => _data.Slice(index * length, length);
}
