namespace Consortium.Adapters.Cda.Xml;

/// <summary>What a document may have at most. Far above what hospitals send (a long CCD has 5 MB and 30 levels), far below what exhausts a host.</summary>
internal static class CdaLimits
{
    public const int Bytes = 64 * 1024 * 1024;
    public const int Depth = 100;
    public const int Attributes = 64;
    public const int Nodes = 2_000_000;
}
