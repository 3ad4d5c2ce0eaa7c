using System.Diagnostics;
using System.Text;
using Consortium.Adapters.Files;

namespace Consortium.Adapters.Tests.Files;

/// <summary>Programs of the operating system run within limits, get nothing of the host, and leave nothing behind.</summary>
public class ExternalProgramTests
{
    private const long Memory = 512L * 1024 * 1024;
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(30);

    [Fact]
    public void A_missing_program_is_named_with_its_package_and_the_record_can_be_released_later()
    {
        var missing = new ExternalProgram("pdftotext", "poppler-utils poppler-data") { SearchPath = "/nowhere" };
        var issue = Assert.Throws<FileRefusedException>(() => missing.Run(default)).Issue;
        Assert.Equal("transient", issue.Code);
        Assert.Contains("pdftotext", issue.Diagnostics, StringComparison.Ordinal);
        Assert.Contains("apt-get install poppler-utils poppler-data", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Input_and_output_of_any_size_pass_through() =>
        Assert.Equal(5_000_000, new ExternalProgram("cat", "coreutils").Run(new byte[5_000_000], Time, Memory, 10_000_000).Output.Length);

    [Fact]
    public void A_program_that_takes_too_long_is_ended()
    {
        var refused = Assert.Throws<FileRefusedException>(() => new ExternalProgram("sleep", "coreutils").Run(default, TimeSpan.FromMilliseconds(200), Memory, 100, "600"));
        Assert.Equal("too-costly", refused.Issue.Code);
        Assert.DoesNotContain(Process.GetProcessesByName("sleep"), process => Arguments(process).Contains("600", StringComparison.Ordinal) && IsOurs(process));
    }

    [Fact]
    public void A_program_that_prints_without_end_is_ended() =>
        Assert.Equal("too-costly", Assert.Throws<FileRefusedException>(() => new ExternalProgram("yes", "coreutils").Run(default, Time, Memory, 1_000_000)).Issue.Code);

    [Fact]
    public void A_program_that_takes_too_much_memory_is_ended() =>
        Assert.NotEqual(0, Ended(() => new ExternalProgram("tail", "coreutils").Run(new byte[400_000_000], Time, 64L * 1024 * 1024, 1_000, "-c", "400000000")));

    [Fact]
    public void A_program_sees_nothing_of_the_host_environment()
    {
        Environment.SetEnvironmentVariable("CONSORTIUM_TEST_UNSEEN", "a secret of the host");
        string seen = Encoding.UTF8.GetString(new ExternalProgram("env", "coreutils").Run(default, Time, Memory, 100_000).Output.Span);
        Assert.DoesNotContain("secret", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("HOME", seen, StringComparison.Ordinal);
    }

    // Refused for its cost, or ended with an exit code of its own when the kernel gave it no more: either way nothing of it is used.
    private static int Ended(Func<ExternalProgram.Answer> run)
    {
        try
        {
            return run().ExitCode;
        }
        catch (FileRefusedException refused) when (refused.Issue.Code == "too-costly")
        {
            return -1;
        }
    }

    private static string Arguments(Process process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process.Id}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static bool IsOurs(Process process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process.Id}/stat").Split(' ')[3] == Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
