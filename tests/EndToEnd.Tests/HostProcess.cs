using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Consortium.EndToEnd.Tests;

/// <summary>One <c>consortium up</c> process that a test starts, kills with SIGKILL and starts again.</summary>
internal sealed partial class HostProcess(string name, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment) : IAsyncDisposable
{
    private const int SigInt = 2;
    private Process? _process;
    private readonly ConcurrentQueue<string> _lines = new();

    public string Name => name;

    public int Starts { get; private set; }

    public int ProcessId => _process?.Id ?? throw new InvalidOperationException($"{name} is not running.");

    public bool HasExited => _process?.HasExited ?? true;

    public int ExitCode => _process!.ExitCode;

    /// <summary>The last lines that the process wrote, for the message of a failed test.</summary>
    public string Tail => string.Join('\n', _lines.TakeLast(40));

    public IEnumerable<string> Lines => _lines;

    /// <summary>The built command in the configuration that the tests run in.</summary>
    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "consortium");

    public void Start()
    {
        _lines.Clear(); // what an earlier run of it said is not this one's
        // A test run started in the background by a shell has SIGINT ignored, and a child would inherit that: Ctrl-C must reach it as at a terminal.
        var start = new ProcessStartInfo("/usr/bin/env")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
            WorkingDirectory = Path.GetTempPath(),
        };
        start.ArgumentList.Add("--default-signal=INT");
        start.ArgumentList.Add(Program);
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        foreach ((string key, string value) in environment) start.Environment[key] = value;
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process = process;
        Starts++;
    }

    /// <summary>Ends the process in order where it can be, and by force with its children where it cannot, so that no test hangs on it.</summary>
    public async Task EndAsync()
    {
        if (HasExited) return;
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            await InterruptAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process!.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }
    }

    /// <summary>SIGKILL: no handler runs, nothing is flushed.</summary>
    public async Task KillAsync()
    {
        if (_process is null || _process.HasExited) return;
        _process.Kill(entireProcessTree: false);
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGINT, what Ctrl-C sends; returns how long the process took to end.</summary>
    public async Task<TimeSpan> InterruptAsync(CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        if (Kill(ProcessId, SigInt) != 0) throw new InvalidOperationException($"{name} could not be signalled.");
        await _process!.WaitForExitAsync(cancellationToken);
        return Stopwatch.GetElapsedTime(start);
    }

    /// <summary>Waits until a line that the process wrote satisfies the condition.</summary>
    public async Task<string> LineAsync(Func<string, bool> condition, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_lines.FirstOrDefault(condition) is { } line) return line;
            if (HasExited) throw new InvalidOperationException($"{name} ended with {ExitCode} before it wrote the expected line:\n{Tail}");
            await Task.Delay(50, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process?.Dispose();
    }

    private void Keep(object sender, DataReceivedEventArgs e)
    {
        if (e.Data is { } line) _lines.Enqueue(line);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);
}
