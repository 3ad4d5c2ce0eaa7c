using System.Runtime.InteropServices;

namespace Consortium.Cli.Host;

/// <summary>
/// Ctrl-C and SIGTERM of a host. The first asks it to end in order: nothing new is accepted, what runs is finished, what waits in the outboxes is sent. A second one ends it at
/// once; nothing that was acknowledged is lost by that either, since every hop is durable before it answers.
/// </summary>
internal sealed class EndSignals : IDisposable
{
    private const int SignalExit = 128; // what a shell says of a process that a signal ended
    private readonly CancellationTokenSource _end;
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private int _asked;

    public EndSignals(CancellationToken cancellationToken)
    {
        _end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Ask(context, 2));
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Ask(context, 15));
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _end.Token;

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _end.Dispose();
    }

    private void Ask(PosixSignalContext context, int number)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _asked) > 1)
        {
            Output.Say("consortium: ended at once.");
            Environment.Exit(SignalExit + number);
        }

        Output.Say("consortium: ending; what is under way is finished first. Once more ends it at once.");
        _ = Task.Run(_end.Cancel);
    }
}
