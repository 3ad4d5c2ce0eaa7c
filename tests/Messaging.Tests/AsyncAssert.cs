namespace Consortium.Messaging.Tests;

/// <summary>Waits for what other threads or processes bring about. The limit only ends a test that has failed.</summary>
internal static class AsyncAssert
{
    public static Task EventuallyAsync(Func<bool> condition) => EventuallyAsync(() => Task.FromResult(condition()));

    public static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        using var rhythm = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await condition())
        {
            try
            {
                await rhythm.WaitForNextTickAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail("It did not come about within three minutes.");
            }
        }
    }
}
