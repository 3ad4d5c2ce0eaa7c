using Consortium.Adapters.Files;
using Consortium.Fhir;

namespace Consortium.Adapters.Tests.Files;

/// <summary>What a file's text is, or why there is none.</summary>
internal static class Texts
{
    /// <summary>The lines of a file that must be read.</summary>
    public static string[] Lines(byte[] bytes) => Read(bytes).Text.TrimEnd('\n').Split('\n');

    public static FileText Read(byte[] bytes)
    {
        FileForm? form = FileForms.Of(bytes);
        Assert.NotNull(form);
        return FileText.Read(form.Value, bytes);
    }

    /// <summary>The reason of a file that must be refused.</summary>
    public static OutcomeIssue Refusal(byte[] bytes)
    {
        FileForm? form = FileForms.Of(bytes);
        Assert.NotNull(form);
        return Assert.Throws<FileRefusedException>(() => FileText.Read(form.Value, bytes)).Issue;
    }
}
