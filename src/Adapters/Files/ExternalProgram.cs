using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Consortium.Adapters.Files;

/// <summary>
/// A program of the operating system that reads a document. It gets the document on its standard input, so that no file with patient data is ever
/// written and nothing is left behind however either process ends; it is started without a shell, without the host's environment, and within limits of time, memory and output.
/// </summary>
/// <param name="name">The program.</param>
/// <param name="package">Debian's packages that have it, for the message where it is missing.</param>
internal sealed class ExternalProgram(string name, string package)
{
    private const int MostErrors = 64 * 1024;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private static readonly string[] UsualFolders = OperatingSystem.IsWindows() ? [] : ["/usr/bin", "/usr/local/bin", "/bin", "/opt/homebrew/bin"];

    /// <summary>The program's answer.</summary>
    /// <param name="ExitCode">Its exit code.</param>
    /// <param name="Output">What it printed.</param>
    /// <param name="Errors">What it complained of; may quote the document, so it goes into no message.</param>
    internal readonly record struct Answer(int ExitCode, ReadOnlyMemory<byte> Output, string Errors);

    /// <summary>The folders to look in; null for the host's PATH and the usual ones.</summary>
    internal string? SearchPath { get; init; }

    /// <summary>Runs the program.</summary>
    /// <exception cref="FileRefusedException">It is not installed (<c>transient</c>), or ran over a limit (<c>too-costly</c>).</exception>
    public Answer Run(ReadOnlyMemory<byte> input, params string[] arguments) => Run(input, FileLimits.ProgramTime, FileLimits.ProgramMemory, FileLimits.ProgramOutput, arguments);

    /// <inheritdoc cref="Run(ReadOnlyMemory{byte}, string[])"/>
    internal Answer Run(ReadOnlyMemory<byte> input, TimeSpan time, long memory, int output, params string[] arguments)
    {
        string program = Find(name, SearchPath) ?? throw new FileRefusedException(
            "transient", $"{name}, which reads this form of document, is not installed on this machine. Install it (Debian and Ubuntu: apt-get install {package}), then release the record from the quarantine.");
        using Process process = Start(program, arguments, time, memory);
        using var run = new Running(process, input, output);
        string? cause = run.Wait(time, memory);
        if (cause is not null) throw FileRefusedException.TooMuch($"reading the document with {name} {cause}");
        return new Answer(process.ExitCode, run.Output.ToArray(), run.Errors);
    }

