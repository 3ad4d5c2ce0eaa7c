using System.Text;
using Consortium.FhirFacade.Patch;
using Consortium.FhirFacade.Rest;

namespace Consortium.FhirFacade.Tests.Patch;

/// <summary>FHIR R4 fhirpatch.html: each operation on primitives, complex types, inline types, lists, choices and extensions.</summary>
public sealed class FhirPathPatchTests
{
    private const string Two = "\"identifier\":[{\"system\":\"urn:s\",\"value\":\"1\"},{\"system\":\"urn:s\",\"value\":\"2\"}]";

    [Theory]
    [InlineData("", "\"birthDate\":\"1930-01-01\"", "add", "Patient", "birthDate", "\"valueDate\":\"1930-01-01\"")]
    [InlineData("\"birthDate\":\"1920-01-01\"", "\"birthDate\":\"1930-01-01\"", "replace", "Patient.birthDate", null, "\"valueDate\":\"1930-01-01\"")]
    [InlineData("\"birthDate\":\"1920-01-01\"", "", "delete", "Patient.birthDate", null, null)]
    [InlineData("", "", "delete", "Patient.birthDate", null, null)]
    [InlineData("\"birthDate\":\"1920-01-01\",\"_birthDate\":{\"id\":\"x\"}", "", "delete", "Patient.birthDate", null, null)]
    [InlineData("", "\"maritalStatus\":{\"text\":\"married\"}", "add", "Patient", "maritalStatus", "\"valueCodeableConcept\":{\"text\":\"married\"}")]
    [InlineData("\"maritalStatus\":{\"text\":\"married\"}", "\"maritalStatus\":{\"text\":\"not married\"}", "replace", "Patient.maritalStatus", null, "\"valueCodeableConcept\":{\"text\":\"not married\"}")]
    [InlineData("\"maritalStatus\":{\"text\":\"married\"}", "\"maritalStatus\":{\"text\":\"widowed\"}", "replace", "Patient.maritalStatus.text", null, "\"valueString\":\"widowed\"")]
    [InlineData("\"maritalStatus\":{\"text\":\"married\"}", "", "delete", "Patient.maritalStatus", null, null)]
    [InlineData("\"maritalStatus\":{\"id\":\"1\",\"text\":\"married\"}", "\"maritalStatus\":{\"id\":\"1\"}", "delete", "Patient.maritalStatus.text", null, null)]
    [InlineData("", "\"contact\":[{\"name\":{\"text\":\"a name\"},\"gender\":\"male\"}]", "add", "Patient", "contact", "\"part\":[{\"name\":\"name\",\"valueHumanName\":{\"text\":\"a name\"}},{\"name\":\"gender\",\"valueCode\":\"male\"}]")]
    [InlineData("\"contact\":[{\"name\":{\"text\":\"a name\"}}]", "\"contact\":[{\"name\":{\"text\":\"a name\"},\"gender\":\"male\"}]", "add", "Patient.contact[0]", "gender", "\"valueCode\":\"male\"")]
    [InlineData("\"contact\":[{\"name\":{\"text\":\"a\"},\"gender\":\"male\"}]", "\"contact\":[{\"name\":{\"text\":\"a\"},\"gender\":\"female\"}]", "replace", "Patient.contact[0].gender", null, "\"valueCode\":\"female\"")]
    [InlineData("\"contact\":[{\"name\":{\"text\":\"a\"},\"gender\":\"male\"}]", "\"contact\":[{\"name\":{\"text\":\"b\"},\"gender\":\"male\"}]", "replace", "Patient.contact[0].name.text", null, "\"valueString\":\"b\"")]
    [InlineData("\"contact\":[{\"name\":{\"text\":\"a\"}}]", "", "delete", "Patient.contact[0]", null, null)]
    [InlineData(Two, "\"identifier\":[{\"system\":\"urn:s\",\"value\":\"2\"}]", "delete", "Patient.identifier.where(value='1')", null, null)]
    [InlineData("\"name\":[{\"given\":[\"a\",\"b\"]}]", "\"name\":[{\"given\":[\"a\",\"b\",\"c\"]}]", "add", "Patient.name[0]", "given", "\"valueString\":\"c\"")]
    [InlineData("\"name\":[{\"given\":[\"a\",\"b\"],\"_given\":[null,{\"id\":\"i\"}]}]", "\"name\":[{\"given\":[\"b\"],\"_given\":[{\"id\":\"i\"}]}]", "delete", "Patient.name[0].given[0]", null, null)]
    [InlineData("\"birthDate\":\"1920-01-01\"", "\"birthDate\":\"1920-01-01\",\"_birthDate\":{\"extension\":[{\"url\":\"urn:e\",\"valueCode\":\"x\"}]}", "add", "Patient.birthDate", "extension", "\"valueExtension\":{\"url\":\"urn:e\",\"valueCode\":\"x\"}")]
    [InlineData("\"birthDate\":\"1920-01-01\",\"_birthDate\":{\"extension\":[{\"url\":\"urn:e\",\"valueCode\":\"x\"}]}", "\"birthDate\":\"1920-01-01\",\"_birthDate\":{\"extension\":[{\"url\":\"urn:e\",\"valueCode\":\"y\"}]}", "replace", "Patient.birthDate.extension[0].value", null, "\"valueCode\":\"y\"")]
    [InlineData("\"extension\":[{\"url\":\"urn:e\",\"valueCode\":\"x\"}]", "\"extension\":[{\"url\":\"urn:e\",\"valueString\":\"s\"}]", "replace", "Patient.extension('urn:e').value", null, "\"valueString\":\"s\"")]
    [InlineData("\"deceasedBoolean\":true", "\"deceasedDateTime\":\"2020\"", "replace", "Patient.deceased", null, "\"valueDateTime\":\"2020\"")]
    [InlineData("", "\"deceasedBoolean\":true", "add", "Patient", "deceased", "\"valueBoolean\":true")]
    [InlineData("", "\"contained\":[{\"resourceType\":\"Organization\",\"id\":\"o\",\"name\":\"x\"}]", "add", "Patient", "contained", "\"resource\":{\"resourceType\":\"Organization\",\"id\":\"o\",\"name\":\"x\"}")]
    [InlineData("\"contained\":[{\"resourceType\":\"Organization\",\"id\":\"o\",\"name\":\"x\"}]", "\"contained\":[{\"resourceType\":\"Organization\",\"id\":\"o\",\"name\":\"y\"}]", "replace", "Patient.contained[0].name", null, "\"valueString\":\"y\"")]
    public void Operation_GivesTheResource(string before, string after, string type, string path, string? name, string? value) =>
        Assert.Equal(Patient(after), Apply(Patient(before), Operation(type, path, name, value)));

