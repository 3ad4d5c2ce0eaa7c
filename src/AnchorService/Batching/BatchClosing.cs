namespace Consortium.AnchorService.Batching;

/// <summary>Decides when the waiting entries become a batch. Bytes need no rule of their own: entries have one length, so they are a count.</summary>
internal static class BatchClosing
{
    public static bool IsDue(int waiting, int largest, DateTimeOffset? oldest, TimeSpan age, DateTimeOffset now)
    {
        if (waiting == 0 || oldest is not { } since) return false;

        // A clock that was put back makes the oldest entry look as if it came from the future: do not wait for that.
        return waiting >= largest || now - since >= age || now < since;
    }
}
