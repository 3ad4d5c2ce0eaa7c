namespace Consortium.Adapters.Cda.Xml;

/// <summary>A document that cannot be read: why, where, and the way out. Never quotes the document.</summary>
internal sealed class CdaFormatException(string code, string message, int? line = null, int? column = null) : Exception(message)
{
    /// <summary>A code of FHIR's issue types.</summary>
    public string Code { get; } = code;

    /// <summary>Line, from 1.</summary>
    public int? Line { get; } = line;

    /// <summary>Character of the line, from 1.</summary>
    public int? Column { get; } = column;
}
