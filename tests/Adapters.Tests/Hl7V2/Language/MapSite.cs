using System.Text;
using Consortium.Adapters.Hl7V2;
using Consortium.Adapters.Hl7V2.Language.Load;
using Consortium.Adapters.Site;

namespace Consortium.Adapters.Tests.Hl7V2.Language;

/// <summary>A site folder with maps, gone after the test.</summary>
public sealed class MapSite : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maps-");

    internal string Folder => _folder.FullName;

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Writes a map file.</summary>
    internal MapSite With(string name, string yaml)
    {
        string path = Path.Combine(Folder, MapFiles.SiteFolder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, yaml);
        return this;
    }

    /// <summary>A message Q01 of one PID and any Z-segments, small enough to see in a test what a row does.</summary>
    internal MapSite WithMessage(string rows, string make = "") => With("segments/PID-Patient.yaml", $"map: PID[Patient]\nreplace: true\nrows:\n{rows}")
        .With("messages/ZZZ_Z01.yaml", "message: ZZZ_Z01\nmake:\n- {for: PID, resource: Patient, name: patient, map: 'PID[Patient]', identity: patient, required: true}\n" + make);

    internal ConversionResult Convert(params string[] segments)
    {
        string message = string.Join('\r', segments.Prepend(@"MSH|^~\&|HIS|HOSP|FHIR|HOSP|20240102030405||ZZZ^Z01|M1|P|2.5.1||||||UNICODE UTF-8"));
        return ConvertMessage(message);
    }

    internal ConversionResult ConvertMessage(string message)
    {
        var adapter = new Hl7V2Adapter(new MapSource(Folder));
        return Assert.Single(adapter.Convert(new RawRecord(Encoding.UTF8.GetBytes(message), "test", DateTimeOffset.UnixEpoch), SiteConfiguration.Default.ContextFor("test")));
    }

    /// <summary>The error that keeps these maps from being loaded.</summary>
    internal string Refusal() => Assert.Throws<SiteConfigurationException>(() => new MapSource(Folder)).Message;
}
