namespace Consortium.Integrity;

/// <summary>The type byte of a leaf (<c>record-commitment.md</c>, "Flatten to leaves").</summary>
internal static class LeafType
{
    public const byte String = (byte)'s';
    public const byte Number = (byte)'n';
    public const byte Boolean = (byte)'b';
    public const byte Null = (byte)'z';
}