    [Theory]
    [InlineData("insert", 0, 0, "9,1,2")]
    [InlineData("insert", 1, 0, "1,9,2")]
    [InlineData("insert", 2, 0, "1,2,9")]
    [InlineData("move", 0, 1, "2,1")]
    [InlineData("move", 1, 0, "2,1")]
    [InlineData("move", 1, 1, "1,2")]
    public void ListOperation_KeepsTheOrderThatItSays(string type, int first, int second, string values)
    {
        string parts = type == "insert"
            ? ",{\"name\":\"index\",\"valueInteger\":" + first + "},{\"name\":\"value\",\"valueIdentifier\":{\"system\":\"urn:s\",\"value\":\"9\"}}"
            : ",{\"name\":\"source\",\"valueInteger\":" + first + "},{\"name\":\"destination\",\"valueInteger\":" + second + "}";
        string after = "\"identifier\":[" + string.Join(",", values.Split(',').Select(value => "{\"system\":\"urn:s\",\"value\":\"" + value + "\"}")) + "]";

        Assert.Equal(Patient(after), Apply(Patient(Two), Operation(type, "Patient.identifier", null, null, parts)));
    }

    [Fact]
    public void Operations_SeeWhatThoseBeforeThemDid()
    {
        const string four = "\"identifier\":[{\"value\":\"1\"},{\"value\":\"2\"},{\"value\":\"3\"},{\"value\":\"4\"}]";
        string Move(int from, int to) => Part("move", "Patient.identifier", ",{\"name\":\"source\",\"valueInteger\":" + from + "},{\"name\":\"destination\",\"valueInteger\":" + to + "}");
        string Parameters(params string[] operations) => "{\"resourceType\":\"Parameters\",\"parameter\":[" + string.Join(",", operations) + "]}";

        Assert.Equal(Patient("\"identifier\":[{\"value\":\"4\"},{\"value\":\"3\"},{\"value\":\"2\"},{\"value\":\"1\"}]"), Apply(Patient(four), Parameters(Move(3, 0), Move(3, 1), Move(3, 2))));
        Assert.Equal(Patient("\"identifier\":[{\"value\":\"2\"},{\"value\":\"3\"},{\"value\":\"4\"},{\"value\":\"1\"}]"), Apply(Patient(four), Parameters(Move(0, 3))));
        Assert.Equal(
            Patient("\"identifier\":[{\"value\":\"2\"},{\"value\":\"4\"}]"),
            Apply(Patient(four), Parameters(Part("delete", "Patient.identifier[0]"), Part("delete", "Patient.identifier.where(value = '3')"))));
        Assert.Equal(Patient(four), Apply(Patient(four), "{\"resourceType\":\"Parameters\"}"));
        Assert.Equal(Patient("\"contact\":[{\"gender\":\"male\"}]"), Apply(Patient("\"contact\":[{\"name\":{\"text\":\"a\"},\"gender\":\"male\"}]"), Parameters(Part("delete", "Patient.contact[0].name.text"))));

        static string Part(string type, string path, string more = "") =>
            "{\"name\":\"operation\",\"part\":[{\"name\":\"type\",\"valueCode\":\"" + type + "\"},{\"name\":\"path\",\"valueString\":\"" + path + "\"}" + more + "]}";
    }

