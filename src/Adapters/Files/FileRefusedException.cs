using Consortium.Fhir;

namespace Consortium.Adapters.Files;

/// <summary>A file whose text cannot be had whole and right. The words hold nothing of the file's content.</summary>
internal sealed class FileRefusedException : Exception
{
    public FileRefusedException(string code, string reason, string? place = null, Exception? inner = null)
        : base(reason, inner) => Issue = new OutcomeIssue(IssueSeverity.Fatal, code, reason, place);

    /// <summary>The reason as an issue: code of FHIR's issue types, words with the way out, the place.</summary>
    public OutcomeIssue Issue { get; }

    /// <summary>A file that asks for more than any clinical document needs.</summary>
    public static FileRefusedException TooMuch(string what) => new("too-costly", $"{what}; no clinical document needs that. Was it made to harm?");

    /// <summary>A file whose structure is broken.</summary>
    public static FileRefusedException Damaged(string what, Exception? inner = null) => new("structure", $"{what}: the file is damaged. Send it again, or save it anew in the program that made it.", null, inner);

    /// <summary>A file behind a password.</summary>
    public static FileRefusedException Locked(string form) => new("security", $"this {form} file is protected with a password. Remove the password, and send it again.");
}
