using Consortium.Cli.Validation;
using Consortium.Fhir;

namespace Consortium.Cli.Tests.Validation;

/// <summary>What <c>--package</c> and <c>--profile</c> take, and what they say when they cannot.</summary>
public sealed class GivenDefinitionsTests : IDisposable
{
    private const string Profile = """{"resourceType":"StructureDefinition","url":"http://example.org/p","version":"1","name":"P","status":"draft","kind":"resource","abstract":false,"type":"Patient","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint","differential":{"element":[{"id":"Patient","path":"Patient"}]}}""";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("package");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Validator_NothingGiven_IsTheSharedOne() => Assert.Same(FhirValidator.R4, GivenDefinitions.Validator([], []));

    [Fact]
    public void Validator_Folder_TakesWhatLiesInItAndBelow()
    {
        Write("a/profile.json", Profile);
        Write("b/c/valueset.xml", """<ValueSet xmlns="http://hl7.org/fhir"><url value="http://example.org/v"/></ValueSet>""");
        Write("settings.json", """{"name":"no resource"}""");
        Write("notes.txt", "not read");
        FhirDefinitions definitions = GivenDefinitions.Validator([_folder.FullName], ["http://example.org/p|1"]).Definitions;
        Assert.NotNull(definitions.Find("ValueSet", "http://example.org/v"));
        Assert.NotNull(definitions.Find("StructureDefinition", "http://example.org/p"));
    }

    [Fact]
    public void Validator_ProfileNamedByItsFile_IsAdded() =>
        Assert.NotNull(GivenDefinitions.Validator([], [Write("p.json", Profile)]).Definitions.Find("StructureDefinition", "http://example.org/p"));

    [Fact]
    public void Validator_UnknownProfile_NamesItAndTheWayOut() => Assert.Equal(
        "--profile http://example.org/none: no StructureDefinition with this URL is known. Give the file, folder or package that has it with --package.",
        Refused([], ["http://example.org/none"]));

    [Fact]
    public void Validator_PackageThatIsMissing_NamesIt() =>
        Assert.Equal("--package /no/such/place: no such file or folder.", Refused(["/no/such/place"], []));

    [Fact]
    public void Validator_BrokenFile_NamesItAndThePlace()
    {
        string file = Write("broken.json", "{\n  \"resourceType\": }");
        Assert.StartsWith(file + ", line 2, column ", Refused([file], []), StringComparison.Ordinal);
    }

    [Fact]
    public void Validator_TgzThatIsNone_NamesIt()
    {
        string file = Write("x.tgz", "no gzip");
        Assert.StartsWith(file + ": It is not a gzip-compressed tar", Refused([file], []), StringComparison.Ordinal);
    }

    private static string Refused(string[] packages, string[] profiles)
    {
        CommandException refused = Assert.Throws<CommandException>(() => GivenDefinitions.Validator(packages, profiles));
        Assert.Equal(ExitCode.Misunderstood, refused.ExitCode);
        return refused.Message;
    }

    private string Write(string name, string content)
    {
        string path = Path.Combine(_folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }
}
