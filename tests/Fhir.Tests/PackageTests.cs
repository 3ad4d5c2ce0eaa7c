using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Consortium.Fhir.Packages;

namespace Consortium.Fhir.Tests;

/// <summary>FHIR packages as the FHIR NPM package specification has them, Bundles and single files; and hostile ones.</summary>
public sealed class PackageTests
{
    private const string Manifest = """{"name":"example.fhir","version":"1.2.3","fhirVersions":["4.0.1"],"dependencies":{"hl7.fhir.r4.core":"4.0.1"}}""";
    private const string Profile = """{"resourceType":"StructureDefinition","id":"p","url":"http://example.org/p","version":"1","name":"P"}""";

    private static MemoryStream Tgz(params (string Name, string Content)[] files)
    {
        MemoryStream stream = new();
        using (GZipStream zip = new(stream, CompressionLevel.Fastest, leaveOpen: true))
        using (TarWriter tar = new(zip))
        {
            foreach ((string name, string content) in files)
            {
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) });
            }
        }

        stream.Position = 0;
        return stream;
    }

    private static FhirFormatException Refused(Stream tgz, PackageLimits? limits = null) =>
        Assert.Throws<FhirFormatException>(() => FhirPackage.ReadTgz(tgz, limits ?? PackageLimits.Default));

    [Fact]
    public void ReadTgz_Package_GivesTheResourcesBesideTheManifestAndNoOthers()
    {
        FhirPackage package = FhirPackage.ReadTgz(Tgz(
            ("package/StructureDefinition-p.json", Profile),
            ("package/package.json", Manifest),
            ("package/.index.json", """{"index-version":1,"files":[]}"""),
            ("package/Patient-a.json", """{"resourceType":"Patient","id":"a"}"""),
            ("package/notes.txt", "no resource"),
            ("package/example/Patient-b.json", """{"resourceType":"Patient","id":"b"}"""),
            ("other/Patient-c.json", """{"resourceType":"Patient","id":"c"}""")));
        Assert.Equal(("example.fhir", "1.2.3"), (package.Name, package.Version));
        Assert.Equal(["StructureDefinition", "Patient"], package.Resources.Select(r => r.ResourceType));
        FhirDocument profile = Assert.Single(package.Definitions);
        Assert.Same(profile, FhirDefinitions.R4.With(package.Definitions).Find("StructureDefinition", "http://example.org/p|1"));
    }

    [Fact]
    public void ReadTgz_NamesWithALeadingDot_AreTheSame() =>
        Assert.Single(FhirPackage.ReadTgz(Tgz(("./package/package.json", Manifest), ("./package/p.json", Profile))).Definitions);

    [Fact]
    public void ReadTgz_WithoutManifest_IsNoPackage() =>
        Assert.Contains("package/package.json is missing", Refused(Tgz(("package/p.json", Profile))).Message, StringComparison.Ordinal);

    [Fact]
    public void ReadTgz_OfAnotherFhirVersion_SaysWhich() =>
        Assert.Equal("It is a package for FHIR 5.0.0; only R4 (4.0.1) is understood.", Refused(Tgz(("package/package.json", """{"fhirVersions":["5.0.0"]}"""))).Message);

    [Fact]
    public void ReadTgz_BrokenResource_NamesTheFileAndThePlace()
    {
        FhirFormatException refused = Refused(Tgz(("package/package.json", Manifest), ("package/bad.json", "{\n \"resourceType\":")));
        Assert.StartsWith("package/bad.json: ", refused.Message, StringComparison.Ordinal);
        Assert.Equal(2, refused.Line);
    }

    [Fact]
    public void ReadTgz_UnpacksToMoreThanTheLimits_IsRefusedBeforeItIsAllRead()
    {
        string large = new(' ', 100_000);
        Assert.Contains("at most 1000 are read", Refused(Tgz(("package/package.json", Manifest), ("package/x.json", large)), new PackageLimits(1 << 20, 1000, 10)).Message, StringComparison.Ordinal);
        Assert.Contains("more than 2 files", Refused(Tgz(("package/package.json", Manifest), ("package/p.json", Profile), ("x", "")), new PackageLimits(1 << 20, 1 << 20, 2)).Message, StringComparison.Ordinal);

        // Files that are not wanted are passed over, and count all the same: a bomb may stand anywhere.
        Assert.Contains("unpacks to more than 50000 bytes", Refused(Tgz(("other/x", large), ("package/package.json", Manifest)), new PackageLimits(50_000, 1 << 20, 10)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadTgz_AnyTruncation_IsRefusedOrReadAndNothingElseEscapes()
    {
        byte[] whole = Tgz(("package/package.json", Manifest), ("package/p.json", Profile)).ToArray();
        for (int length = 0; length < whole.Length; length++)
        {
            using MemoryStream part = new(whole, 0, length);
            Assert.IsType<FhirFormatException>(Record.Exception(() => FhirPackage.ReadTgz(part)) ?? new FhirFormatException());
        }
    }

    [Fact]
    public void ReadTgz_AnyByteChanged_IsRefusedOrReadAndNothingElseEscapes()
    {
        byte[] whole = Tgz(("package/package.json", Manifest), ("package/p.json", Profile)).ToArray();
        Random random = new(20260101);
        for (int round = 0; round < 2_000; round++)
        {
            byte[] changed = [.. whole];
            changed[random.Next(changed.Length)] = (byte)random.Next(256);
            using MemoryStream stream = new(changed);
            Assert.IsType<FhirFormatException>(Record.Exception(() => FhirPackage.ReadTgz(stream)) ?? new FhirFormatException());
        }
    }

    [Fact]
    public void ReadTgz_TarWithAnyByteChanged_IsRefusedOrReadAndNothingElseEscapes()
    {
        using MemoryStream tar = new();
        using (GZipStream unzip = new(Tgz(("package/package.json", Manifest), ("package/p.json", Profile)), CompressionMode.Decompress)) unzip.CopyTo(tar);
        Random random = new(20260102);
        for (int round = 0; round < 2_000; round++)
        {
            byte[] changed = tar.ToArray();
            changed[random.Next(1, 2_600) % changed.Length] = (byte)random.Next(256);
            using MemoryStream stream = new();
            using (GZipStream zip = new(stream, CompressionLevel.NoCompression, leaveOpen: true)) zip.Write(changed);
            stream.Position = 0;
            Assert.IsType<FhirFormatException>(Record.Exception(() => FhirPackage.ReadTgz(stream)) ?? new FhirFormatException());
        }
    }

    [Fact]
    public void ReadResource_Bundle_GivesItsEntriesByFullUrlAndByTypeAndId()
    {
        FhirPackage package = FhirPackage.ReadResource(Encoding.UTF8.GetBytes($$"""
            {"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a","resource":{"resourceType":"Patient","id":"a","meta":{"versionId":"2"} } },{"resource":{{Profile}} }]}
            """));
        FhirDocument patient = package.Resources[1];
        Assert.Same(patient, package.Resolve("Patient/a"));
        Assert.Same(patient, package.Resolve("Patient/a/_history/2"));
        Assert.Null(package.Resolve("Patient/a/_history/1"));
        Assert.Same(patient, package.Resolve("urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a"));
        Assert.Same(package.Resources[2], package.Resolve("http://example.org/p"));
        Assert.Same(package.Resources[2], package.Resolve("http://example.org/p|1"));
        Assert.Null(package.Resolve("Patient/b"));
    }

    [Fact]
    public void ReadResource_Xml_IsReadAsJsonIs()
    {
        FhirPackage package = FhirPackage.ReadResource("\uFEFF<ValueSet xmlns=\"http://hl7.org/fhir\"><id value=\"v\"/><url value=\"http://example.org/v\"/></ValueSet>"u8.ToArray());
        Assert.Equal("http://example.org/v", Assert.Single(package.Definitions).Root.Child("url").Value);
    }

    [Fact]
    public void ReadResource_JsonThatIsNoResource_GivesNothing() =>
        Assert.Empty(FhirPackage.ReadResource("""{"name":"a tool's settings"}"""u8.ToArray()).Resources);

    [Fact]
    public void Of_SeveralPackages_TheLaterOneWins()
    {
        FhirPackage first = FhirPackage.ReadResource(Encoding.UTF8.GetBytes(Profile)), second = FhirPackage.ReadResource(Encoding.UTF8.GetBytes(Profile));
        FhirPackage both = FhirPackage.Of([first, second]);
        Assert.Equal(2, both.Definitions.Count);
        Assert.Same(second.Definitions[0], both.Resolve("http://example.org/p"));
        Assert.Same(second.Definitions[0], FhirDefinitions.R4.With(both.Definitions).Find("StructureDefinition", "http://example.org/p"));
    }
}
