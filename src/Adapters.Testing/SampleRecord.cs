namespace Consortium.Adapters.Testing;

/// <summary>A good record that an adapter must convert.</summary>
/// <param name="Name">Its name in messages of the tests.</param>
/// <param name="Bytes">The record as the HIS sends it.</param>
public sealed record SampleRecord(string Name, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The name of the file that it would come in; null for none.</summary>
    public string? FileName { get; init; }

    /// <summary>Names, numbers and addresses in it that must never stand in an issue, whatever happens to the record.</summary>
    public IReadOnlyList<string> PatientData { get; init; } = [];

    /// <summary>A record from a file, by its full name.</summary>
    public static SampleRecord FromFile(string path, params IReadOnlyList<string> patientData) =>
        new(Path.GetFileName(path), File.ReadAllBytes(path)) { FileName = Path.GetFileName(path), PatientData = patientData };

    /// <inheritdoc/>
    public override string ToString() => Name;
}