    // Only in folders named from the root: never in the one that the host happens to run in.
    private static string? Find(string program, string? searchPath)
    {
        string file = OperatingSystem.IsWindows() ? program + ".exe" : program;
        IEnumerable<string> folders = searchPath is { } own ? own.Split(Path.PathSeparator) : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Concat(UsualFolders);
        return folders.Where(Path.IsPathRooted).Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists);
    }

    private static Process Start(string program, string[] arguments, TimeSpan time, long memory)
    {
        // Where the system has prlimit (util-linux), the kernel enforces the limits, and no core dump holds patient data. The watch below is for the others, and for waiting.
        string? limiter = OperatingSystem.IsLinux() ? Find("prlimit", null) : null;
        string[] whole = limiter is null
            ? arguments
            : [string.Create(CultureInfo.InvariantCulture, $"--as={memory}"), string.Create(CultureInfo.InvariantCulture, $"--cpu={Math.Ceiling(time.TotalSeconds)}"), "--core=0", "--nofile=64", "--", program, .. arguments];
        var start = new ProcessStartInfo(limiter ?? program, whole)
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            WorkingDirectory = Path.GetTempPath(),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string? system = Environment.GetEnvironmentVariable("SystemRoot");
        start.Environment.Clear();
        start.Environment["PATH"] = Path.GetDirectoryName(program);
        start.Environment["LC_ALL"] = "C.UTF-8";
        if (system is not null) start.Environment["SystemRoot"] = system;
        try
        {
            return Process.Start(start)!;
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            throw new FileRefusedException("transient", $"{Path.GetFileName(program)} cannot be started ({e.GetType().Name}). Is it executable for the host's user? Then release the record from the quarantine.", null, e);
        }
    }

    /// <summary>A process with its three streams, each moved by a thread of its own: none of them waits for another, and no thread of the pool waits for any.</summary>
    private sealed class Running : IDisposable
    {
        private readonly Process _process;
        private readonly MemoryStream _output = new();
        private readonly StringBuilder _errors = new();
        private readonly Thread[] _threads;
        private volatile bool _tooLong;

        public Running(Process process, ReadOnlyMemory<byte> input, int most)
        {
            _process = process;
            _threads = [Begin(() => Write(input)), Begin(() => Read(most)), Begin(ReadErrors)];
        }

        public ReadOnlyMemory<byte> Output => _output.GetBuffer().AsMemory(0, (int)_output.Length);

        public string Errors => _errors.ToString();

        /// <summary>Waits for the end; gives the limit that was passed, or null.</summary>
        public string? Wait(TimeSpan time, long memory)
        {
            long began = Stopwatch.GetTimestamp();
            string? cause = null;
            while (!_process.WaitForExit(Look))
            {
                if (_tooLong) cause = "gave more output than is taken";
                else if (Stopwatch.GetElapsedTime(began) > time) cause = $"took longer than {time.TotalSeconds:0.#} seconds";
                else if (WorkingSet() > memory) cause = $"needed more than {memory / (1024 * 1024)} MiB of memory";
                if (cause is null) continue;
                Kill();
                break;
            }

            if (cause is null && _tooLong) cause = "gave more output than is taken";

            // A grandchild that inherited the pipes could hold them open.
            foreach (Thread thread in _threads)
            {
                if (!thread.Join(TimeSpan.FromSeconds(5))) cause ??= "did not close its output";
            }

            // Ended by the kernel for its limits (SIGXCPU 24; SIGKILL 9 of the memory killer).
            if (cause is null && _process.ExitCode is 128 + 24 or 128 + 9) cause = "passed its limit of time or memory";
            return cause;
        }

        public void Dispose() => _output.Dispose();

        private long WorkingSet()
        {
            try
            {
                _process.Refresh();
                return _process.WorkingSet64;
            }
            catch (InvalidOperationException)
            {
                return 0; // ended meanwhile
            }
        }

        private void Kill()
        {
            try
            {
                _process.Kill(entireProcessTree: true);
                _process.WaitForExit();
            }
            catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException)
            {
                // Ended meanwhile.
            }
        }

        private void Write(ReadOnlyMemory<byte> input)
        {
            try
            {
                using Stream stream = _process.StandardInput.BaseStream;
                stream.Write(input.Span);
            }
            catch (IOException)
            {
                // It ended, or has read enough.
            }
        }

        private void Read(int most)
        {
            byte[] buffer = new byte[64 * 1024];
            Stream stream = _process.StandardOutput.BaseStream;
            for (int length; (length = Take(stream, buffer)) > 0;)
            {
                if (_output.Length + length > most) _tooLong = true;
                else _output.Write(buffer, 0, length);
            }
        }

        private void ReadErrors()
        {
            byte[] buffer = new byte[4096];
            Stream stream = _process.StandardError.BaseStream;
            for (int length; (length = Take(stream, buffer)) > 0;)
            {
                if (_errors.Length < MostErrors) _errors.Append(Encoding.Latin1.GetString(buffer, 0, length));
            }
        }

        private static int Take(Stream stream, byte[] buffer)
        {
            try
            {
                return stream.Read(buffer);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                return 0;
            }
        }

        private static Thread Begin(Action action)
        {
            var thread = new Thread(() => action()) { IsBackground = true, Name = "document program" };
            thread.Start();
            return thread;
        }
    }
}
