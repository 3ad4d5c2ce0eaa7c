using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Consortium.Ledger;

/// <summary>Finds and starts the <c>anvil</c> program.</summary>
internal static class AnvilProgram
{
    private const string Variable = "CONSORTIUM_ANVIL";

    /// <summary>The variable's path; else npm's package in a <c>node_modules</c> above the program or the working directory; else the PATH.</summary>
    public static string Find()
    {
        string? named = Environment.GetEnvironmentVariable(Variable);
        if (!string.IsNullOrEmpty(named)) return File.Exists(named) ? named : throw new DevelopmentChainException($"{Variable} names no file: {named}");
        return FindAbove(AppContext.BaseDirectory) ?? FindAbove(Environment.CurrentDirectory) ?? FindOnPath()
            ?? throw new DevelopmentChainException($"There is no anvil: run 'npm ci' in the repository, or set {Variable} to the program's path, or put it on the PATH.");
    }

    public static Process Start(string program, DevelopmentChainOptions options, int port, string? stateFile, AnvilOutput output)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        Add(start, "--host", "127.0.0.1");
        Add(start, "--port", Text(port));
        Add(start, "--chain-id", Text(options.ChainId));
        Add(start, "--hardfork", options.Hardfork);
        start.ArgumentList.Add("--quiet");
        if (options.BlockTime > 0) Add(start, "--block-time", Text(options.BlockTime));
        if (options.BlockGasLimit is { } limit) Add(start, "--gas-limit", Text(limit));
        if (stateFile is not null)
        {
            Add(start, "--state", stateFile);
            Add(start, "--state-interval", Text(Math.Max(1, (int)options.StateInterval.TotalSeconds)));
        }

        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new DevelopmentChainException($"{program} cannot be run: {e.Message}");
        }

        process.OutputDataReceived += (_, line) => output.Add(line.Data);
        process.ErrorDataReceived += (_, line) => output.Add(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static void Add(ProcessStartInfo start, string option, string value)
    {
        start.ArgumentList.Add(option);
        start.ArgumentList.Add(value);
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);

    private static string? FindAbove(string folder)
    {
        for (DirectoryInfo? above = new(folder); above is not null; above = above.Parent)
        {
            string scope = Path.Combine(above.FullName, "node_modules", "@foundry-rs");
            if (!Directory.Exists(scope)) continue;
            string? found = Directory.EnumerateDirectories(scope, "anvil-*")
                .Select(package => Path.Combine(package, "bin", OperatingSystem.IsWindows() ? "anvil.exe" : "anvil"))
                .FirstOrDefault(File.Exists);
            if (found is not null) return found;
        }

        return null;
    }

    private static string? FindOnPath() => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? "anvil.exe" : "anvil"))
        .FirstOrDefault(File.Exists);
}

/// <summary>The last lines that anvil printed, for the message when it does not start.</summary>
internal sealed class AnvilOutput
{
    private const int MostLines = 20;
    private readonly Queue<string> _lines = new();
    private readonly Lock _lock = new();

    public string Text
    {
        get
        {
            lock (_lock) return _lines.Count == 0 ? "it printed nothing and did not answer." : string.Join(' ', _lines);
        }
    }

    public bool SaysPortTaken => Text.Contains("in use", StringComparison.OrdinalIgnoreCase);

    public void Add(string? line)
    {
        if (string.IsNullOrWhiteSpace(line)) return;
        lock (_lock)
        {
            _lines.Enqueue(line);
            if (_lines.Count > MostLines) _lines.Dequeue();
        }
    }
}
