using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Consortium.Adapters.Plugins;

/// <summary>How a question to a plug-in's process ended.</summary>
internal enum ExchangeEnd
{
    /// <summary>It answered.</summary>
    Answered,

    /// <summary>It took longer than it may; the process was ended for it.</summary>
    OutOfTime,

    /// <summary>The process ended before the answer, which another question may be guilty of.</summary>
    Died,
}

/// <summary>The end of a question, with the answer or the words for why there is none.</summary>
internal readonly record struct Exchange(ExchangeEnd End, PluginReply? Reply, string Cause);

/// <summary>
/// One process of a plug-in. Several questions may be open at once. It reads and writes on threads of its own, so that neither a plug-in that
/// hangs nor one that does not read holds up anything but its own question; and no thread of the pool waits in here for another.
/// </summary>
internal sealed class PluginProcess : IDisposable
{
    private const long FrameSpare = 16 * 1024 * 1024;
    private const long RuntimeSpare = 192 * 1024 * 1024;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    private readonly Process _process;
    private readonly PluginLimits _limits;
    private readonly BlockingCollection<(byte[] Head, ReadOnlyMemory<byte> Raw)> _outgoing = [];
    private readonly ConcurrentDictionary<long, Pending> _open = new();
    private readonly Lock _ending = new();
    private long _lastId;
    private string? _cause;

    private PluginProcess(Process process, PluginLimits limits)
    {
        _process = process;
        _limits = limits;
        Run(Write, "write");
        Run(Read, "read");
        Run(DrainErrors, "errors");
    }

    /// <summary>True until it has ended, or was ended.</summary>
    public bool IsAlive => Volatile.Read(ref _cause) is null;

    /// <summary>The operating system's number of it.</summary>
    public int ProcessId => _process.Id;

    /// <exception cref="PluginRefusedException">The program cannot be started.</exception>
    public static PluginProcess Start(PluginHostProgram program, string folder, PluginLimits limits)
    {
        var start = new ProcessStartInfo(program.FileName, [.. program.Arguments, folder])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // Keys and passwords of the host are not the plug-in's business.
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("CONSORTIUM", StringComparison.OrdinalIgnoreCase)).ToArray()) start.Environment.Remove(name);
        start.Environment["DOTNET_GCHeapHardLimit"] = limits.Bytes.ToString("x", CultureInfo.InvariantCulture);
        start.Environment["DOTNET_gcServer"] = "0";

        // A dump or a debugger's port would hold patient data.
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        try
        {
            return new PluginProcess(Process.Start(start)!, limits);
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
        {
            throw new PluginRefusedException($"{program.FileName}: the process for plug-ins cannot be started ({e.GetType().Name}).", e);
        }
    }

    /// <summary>Asks, and waits for the answer, at most <paramref name="limit"/>.</summary>
    public Exchange Ask(PluginRequest request, ReadOnlyMemory<byte> raw, TimeSpan limit)
    {
        var pending = new Pending();
        long id = Interlocked.Increment(ref _lastId);
        _open[id] = pending;
        try
        {
            _outgoing.Add((PluginFrames.Head(request with { Id = id }, raw.Length), raw));
        }
        catch (InvalidOperationException)
        {
            // Ended meanwhile; the wait below sees it.
        }

        long began = Stopwatch.GetTimestamp();
        while (!pending.Done.Wait(Look))
        {
            if (!IsAlive) break;
            if (Stopwatch.GetElapsedTime(began) >= limit)
            {
                End($"took longer than {limit.TotalSeconds:0.#} seconds");
                _open.TryRemove(id, out _);
                return pending.Reply is { } late ? new Exchange(ExchangeEnd.Answered, late, "") : new Exchange(ExchangeEnd.OutOfTime, null, $"took longer than {limit.TotalSeconds:0.#} seconds");
            }

            if (UsesTooMuch()) End($"needed more than {_limits.Megabytes} MiB");
        }

        _open.TryRemove(id, out _);
        return pending.Reply is { } reply ? new Exchange(ExchangeEnd.Answered, reply, "") : new Exchange(ExchangeEnd.Died, null, Volatile.Read(ref _cause) ?? "ended");
    }

    /// <summary>Ends the process with all that it started; whoever waits is told.</summary>
    public void End(string cause)
    {
        lock (_ending)
        {
            if (_cause is not null) return;
            Volatile.Write(ref _cause, cause);
        }

        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception or AggregateException)
        {
            // Gone already.
        }

        _outgoing.CompleteAdding();
        foreach (Pending pending in _open.Values) pending.Done.Set();
    }

    /// <inheritdoc/>
    public void Dispose() => End("was stopped");

    private bool UsesTooMuch()
    {
        try
        {
            // The heap is bounded by the runtime; this bounds what is outside of it.
            _process.Refresh();
            return _process.WorkingSet64 > _limits.Bytes + RuntimeSpare;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private void Write()
    {
        try
        {
            Stream stream = _process.StandardInput.BaseStream;
            foreach ((byte[] head, ReadOnlyMemory<byte> raw) in _outgoing.GetConsumingEnumerable())
            {
                stream.Write(head);
                stream.Write(raw.Span);
                stream.Flush();
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The reader sees the end of the process and says why.
        }
    }

    private void Read()
    {
        string cause;
        try
        {
            Stream stream = _process.StandardOutput.BaseStream;
            while (PluginFrames.Read<PluginReply>(stream, _limits.Bytes + FrameSpare) is { } frame)
            {
                if (!_open.TryGetValue(frame.Message.Id, out Pending? pending)) continue;
                pending.Reply = frame.Message;
                pending.Done.Set();
            }

            cause = CauseOfExit();
        }
        catch (InvalidDataException)
        {
            cause = "answered with something that is no answer";
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OutOfMemoryException)
        {
            cause = CauseOfExit();
        }

        End(cause);
    }

    private string CauseOfExit()
    {
        if (!_process.WaitForExit(TimeSpan.FromSeconds(2))) return "closed its output";
        return _process.ExitCode switch
        {
            Child.PluginChild.OutOfMemoryExit => $"needed more than {_limits.Megabytes} MiB",
            var code => string.Create(CultureInfo.InvariantCulture, $"ended its process (exit code {code})"),
        };
    }

    // What a plug-in writes there may hold patient data, so it goes nowhere; but it must be read, or the plug-in would wait.
    private void DrainErrors()
    {
        byte[] buffer = new byte[4096];
        try
        {
            Stream stream = _process.StandardError.BaseStream;
            while (stream.Read(buffer) > 0)
            {
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Gone.
        }
    }

    private static void Run(Action action, string name) => new Thread(() => action()) { IsBackground = true, Name = $"plug-in {name}" }.Start();

    private sealed class Pending
    {
        public ManualResetEventSlim Done { get; } = new();

        public PluginReply? Reply { get; set; }
    }
}
