using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Consortium.Ledger;

/// <summary>Asks a process to end; .NET itself can only kill.</summary>
internal static class UnixSignal
{
    private const int SigInt = 2;
    private const int SigTerm = 15;

    /// <summary>SIGTERM where there are signals; elsewhere the process is killed.</summary>
    public static void Terminate(Process process)
    {
        try
        {
            if (process.HasExited) return;
            if (OperatingSystem.IsWindows()) process.Kill();
            else Terminate(process.Id);
        }
        catch (InvalidOperationException)
        {
            // it has ended in the meantime
        }
    }

    /// <summary>SIGTERM to a process that is not our child.</summary>
    public static void Terminate(int processId) => _ = Kill(processId, SigTerm);

    /// <summary>SIGINT: what a Ctrl-C on the terminal sends to the whole process group.</summary>
    public static void Interrupt(int processId) => _ = Kill(processId, SigInt);

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}
