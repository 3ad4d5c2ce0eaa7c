using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Language.Compile;
using Consortium.Adapters.Hl7V2.Language.Load;

namespace Consortium.Adapters.Tests.Hl7V2.Language;

public sealed class SiteMapTests : IDisposable
{
    private const string Names = "- {from: PID-5, to: name, as: 'XPN[HumanName]'}\n";
    private readonly MapSite _site = new();

    public void Dispose() => _site.Dispose();

    [Fact]
    public void A_Z_segment_goes_into_an_extension_of_the_patient()
    {
        _site.WithMessage(Names)
            .With("segments/ZPI.yaml", "map: ZPI[Patient]\nrows:\n- {from: ZPI-3, to: 'extension(https://hospital.example/fhir/blood-group).valueString'}\n")
            .With("messages/z.yaml", "extends: '*'\nmake:\n- {for: ZPI, into: patient, map: 'ZPI[Patient]'}\n");

        DraftObject patient = _site.Convert("PID|||1||Wang", "ZPI|||A Rh+").Only("Patient");

        Assert.Equal("""[{"url":"https://hospital.example/fhir/blood-group","valueString":"A Rh+"}]""", patient["extension"]!.ToJsonString());
    }

    [Theory]
    [InlineData("ADT^A01", true)]
    [InlineData("ADT^A08", true)]
    [InlineData("ADT^A31", false)]
    [InlineData("ORU^R01", false)]
    public void A_sites_rows_and_extensions_reach_admissions_and_reports(string type, bool isAdmission)
    {
        _site.With("segments/PID-Patient.yaml", "map: PID[Patient]\nrows:\n- {remove: gender}\n- {from: PID-10, to: 'extension(https://hospital.example/fhir/nation).valueString'}\n")
            .With("segments/ZPI.yaml", "map: ZPI[Patient]\nrows:\n- {from: ZPI-3, to: 'extension(https://hospital.example/fhir/blood-group).valueString'}\n")
            .With("segments/ZPV.yaml", "map: ZPV[Encounter]\nrows:\n- {from: ZPV-1, to: 'extension(https://hospital.example/fhir/ward-round).valueString'}\n")
            .With("messages/all.yaml", "extends: '*'\nmake:\n- {for: ZPI, into: patient, map: 'ZPI[Patient]'}\n")
            .With("messages/a01.yaml", "extends: ADT_A01\nmake:\n- {for: ZPV, into: encounter, map: 'ZPV[Encounter]'}\n");
        string message = Messages.Admission().Replace("ADT^A01^ADT_A01", type, StringComparison.Ordinal).Replace("19800229|M", "19800229|M||Han", StringComparison.Ordinal)
            + "ZPI|||A Rh-\rZPV|late\r";

        ConversionResult result = _site.ConvertMessage(message);

        DraftObject patient = result.Only("Patient");
        Assert.False(patient.ContainsKey("gender"));
        Assert.Equal(
            """[{"url":"https://hospital.example/fhir/nation","valueString":"Han"},{"url":"https://hospital.example/fhir/blood-group","valueString":"A Rh-"}]""",
            patient["extension"]!.ToJsonString());
        Assert.Equal(isAdmission ? "late" : null, (string?)result.Only("Encounter")["extension"]?[0]!["valueString"]);
        Assert.Matches(@"^urn:consortium:mapping:(ADT|ORU)_[A-Z0-9]+:(?!1\.0)", (string?)result.Only("Provenance")["policy"]![0]);
    }

    [Fact]
    public void A_new_code_table_maps_beside_the_original_code()
    {
        _site.WithMessage(Names + "- {from: PID-16, to: maritalStatus, table: Married}\n").With("tables/Married.yaml", """
            table: Married
            from: http://hospital.example/marital
            to: http://terminology.hl7.org/CodeSystem/v3-MaritalStatus
            codes:
              "10": {code: S, display: Never Married}
              "20": {code: M, display: Married}
              "99": ~
            """);

        DraftArray codings = _site.Convert("PID|||1||W|||||||||||20").Only("Patient")["maritalStatus"]!["coding"]!.AsArray();

        Assert.Equal(
            """[{"system":"http://terminology.hl7.org/CodeSystem/v3-MaritalStatus","code":"M","display":"Married"},{"system":"http://hospital.example/marital","code":"20"}]""",
            codings.ToJsonString());
    }

