namespace Consortium.Adapters.Tests.Hl7V2.Language;

public sealed class LoadErrorTests : IDisposable
{
    private const string Patient = "segments/PID-Patient.yaml";
    private readonly MapSite _site = new();

    public void Dispose() => _site.Dispose();

    [Theory]
    [InlineData("{from: PID-7, to: birthdate}", "Patient has no element birthdate; did you mean birthDate?", "birthdate")]
    [InlineData("{from: PID-7, to: name.famly}", "HumanName has no element famly; did you mean family?", "famly")]
    [InlineData("{from: PID-7, to: deceased}", "deceased of Patient is a choice: deceasedBoolean, deceasedDateTime.", "deceased")]
    [InlineData("{from: CX.1, to: birthDate}", "the map is of PID, and CX.1 is not in it", "CX.1")]
    [InlineData("{from: PID-x, to: birthDate}", "`PID-x` is no place in a message", "PID-x")]
    [InlineData("{from: PID-5, to: name}", "name is a HumanName; say with `as` how PID-5 becomes one, such as XPN[HumanName]", "{from")]
    [InlineData("{from: PID-5, to: name, as: 'XAD[Address]'}", "name is a HumanName, and XAD[Address] makes a Address", "XAD[Address]'")]
    [InlineData("{from: PID-5, to: name, as: 'XPN[HumanNam]'}", "there is no conversion XPN[HumanNam]; did you mean XPN[HumanName]?", "XPN")]
    [InlineData("{from: PID-7, to: birthDate, as: boolean}", "birthDate is a date, and `boolean` makes a boolean", "boolean")]
    [InlineData("{from: PID-8, to: gender, table: nowhere}", "there is no code table nowhere", "nowhere")]
    [InlineData("{from: PID-8, to: name, table: MediaType}", "a code table goes to a code, Coding or CodeableConcept, and name is a HumanName", "MediaType")]
    [InlineData("{from: PID-8, to: gender, when: PID-8 IS}", "the condition ends too soon", "}")]
    [InlineData("{from: PID-8, to: gender, when: PID-8 SOUNDS LIKE}", "AND, OR or the end is expected here", "SOUNDS")]
    [InlineData("{from: PID-8, to: gender, wen: x}", "unknown key `wen` in a row; did you mean when?", "wen")]
    [InlineData("{from: PID-8}", "the key `to` is missing", "{from")]
    [InlineData("{to: gender}", "one of `from`, `value` and `format` is needed", "{to")]
    [InlineData("{value: maybe, to: active}", "`maybe` is no boolean", "maybe")]
    [InlineData("{value: x, to: name}", "a fixed value is written to one of its elements", "x,")]
    [InlineData("{from: PID-5, to: 'gender[1]'}", "gender does not repeat in Patient: it needs no label", "gender[1]")]
    [InlineData("{from: PID-5, to: 'name(Patient).family'}", "name is no Reference", "name(")]
    [InlineData("{from: PID-5, to: 'managingOrganization(Patient).active'}", "managingOrganization does not refer to Patient, but to Organization", "managing")]
    [InlineData("{from: PID-3, to: identifier, as: 'CX[Identifier]', with: {sort: visit}}", "CX[Identifier] has no parameter sort", "visit")]
    [InlineData("{from: PID-8, to: gender, because: it must be there}", "`because` goes with `required`", "it must")]
    [InlineData("{unused: [PID-1]}", "`unused` needs `because`", "{unused")]
    [InlineData("{from: PID-5, from: PID-6, to: gender}", "this is not YAML", "from: PID-6")]
    public void An_error_names_file_line_and_column(string row, string problem, string at)
    {
        _site.WithMessage("- {from: PID-3, to: identifier, as: 'CX[Identifier]'}\n- " + row + "\n");

        string message = _site.Refusal();

        int column = 3 + row.IndexOf(at, StringComparison.Ordinal);
        Assert.StartsWith($"{Patient}: line 5, column {column}: ", message, StringComparison.Ordinal);
        Assert.Contains(problem, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("map: PID\nrows: []\n", "`PID` is no name of a map")]
    [InlineData("map: PID[Pateint]\nrows: []\n", "Pateint is no type of R4; did you mean Patient?")]
    [InlineData("map: PID[Patient]\n", "the key `rows` is missing")]
    [InlineData("rows: []\n", "the key `map` is missing")]
    [InlineData("- x\n", "a mapping is expected")]
    [InlineData("map: PID[Patient]\nrows: []\nrow: []\n", "unknown key `row` in a map; did you mean rows?")]
    public void A_segment_file_that_is_none_is_refused(string yaml, string problem)
    {
        _site.With("segments/x.yaml", yaml);
        Assert.Matches("^segments/x.yaml: line [0-9]+, column [0-9]+: .*" + System.Text.RegularExpressions.Regex.Escape(problem), _site.Refusal());
    }

    [Theory]
    [InlineData("- {for: PID, resource: Patint, map: 'PID[Patient]'}", "Patint is no resource of R4; did you mean Patient?")]
    [InlineData("- {for: PID, resource: Patient, name: other, map: 'PID[Patient]', unless: nobody}", "no entry makes a resource called nobody")]
    [InlineData("- {for: PID, resource: Patient, name: other, map: 'PID[Patient]', unless: other}", "the entry that makes other must stand before this one")]
    [InlineData("- {for: PID, resource: Patient, name: other, map: 'PID[Patient]', needs: other}", "the entry that makes other must stand before this one")]
    [InlineData("- {for: PID, resource: Linkage, map: 'PID[Linkage]', identity: {kind: link, between: [patient]}}", "a list of at least two resources")]
    [InlineData("- {for: PID, resource: Linkage, map: 'PID[Linkage]', identity: {kind: link, between: [patient, nobody]}}", "no entry makes a resource called nobody")]
    [InlineData("- {for: PID, resource: Linkage, map: 'PID[Linkage]', identity: {kind: link, from: [PID-3], between: [patient, patient]}}", "`from` and `between` exclude each other")]
    [InlineData("- {for: PID, into: patient, each: true, set: {managingOrganization: patient}}", "`each` goes with `into` and `map`")]
    [InlineData("- {for: PID, refuse: no more of these}", "without them it would refuse every message")]
    [InlineData("- {for: PID, refuse: no more of these, when: PID-3 VALUED, map: 'PID[Patient]'}", "`map` has no place in an entry that refuses")]
    [InlineData("- {for: PID, into: patent, map: 'PID[Patient]'}", "no entry makes a resource called patent; did you mean patient?")]
    [InlineData("- {for: PID, into: patient, map: 'PID[Paitent]'}", "there is no segment map PID[Paitent]; did you mean PID[Patient]?")]
    [InlineData("- {for: PV1, into: patient, map: 'PID[Patient]'}", "PID[Patient] maps PID, and the entry is for PV1")]
    [InlineData("- {for: PID, resource: Encounter, map: 'PID[Patient]'}", "PID[Patient] fills a Patient, and Encounter")]
    [InlineData("- {for: ORDER.OBR, resource: Encounter}", "there is no group ORDER")]
    [InlineData("- {for: PV1, resource: Encounter, set: {subjekt: patient}}", "Encounter has no element subjekt; did you mean subject?")]
    [InlineData("- {for: PV1, resource: Encounter, set: {location.location: patient}}", "does not refer to Patient, but to Location")]
    [InlineData("- {for: PV1, resource: Encounter, identity: visitt}", "there is no identity rule visitt; did you mean visit?")]
    [InlineData("- {for: PV1, resource: Encounter, apply: sometimes}", "`apply` is update, createIfAbsent or delete")]
    [InlineData("- {for: PV1}", "either `resource` (makes one) or `into` (writes into one) is needed")]
    [InlineData("- {for: PV1, resource: Encounter, when: PV1-2 IN (\"a\"}", "a comma or the closing parenthesis of the list is expected")]
    public void An_error_in_a_message_names_its_line(string make, string problem)
    {
        _site.WithMessage("- {from: PID-5, to: name, as: 'XPN[HumanName]'}\n", make + "\n");

        string message = _site.Refusal();

        Assert.StartsWith("messages/ZZZ_Z01.yaml: line 4, column ", message, StringComparison.Ordinal);
        Assert.Contains(problem, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("table: Units\ncodes: {x: [{code: mg, when: 'PV1-2 EQUALS \"I\"'}]}\n", "a condition has no place here")]
    [InlineData("table: CodingSystem\ncodes: {}\notherwise: 'http://example.org'\n", "`otherwise` would be said of every code")]
    public void A_table_of_the_functions_says_one_thing_of_each_code(string yaml, string problem)
    {
        _site.With("tables/t.yaml", yaml);
        Assert.Matches("^tables/t.yaml: line [0-9]+, column [0-9]+: .*" + System.Text.RegularExpressions.Regex.Escape(problem), _site.Refusal());
    }

    [Theory]
    [InlineData("table: t\ncodes: {A: b, A: c}\n")]
    [InlineData("table: t\nfrom: not a uri\ncodes: {}\n")]
    [InlineData("table: t\ncodes: {A: {kode: b}}\n")]
    [InlineData("table: t\ncodes: {A: [{code: b, when: nonsense ???}]}\n")]
    public void A_wrong_table_is_refused_with_its_line(string yaml)
    {
        _site.With("tables/t.yaml", yaml);
        Assert.StartsWith("tables/t.yaml: line 2, column ", _site.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_map_in_two_files_is_an_error()
    {
        _site.With("segments/a.yaml", "map: ZPI[Patient]\nrows: []\n").With("segments/b.yaml", "map: ZPI[Patient]\nrows: []\n");
        Assert.Equal("segments/b.yaml: line 1, column 6: there is another file with the map ZPI[Patient].", _site.Refusal());
    }

    [Fact]
    public void A_misspelt_folder_is_an_error()
    {
        _site.With("segment/a.yaml", "map: ZPI[Patient]\nrows: []\n");
        Assert.Contains("did you mean segments?", _site.Refusal(), StringComparison.Ordinal);
    }
}
