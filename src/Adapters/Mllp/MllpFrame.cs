namespace Consortium.Adapters.Mllp;

/// <summary>The block format of MLLP (HL7 v2 Transport Specification, MLLP release 1): VT, message, FS, CR.</summary>
internal static class MllpFrame
{
    public const byte Start = 0x0B;
    public const byte End = 0x1C;
    public const byte Return = 0x0D;

    /// <summary>A message in its frame.</summary>
    public static byte[] Wrap(ReadOnlySpan<byte> message)
    {
        byte[] frame = new byte[message.Length + 3];
        frame[0] = Start;
        message.CopyTo(frame.AsSpan(1));
        frame[^2] = End;
        frame[^1] = Return;
        return frame;
    }
}
