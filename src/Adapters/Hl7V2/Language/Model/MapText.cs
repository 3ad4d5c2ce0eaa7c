using Consortium.Adapters.Site;

namespace Consortium.Adapters.Hl7V2.Language.Model;

/// <summary>A text of a map file and where it stands, so that whatever is wrong with it can be said with file, line and column.</summary>
/// <param name="Value">The text.</param>
/// <param name="File">The file, from the maps' folder: <c>segments/PID-Patient.yaml</c>.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
internal sealed record MapText(string Value, string File, long Line, long Column)
{
    /// <summary>File and line, as <c>--explain</c> names a rule.</summary>
    public string At => $"{File}:{Line}";

    /// <summary>An error at this place.</summary>
    public SiteConfigurationException Fault(string problem) => new(File, $"line {Line}, column {Column}", problem);

    /// <summary>An error within the text.</summary>
    /// <param name="offset">Characters from the text's start.</param>
    /// <param name="problem">What is wrong and the way out.</param>
    public SiteConfigurationException FaultAt(int offset, string problem) => new(File, $"line {Line}, column {Column + offset}", problem);

    /// <inheritdoc/>
    public override string ToString() => Value;
}
