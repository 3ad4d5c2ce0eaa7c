namespace Consortium.AnchorService.Store;

/// <summary>Another process writes for this key now; this one goes back to waiting.</summary>
internal sealed class LeaseLostException : Exception
{
    public LeaseLostException()
        : base("Another anchor service took over this signing key.")
    {
    }
}