    [Theory]
    [InlineData("", "{F: female}", "X", null, true)]
    [InlineData(", strict: true", "{F: female}", "X", null, false)]
    [InlineData("", "{F: female}\notherwise: other", "X", "other", true)]
    [InlineData("", "{F: female}", "f", "female", true)]
    [InlineData("", "{F: female}\nmatchCase: true", "f", null, true)]
    [InlineData("", "{F: [{code: male, when: PID-5 NOT VALUED}, {code: female}]}", "F", "female", true)]
    [InlineData("", "{F: ~}", "F", null, true)]
    public void A_table_says_what_becomes_of_a_code(string options, string codes, string code, string? gender, bool isGood)
    {
        _site.WithMessage(Names + $"- {{from: PID-8, to: gender, table: Sex{options}}}\n").With("tables/Sex.yaml", $"table: Sex\ncodes: {codes}\n");

        ConversionResult result = _site.Convert("PID|||1||Wang|||" + code);

        Assert.Equal(isGood, !result.IsRejected);
        if (isGood) Assert.Equal(gender, (string?)result.Only("Patient")["gender"]);
        if (gender is null && !codes.Contains('~', StringComparison.Ordinal)) Assert.Contains(result.Issues, issue => issue is { Code: "code-invalid", Expression: "PID-8" });
        Assert.DoesNotContain(result.Issues, issue => issue.Diagnostics!.Contains("Wang", StringComparison.Ordinal));
    }

    [Fact]
    public void What_a_site_adds_to_a_table_holds_for_the_functions_too()
    {
        const string report = "MSH|^~\\&|LIS|HOSP|F|H|20240102030405||ORU^R01|R1|P|2.5.1\rPID|1||Z1^^^HOSP^XR||Li^Ming^^^^^HB\rOBR|1||F1|P^panel^LAB|||20240101070000||||||||||||||||||F\rOBX|1|NM|1^a^LAB||5|mg/dl-total|||||F\r";
        DraftObject before = _site.ConvertMessage(report).Only("Observation");
        _site.With("tables/units.yaml", "table: Units\ncodes: {mg/dl-total: mg/dL}\n")
            .With("tables/systems.yaml", "table: CodingSystem\ncodes: {LAB: 'https://hospital.example/lab'}\n")
            .With("tables/names.yaml", "table: NameType\ncodes: {HB: usual}\n")
            .With("tables/types.yaml", "table: IdentifierType\ncodes: {XR: {code: MR, display: Medical record number}}\n");

        ConversionResult result = _site.ConvertMessage(report);
        DraftObject after = result.Only("Observation");

        Assert.Null(before["valueQuantity"]!["code"]);
        Assert.Equal("mg/dL", (string?)after["valueQuantity"]!["code"]);
        Assert.Equal("https://hospital.example/lab", (string?)after["code"]!["coding"]![0]!["system"]);
        Assert.Equal("usual", (string?)result.Only("Patient")["name"]![0]!["use"]);
        Assert.Equal("MR", (string?)result.Only("Patient")["identifier"]![0]!["type"]!["coding"]![0]!["code"]);
    }

    [Fact]
    public void A_whole_new_message_has_groups_and_references()
    {
        _site.With("segments/PID-Patient.yaml", "map: PID[Patient]\nreplace: true\nrows:\n" + Names)
            .With("segments/a.yaml", "map: ZOR[ServiceRequest]\nrows:\n- {from: ZOR-1, to: identifier, as: 'EI[Identifier]', with: {kind: order}}\n- {value: active, to: status}\n- {value: order, to: intent}\n")
            .With("segments/b.yaml", "map: ZRE[Observation]\nrows:\n- {from: ZRE-1, to: code.text}\n- {value: final, to: status}\n")
            .With("messages/m.yaml", """
                message: ZRU_Z09
                events: [Z09, Z10]
                groups:
                  ORDER: {starts: [ZOR]}
                  RESULT: {in: ORDER, starts: [ZRE]}
                make:
                - {for: PID, resource: Patient, name: patient, map: 'PID[Patient]', identity: patient, apply: createIfAbsent}
                - {for: ORDER.ZOR, resource: ServiceRequest, name: order, map: 'ZOR[ServiceRequest]', identity: {kind: order, from: [ZOR-1]}, set: {subject: patient}}
                - {for: RESULT.ZRE, resource: Observation, name: result, map: 'ZRE[Observation]', identity: {kind: result, within: order, from: [ZRE-1]}, set: {subject: patient, basedOn: order}, add: {order.supportingInfo: result}}
                """);

        ConversionResult result = _site.ConvertMessage("MSH|^~\\&|||||||ZRU^Z10\rPID|||1||Wang\rZOR|A\rZRE|x\rZRE|y\rZOR|B\rZRE|x\r");

        DraftObject[] orders = result.All("ServiceRequest");
        DraftObject[] observations = result.All("Observation");
        Assert.Equal((2, 3), (orders.Length, observations.Length));
        Assert.Equal([$"ServiceRequest/{orders[0]["id"]}", $"ServiceRequest/{orders[0]["id"]}", $"ServiceRequest/{orders[1]["id"]}"], observations.Select(observation => (string?)observation["basedOn"]![0]!["reference"]));
        Assert.Equal([2, 1], orders.Select(order => order["supportingInfo"]!.AsArray().Count));
        Assert.Equal(3, observations.Select(observation => (string?)observation["id"]).Distinct().Count());
        Assert.Equal(result.Resources.Select(draft => draft.Id), _site.ConvertMessage("MSH|^~\\&|||||||ZRU^Z10\rPID|||1||Wang\rZOR|A\rZRE|x\rZRE|y\rZOR|B\rZRE|x\r").Resources.Select(draft => draft.Id));
    }

