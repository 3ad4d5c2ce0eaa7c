using System.Text;

namespace Consortium.Audit;

/// <summary>Files of a replay that a regulator keeps: <c>verdict.json</c> for machines, <c>report.html</c> for people.</summary>
public static class ReplayReport
{
    /// <summary>Writes both files; the folder is made where it is not there.</summary>
    /// <returns>The path of the HTML report.</returns>
    public static async Task<string> WriteAsync(ReplayVerdict verdict, string directory, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(verdict);
        Directory.CreateDirectory(directory);
        await File.WriteAllBytesAsync(Path.Combine(directory, "verdict.json"), verdict.ToJson(), cancellationToken).ConfigureAwait(false);
        string report = Path.Combine(directory, "report.html");
        await File.WriteAllTextAsync(report, HtmlReport.Write(verdict), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), cancellationToken).ConfigureAwait(false);
        return report;
    }
}