    [Theory]
    [InlineData("replace", "Patient.birthDate", null, "\"valueDate\":\"1930-01-01\"", "")] // replaces nothing
    [InlineData("replace", "Patient.identifier", null, "\"valueIdentifier\":{\"value\":\"9\"}", "")] // several
    [InlineData("delete", "Patient.identifier", null, null, "")]
    [InlineData("delete", "Patient", null, null, "")]
    [InlineData("delete", "Patient.identifier.count()", null, null, "")]
    [InlineData("delete", "Patient.gender + 1", null, null, "")]
    [InlineData("add", "Patient", "gender", "\"valueCode\":\"male\"", "")] // there already
    [InlineData("add", "Patient", "nickname", "\"valueString\":\"x\"", "")]
    [InlineData("add", "Patient.contact", "gender", "\"valueCode\":\"male\"", "")]
    [InlineData("insert", "Patient.identifier", null, "\"valueIdentifier\":{\"value\":\"9\"}", ",{\"name\":\"index\",\"valueInteger\":3}")]
    [InlineData("insert", "Patient.identifier", null, "\"valueIdentifier\":{\"value\":\"9\"}", ",{\"name\":\"index\",\"valueInteger\":-1}")]
    [InlineData("insert", "Patient.gender", null, "\"valueCode\":\"male\"", ",{\"name\":\"index\",\"valueInteger\":0}")]
    [InlineData("insert", "Patient.identifier.where(value='1')", null, "\"valueIdentifier\":{\"value\":\"9\"}", ",{\"name\":\"index\",\"valueInteger\":0}")]
    [InlineData("move", "Patient.identifier", null, null, ",{\"name\":\"source\",\"valueInteger\":2},{\"name\":\"destination\",\"valueInteger\":0}")]
    public void WhatCannotBeDone_Is422(string type, string path, string? name, string? value, string parts) =>
        Assert.Equal(422, Assert.Throws<FhirException>(() => Apply(Patient(Two + ",\"gender\":\"female\""), Operation(type, path, name, value, parts))).Status);

    [Theory]
    [InlineData("""{"resourceType":"Patient"}""")]
    [InlineData("""{"resourceType":"Parameters","parameter":[{"name":"x"}]}""")]
    [InlineData("""{"resourceType":"Parameters","parameter":[{"name":"operation"}]}""")]
    [InlineData("""{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"alter"},{"name":"path","valueString":"Patient"}]}]}""")]
    [InlineData("""{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"delete"}]}]}""")]
    [InlineData("""{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"delete"},{"name":"path","valueString":"Patient.("}]}]}""")]
    [InlineData("""{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"add"},{"name":"path","valueString":"Patient"},{"name":"name","valueString":"gender"}]}]}""")]
    [InlineData("""{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"add"},{"name":"path","valueString":"Patient"},{"name":"name","valueString":"gender"},{"name":"value"}]}]}""")]
    public void WhatIsNoPatch_Is400(string patch) => Assert.Equal(400, Assert.Throws<FhirException>(() => Apply(Patient(""), patch)).Status);

    [Fact]
    public void Untouched_KeepsItsBytes()
    {
        const string before = "{\"resourceType\":\"Observation\", \"valueQuantity\" : {\"value\":1.50,\"unit\":\"10^9\\/L\"},\"note\":[{\"text\":\"\\u738b\"}],\"status\":\"final\"}";

        string after = Apply(before, Operation("replace", "Observation.status", null, "\"valueCode\":\"amended\""));

        Assert.Equal(before.Replace(" \"valueQuantity\" : ", "\"valueQuantity\":", StringComparison.Ordinal).Replace("final", "amended", StringComparison.Ordinal), after);
    }

    private static string Patient(string content) => "{\"resourceType\":\"Patient\"" + (content.Length > 0 ? "," + content : "") + "}";

    private static string Operation(string type, string path, string? name, string? value, string parts = "") =>
        "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"operation\",\"part\":[{\"name\":\"type\",\"valueCode\":\"" + type + "\"},{\"name\":\"path\",\"valueString\":\"" + path + "\"}"
        + (name is null ? "" : ",{\"name\":\"name\",\"valueString\":\"" + name + "\"}") + (value is null ? "" : ",{\"name\":\"value\"," + value + "}") + parts + "]}]}";

    private static string Apply(string before, string patch) => Encoding.UTF8.GetString(FhirPathPatch.Read(Encoding.UTF8.GetBytes(patch)).Apply(Encoding.UTF8.GetBytes(before)));
}
