namespace Consortium.Adapters.Tests.Table.Language;

/// <summary>A wrong table map is refused when it is loaded, with file, line and column and the way out.</summary>
public sealed class TableMapErrorTests : IDisposable
{
    private readonly TableSite _site = new();

    public void Dispose() => _site.Dispose();

    [Theory]
    [InlineData("- resource: Patience\n", "line 7, column 13", "did you mean Patient?")]
    [InlineData("- resource: Patient\n  rows:\n  - {from: nmae, to: name, as: HumanName}\n", "line 9, column 12", "did you mean name?")]
    [InlineData("- resource: Patient\n  rows:\n  - {from: name, to: nam, as: HumanName}\n", "line 9, column 22", "did you mean name?")]
    [InlineData("- resource: Patient\n  rows:\n  - {from: name, to: name, as: HumanNames}\n", "line 9, column 32", "did you mean HumanName?")]
    [InlineData("- resource: Patient\n  rows:\n  - {from: name, to: birthDate, as: HumanName}\n", "line 9, column 37", "birthDate is a date")]
    [InlineData("- resource: Patient\n  rows:\n  - {from: name, to: gender, table: sexes}\n", "line 9, column 37", "did you mean sex?")]
    [InlineData("- resource: Patient\n  rows:\n  - {from: name, to: name, as: HumanName, when: nme VALUED}\n", "line 9, column 49", "no column nme")]
    [InlineData("- resource: Patient\n  rows:\n  - {from: name, to: name, as: HumanName, when: name COUNT > 1}\n", "line 9, column 49", "does not repeat")]
    [InlineData("- resource: Observation\n  name: a\n  set: {subject: patient}\n", "line 9, column 18", "no entry makes")]
    [InlineData("- resource: Observation\n  name: a\n  rows:\n  - {from: name, to: valueQuantity, as: Quantity, with: {units: name}}\n", "line 10", "no parameter units")]
    [InlineData("- resource: Patient\n  each: group\n", "line 8, column 9", "no `group`")]
    [InlineData("- resource: Patient\n  identity: visit\n", "line 8, column 13", "no identity rule visit")]
    [InlineData("- resource: Patient\n  rows:\n  - {from: name, to: 'generalPractitioner(Practitioner).name.text'}\n", "line", "`set`")]
    [InlineData("- resource: Patient\n  rows:\n  - {value: 'yes', to: active}\n", "line 9, column 14", "is no boolean")]
    public void What_is_wrong_is_named_with_its_place(string make, string place, string problem)
    {
        string refusal = _site.With("mine.yaml", "map: mine\ncolumns:\n  id: [卡号]\n  name: [名字]\nrequired: [id]\nmake:\n" + make).Refusal();
        Assert.StartsWith("mine.yaml: ", refusal, StringComparison.Ordinal);
        Assert.Contains(place, refusal, StringComparison.Ordinal);
        Assert.Contains(problem, refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("map: mine\ncolumns:\n  a: [卡号]\n  b: [卡 号]\nmake: []\n", "line 4, column 7", "means the column a already")]
    [InlineData("map: mine\ncolumns:\n  a: [卡号]\n", "line 1", "`make` is missing")]
    [InlineData("map: mine\ncolumns: {a: x}\nmake: []\ntestes: []\n", "line 4, column 1", "did you mean tests?")]
    [InlineData("map: mine\nread: {dates: dmy}\ncolumns: {a: x}\nmake: []\n", "line 2, column 15", "day-first")]
    [InlineData("map: mine\nread: {encoding: klingon}\ncolumns: {a: x}\nmake: []\n", "line 2, column 18", "no character set")]
    [InlineData("map: mine\nread: {fixed: [{name: x, at: 1}]}\ncolumns: {a: x}\nmake: []\n", "line 1", "`files`")]
    public void A_wrong_frame_is_named_with_its_place(string yaml, string place, string problem)
    {
        string refusal = _site.With("mine.yaml", yaml).Refusal();
        Assert.Contains($"mine.yaml: {place}", refusal, StringComparison.Ordinal);
        Assert.Contains(problem, refusal, StringComparison.Ordinal);
    }
}