    [Fact]
    public void A_result_whose_order_is_missing_rejects_the_message()
    {
        A_whole_new_message_has_groups_and_references();

        ConversionResult result = _site.ConvertMessage("MSH|^~\\&|||||||ZRU^Z09\rPID|||1||Wang\rZRE|x\r");

        Assert.Equal(("structure", "ZRE"), (result.Issues[0].Code, result.Issues[0].Expression));
    }

    [Fact]
    public void A_reference_that_could_mean_two_rejects_the_message()
    {
        A_whole_new_message_has_groups_and_references();

        ConversionResult result = _site.ConvertMessage("MSH|^~\\&|||||||ZRU^Z09\rPID|||1||Wang\rPID|||2||Li\rZOR|A\r");

        Assert.True(result.IsRejected);
        Assert.Contains("several patient", result.Issues[0].Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void What_nothing_identifies_is_new_with_every_message_and_says_so()
    {
        _site.WithMessage(Names, "- {for: ZZ1, resource: Basic, map: 'ZZ1[Basic]', identity: {kind: thing, from: [ZZ1-1]}, set: {subject: patient}}\n")
            .With("segments/z.yaml", "map: ZZ1[Basic]\nrows:\n- {from: ZZ1-2, to: code.text}\n");

        ConversionResult named = _site.Convert("PID|||1||W", "ZZ1|7|x");
        ConversionResult nameless = _site.Convert("PID|||1||W", "ZZ1||x");

        Assert.DoesNotContain(named.Issues, issue => issue.Code == "incomplete");
        Assert.Contains(nameless.Issues, issue => issue is { Code: "incomplete", Severity: Consortium.Fhir.IssueSeverity.Warning });
        Assert.NotEqual(named.Only("Basic")["id"]!.ToString(), nameless.Only("Basic")["id"]!.ToString());
    }

    [Fact]
    public void A_sites_row_replaces_the_one_with_the_same_target()
    {
        MapLibrary merged = Over(
            "map: ZPI[Patient]\nrows:\n- {from: ZPI-1, to: gender}\n- {from: ZPI-2, to: birthDate}\n- {from: ZPI-3, to: identifier, as: 'CX[Identifier]'}\n- {from: ZPI-4, to: identifier, as: 'CX[Identifier]'}\n",
            "map: ZPI[Patient]\nrows:\n- {from: ZPI-9, to: gender}\n- {from: ZPI-3, to: identifier, as: 'EI[Identifier]'}\n- {from: ZPI-5, to: identifier, as: 'CX[Identifier]'}\n- {remove: birthDate}\n");

        Assert.Equal(
            ["ZPI-9 gender ", "ZPI-3 identifier EI[Identifier]", "ZPI-5 identifier CX[Identifier]", "ZPI-4 identifier CX[Identifier]"],
            merged.Segments["ZPI[Patient]"].Rows.Select(row => $"{row.From} {row.To} {row.As}"));
    }

    [Fact]
    public void Removing_what_is_not_there_is_an_error()
    {
        var error = Assert.Throws<Consortium.Adapters.Site.SiteConfigurationException>(() => Over("map: ZPI[Patient]\nrows: []\n", "map: ZPI[Patient]\nrows:\n- {remove: gender}\n"));
        Assert.Equal("segments/x.yaml: line 3, column 12: no row of ZPI[Patient] has this `to`.", error.Message);
    }

    [Fact]
    public void Extending_a_message_that_is_not_there_is_an_error()
    {
        _site.WithMessage(Names).With("messages/e.yaml", "extends: ZZZ_Z02\nmake: []\n");
        Assert.Equal("messages/e.yaml: line 1, column 10: there is no message map ZZZ_Z02 to extend; did you mean ZZZ_Z01?.", _site.Refusal());
    }

    private static MapLibrary Over(string below, string above)
    {
        var (first, second) = (new MapLibrary(), new MapLibrary());
        MapFiles.Read(new StringReader(below), "segments/x.yaml", first);
        MapFiles.Read(new StringReader(above), "segments/x.yaml", second);
        return MapOverlay.Over(first, second);
    }
}
