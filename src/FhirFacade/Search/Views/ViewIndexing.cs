using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consortium.FhirFacade.Search.Views;

/// <summary>Works the marks off in the background, so that searches from outside find little to do. While the hospital writes it takes a quarter of one processor at most.</summary>
internal sealed partial class ViewIndexing(ViewIndexer indexer, TimeProvider time, ILogger<ViewIndexing> logger) : BackgroundService
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            TimeSpan pause = s_pause;
            try
            {
                long before = await indexer.LastMarkAsync(stoppingToken).ConfigureAwait(false), started = time.GetTimestamp();
                int done = await indexer.NextAsync([], long.MaxValue, stoppingToken).ConfigureAwait(false);
                bool isWritten = await indexer.LastMarkAsync(stoppingToken).ConfigureAwait(false) > before;
                if (done > 0) pause = isWritten ? 3 * time.GetElapsedTime(started) : TimeSpan.Zero;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // the database may be away; the marks stay, and a search that needs them says so itself
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogFailed(e.GetType().Name);
                pause = s_longestPause;
            }

            if (pause <= TimeSpan.Zero) continue;
            try
            {
                await Task.Delay(pause < s_longestPause ? pause : s_longestPause, time, stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The rows of the restricted views could not be brought up to date ({Reason}); it is tried again. Searches from outside wait meanwhile.")]
    private partial void LogFailed(string reason);
}
