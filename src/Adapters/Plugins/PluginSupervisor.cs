namespace Consortium.Adapters.Plugins;

/// <summary>
/// Keeps a plug-in's process running and decides who is to blame when it is not: a record that takes too long is, at once; where the process ended,
/// each record that it had is tried once more in a process of its own, and only one that ends that too is. A plug-in that fails time after time
/// rests, so that it holds up nobody else's records. Thread-safe.
/// </summary>
internal sealed class PluginSupervisor(PluginHostProgram program, string folder, PluginManifest manifest, TimeProvider time) : IDisposable
{
    private const int FaultsBeforeRest = 5;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ShortestRest = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(5);

    private readonly Lock _starting = new();
    private readonly Lock _alone = new();
    private readonly SemaphoreSlim _conversions = new(manifest.Limits.Concurrency, manifest.Limits.Concurrency);
    private readonly SemaphoreSlim _detections = new(manifest.Limits.Concurrency, manifest.Limits.Concurrency);
    private readonly ManualResetEventSlim _stopped = new();
    private PluginProcess? _process;
    private int _faults;
    private DateTimeOffset _restsUntil = DateTimeOffset.MinValue;

    /// <summary>The process that runs now, for tests.</summary>
    internal PluginProcess? Running => _process;

    /// <summary>Starts the process and asks the plug-in who it is.</summary>
    /// <exception cref="PluginRefusedException">It cannot be loaded, or says another name than its manifest.</exception>
    public AdapterDescription Describe()
    {
        lock (_starting)
        {
            (_process, AdapterDescription description) = StartOne();
            return description;
        }
    }

    /// <summary>Asks about a record.</summary>
    /// <param name="request">The question.</param>
    /// <param name="raw">The record's bytes.</param>
    /// <param name="limit">How long it may take.</param>
    /// <returns>The answer, or the fault; never throws for what the plug-in does.</returns>
    /// <exception cref="PluginStoppedException">The host is stopping.</exception>
    public PluginAnswer Ask(PluginRequest request, ReadOnlyMemory<byte> raw, TimeSpan limit)
    {
        SemaphoreSlim slots = request.Operation == PluginOperation.Detect ? _detections : _conversions;
        slots.Wait();
        try
        {
            while (true)
            {
                if (_stopped.IsSet) throw new PluginStoppedException();
                if (Rest() is { } rest) return rest;
                PluginProcess process;
                try
                {
                    process = Current();
                }
                catch (PluginRefusedException)
                {
                    Fault();
                    continue;
                }

                Exchange exchange = process.Ask(request, raw, limit);
                switch (exchange.End)
                {
                    case ExchangeEnd.Answered:
                        Interlocked.Exchange(ref _faults, 0);
                        return new PluginAnswer(exchange.Reply!, null, false);
                    case ExchangeEnd.OutOfTime:
                        Fault();
                        return PluginAnswer.Guilty(exchange.Cause);
                    default:
                        return AskAlone(request, raw, limit);
                }
            }
        }
        finally
        {
            slots.Release();
        }
    }

    /// <summary>Ends the process; records that are under way stay as if they had not been asked about.</summary>
    public void Dispose()
    {
        _stopped.Set();
        _process?.Dispose();
    }

    // One at a time, so that the suspects of one crash do not multiply the memory.
    private PluginAnswer AskAlone(PluginRequest request, ReadOnlyMemory<byte> raw, TimeSpan limit)
    {
        lock (_alone)
        {
            if (_stopped.IsSet) throw new PluginStoppedException();
            if (Rest() is { } rest) return rest;
            PluginProcess process;
            try
            {
                (process, _) = StartOne();
            }
            catch (PluginRefusedException)
            {
                Fault();
                return PluginAnswer.NotNow("could not be started again");
            }

            using (process)
            {
                Exchange exchange = process.Ask(request, raw, limit);
                if (exchange.End == ExchangeEnd.Answered)
                {
                    Interlocked.Exchange(ref _faults, 0);
                    return new PluginAnswer(exchange.Reply!, null, false);
                }

                Fault();
                return PluginAnswer.Guilty(exchange.Cause);
            }
        }
    }

    private PluginProcess Current()
    {
        lock (_starting)
        {
            if (_process is { IsAlive: true } running) return running;
            _process?.Dispose();
            (_process, _) = StartOne();
            if (_stopped.IsSet) _process.Dispose();
            return _process;
        }
    }

    private (PluginProcess Process, AdapterDescription Description) StartOne()
    {
        PluginProcess process = PluginProcess.Start(program, folder, manifest.Limits);
        Exchange hello = process.Ask(new PluginRequest(0, PluginOperation.Describe), default, StartLimit);
        string? refused = hello switch
        {
            { End: not ExchangeEnd.Answered } => $"{manifest.Name} {hello.Cause} while it was loaded.",
            { Reply: { Fault: { } fault } } => fault,
            { Reply: { Description: null } } => $"{manifest.Name} does not describe itself.",
            { Reply: { Description: { } description } } when description.Name != manifest.Name =>
                $"{Path.Combine(folder, PluginManifest.FileName)}: name: the adapter calls itself '{description.Name}', and the manifest '{manifest.Name}'. Both must be the same.",
            _ => null,
        };
        if (refused is null) return (process, hello.Reply!.Description!);
        process.Dispose();
        throw new PluginRefusedException(refused);
    }

    private void Fault()
    {
        int faults = Interlocked.Increment(ref _faults);
        if (faults < FaultsBeforeRest)
        {
            // A short pause that grows, so that a plug-in that cannot start does not take the machine's time.
            _stopped.Wait(TimeSpan.FromMilliseconds(50 << faults));
            return;
        }

        TimeSpan rest = ShortestRest * Math.Pow(2, Math.Min(faults - FaultsBeforeRest, 8));
        lock (_starting) _restsUntil = time.GetUtcNow() + (rest < LongestRest ? rest : LongestRest);
    }

    private PluginAnswer? Rest()
    {
        DateTimeOffset until;
        lock (_starting) until = _restsUntil;
        return time.GetUtcNow() < until
            ? PluginAnswer.NotNow($"failed {FaultsBeforeRest} times or more in a row and rests until {until.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}")
            : null;
    }
}

/// <summary>What a plug-in answered, or why it did not.</summary>
/// <param name="Reply">The answer; null where there is a fault.</param>
/// <param name="Fault">Words that follow "the plug-in NAME"; null where it answered.</param>
/// <param name="MayPass">True where the record is not known to be the cause: it may convert once the plug-in works again.</param>
internal sealed record PluginAnswer(PluginReply? Reply, string? Fault, bool MayPass)
{
    public static PluginAnswer Guilty(string fault) => new(null, fault, false);

    public static PluginAnswer NotNow(string fault) => new(null, fault, true);
}
