namespace Consortium.Cli;

/// <summary>The exit codes of the command; part of its contract.</summary>
internal static class ExitCode
{
    /// <summary>Done, and the answer is good.</summary>
    public const int Good = 0;

    /// <summary>Done, and the answer is bad: invalid, rejected, tampered.</summary>
    public const int Bad = 1;

    /// <summary>The call or its input could not be understood.</summary>
    public const int Misunderstood = 2;

    /// <summary>Something outside failed: broker, chain, disk.</summary>
    public const int OutsideFailed = 3;
}

/// <summary>Ends a command with an exit code and one line on stderr that says what to do.</summary>
internal sealed class CommandException(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;

    public static CommandException Misunderstood(string message) => new(Cli.ExitCode.Misunderstood, message);

    public static CommandException Outside(string message) => new(Cli.ExitCode.OutsideFailed, message);
}
