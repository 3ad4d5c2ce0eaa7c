using System.Globalization;

namespace Consortium.Ledger;

/// <summary>
/// The file beside the state file that says which anvil writes it, and for which program. It lets the next start tell an anvil that
/// outlived its program (killed with SIGKILL) from one whose program still runs.
/// </summary>
internal sealed class ProcessMark(string stateFile)
{
    private readonly string _path = stateFile + ".pid";

    /// <summary>Stops what an earlier program left behind on this state file.</summary>
    /// <exception cref="DevelopmentChainException">The program that uses the state file still runs.</exception>
    public async Task ClearStaleAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        if (!File.Exists(_path)) return;
        string[] fields = (await File.ReadAllTextAsync(_path, cancellationToken).ConfigureAwait(false)).Split(' ', StringSplitOptions.TrimEntries);
        if (fields.Length == 3
            && int.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out int anvil)
            && int.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out int owner)
            && Holds(anvil))
        {
            if (StartTime(owner) == fields[2])
            {
                throw new DevelopmentChainException($"The chain's state file {stateFile} is in use by process {owner}. Stop that program first, or name another state file.");
            }

            UnixSignal.Terminate(anvil);
            for (long started = Environment.TickCount64; Holds(anvil); )
            {
                if (Environment.TickCount64 - started > patience.TotalMilliseconds)
                {
                    throw new DevelopmentChainException($"Process {anvil}, an anvil left over on {stateFile}, does not end. Stop it by hand.");
                }

                await Task.Delay(20, cancellationToken).ConfigureAwait(false);
            }
        }

        Remove();
    }

    /// <summary>Notes the anvil and this program.</summary>
    public void Write(int anvil) => File.WriteAllText(
        _path, string.Create(CultureInfo.InvariantCulture, $"{anvil} {Environment.ProcessId} {StartTime(Environment.ProcessId)}"));

    public void Remove() => File.Delete(_path);

    /// <summary>True where the process is an anvil on our state file: process ids are used again.</summary>
    private bool Holds(int processId)
    {
        try
        {
            string[] arguments = File.ReadAllText($"/proc/{processId}/cmdline").Split('\0');
            int state = Array.IndexOf(arguments, "--state");
            return state >= 0 && state + 1 < arguments.Length && arguments[state + 1] == stateFile
                && Path.GetFileNameWithoutExtension(arguments[0]) == "anvil";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // ended, or no /proc on this system
        }
    }

    /// <summary>When a process started, in the kernel's ticks (proc(5), stat field 22): with the id it names a process for good.</summary>
    private static string StartTime(int processId)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{processId}/stat");
            // Field 2 is the program's name in parentheses and may hold anything.
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "-";
        }
    }
}
