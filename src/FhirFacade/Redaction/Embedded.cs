namespace Consortium.FhirFacade.Redaction;

/// <summary>The text files that the redaction carries inside the assembly.</summary>
internal static class Embedded
{
    public static string Read(string name)
    {
        using Stream stream = typeof(Embedded).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not embedded.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
