using Consortium.Adapters.Elements;
using Consortium.Fhir;

namespace Consortium.Adapters.Tests.Hl7V2.Language;

public sealed class RowTests : IDisposable
{
    private readonly MapSite _site = new();

    public void Dispose() => _site.Dispose();

    [Fact]
    public void A_repeating_field_gives_an_element_for_each_repetition()
    {
        _site.WithMessage("- {from: PID-5, to: name, as: 'XPN[HumanName]'}\n");

        DraftObject patient = _site.Convert("PID|||1||Wang^Fang~~Li^Na").Only("Patient");

        Assert.Equal(["Wang", "Li"], patient["name"]!.AsArray().Select(name => (string?)name!["family"]));
    }

    [Fact]
    public void Several_repetitions_where_there_is_room_for_one_are_told_of_with_their_places()
    {
        _site.WithMessage("- {from: PID-8, to: maritalStatus.text}\n");

        ConversionResult result = _site.Convert("PID|||1|||||a~b~c");

        Assert.Equal("a", (string?)result.Only("Patient")["maritalStatus"]!["text"]);
        Assert.Equal(["PID-8[2]", "PID-8[3]"], result.Issues.Where(issue => issue.Severity == IssueSeverity.Warning).Select(issue => issue.Expression));
    }

    [Fact]
    public void Rows_with_one_label_write_to_the_same_elements_repetition_for_repetition()
    {
        _site.WithMessage("""
            - {from: PID-13, to: 'telecom[home]', as: 'XTN[ContactPoint]'}
            - {value: home, to: 'telecom[home].use', when: PID-13.2 IS NOT VALUED}
            - {from: PID-14, to: 'telecom[work]', as: 'XTN[ContactPoint]'}
            - {value: work, to: 'telecom[work].use', when: PID-14.2 IS NOT VALUED}
            """);

        DraftArray telecom = _site.Convert("PID|||1||||||||||111~222^PRS^PH|333").Only("Patient")["telecom"]!.AsArray();

        Assert.Equal([("111", "home"), ("222", "mobile"), ("333", "work")], telecom.Select(point => ((string?)point!["value"], (string?)point["use"])));
    }

    [Fact]
    public void A_labelled_element_repeats_where_its_last_step_does_not()
    {
        _site.WithMessage("""
            - {from: PID-5.1, to: 'contact[c].name.family'}
            - {from: PID-5.2, to: 'contact[c].name.given'}
            - {from: PID-5, value: C, to: 'contact[c].relationship.coding.code'}
            """);

        DraftArray contacts = _site.Convert("PID|||1||Wang^Fang~Li^Na").Only("Patient")["contact"]!.AsArray();

        Assert.Equal(["Wang Fang C", "Li Na C"], contacts.Select(contact =>
            $"{contact!["name"]!["family"]} {contact["name"]!["given"]![0]} {contact["relationship"]![0]!["coding"]![0]!["code"]}"));
    }

    [Fact]
    public void Another_field_writes_to_the_elements_of_a_label_and_makes_one_where_there_is_none()
    {
        const string rows = """
            - {from: PID-11, to: 'address[home]', as: 'XAD[Address]'}
            - {from: PID-12, to: 'address[home].district'}
            """;
        _site.WithMessage(rows);

        Assert.Equal("X", (string?)Assert.Single(_site.Convert("PID|||1||||||||S^^Town|X").Only("Patient")["address"]!.AsArray())!["district"]);
        Assert.Equal("X", (string?)Assert.Single(_site.Convert("PID|||1|||||||||X").Only("Patient")["address"]!.AsArray())!["district"]);
    }

    [Fact]
    public void An_extension_is_made_once_for_each_repetition_and_nests()
    {
        _site.WithMessage("- {from: PID-26, to: 'extension(http://hl7.org/fhir/StructureDefinition/patient-citizenship).extension(code).valueCodeableConcept', as: 'CWE[CodeableConcept]'}\n");

        DraftArray extensions = _site.Convert("PID|||1|||||||||||||||||||||||CN~DE").Only("Patient")["extension"]!.AsArray();

        Assert.Equal(2, extensions.Count);
        Assert.Equal("DE", (string?)extensions[1]!["extension"]![0]!["valueCodeableConcept"]!["coding"]![0]!["code"]);
        Assert.Equal("code", (string?)extensions[1]!["extension"]![0]!["url"]);
    }

    [Fact]
    public void An_extension_of_a_primitive_stands_beside_it()
    {
        _site.WithMessage("""
            - {from: PID-7, to: birthDate}
            - {from: PID-7, to: 'birthDate.extension(http://hl7.org/fhir/StructureDefinition/patient-birthTime).valueDateTime', when: PID-7 LENGTH GREATER THAN 8}
            """);

        DraftObject timed = _site.Convert("PID|||1||||198002291230").Only("Patient");
        DraftObject dated = _site.Convert("PID|||1||||19800229").Only("Patient");

        Assert.Equal("1980-02-29", (string?)timed["birthDate"]);
        Assert.Equal("1980-02-29T12:30:00+08:00", (string?)timed["_birthDate"]!["extension"]![0]!["valueDateTime"]);
        Assert.False(dated.ContainsKey("_birthDate"));
    }

    [Fact]
    public void A_fixed_value_fills_what_is_empty_and_does_not_make_a_resource()
    {
        _site.WithMessage("""
            - {from: PID-8, to: gender, table: sex}
            - {value: unknown, to: gender}
            - {from: PID-5, to: name, as: 'XPN[HumanName]'}
            """).With("tables/sex.yaml", "table: sex\ncodes: {F: female}\n");

        Assert.Equal("unknown", (string?)_site.Convert("PID|||1||Wang").Only("Patient")["gender"]);
        Assert.Equal("female", (string?)_site.Convert("PID|||1|||||F").Only("Patient")["gender"]);
        ConversionResult nothing = _site.Convert("PID|||1");
        Assert.True(nothing.IsRejected);
        Assert.Contains("no PID segment of which the map makes a Patient", nothing.Issues[0].Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_fields_with_different_values_for_one_element_are_told_of()
    {
        _site.WithMessage("""
            - {from: PID-5.1, to: maritalStatus.text}
            - {from: PID-6.1, to: maritalStatus.text}
            """);

        ConversionResult result = _site.Convert("PID|||1||a|b");

        Assert.Equal("a", (string?)result.Only("Patient")["maritalStatus"]!["text"]);
        OutcomeIssue issue = Assert.Single(result.Issues, issue => issue.Code == "conflict");
        Assert.Equal("PID-6.1", issue.Expression);
        Assert.Contains("segments/PID-Patient.yaml:5", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_fields_with_different_parts_of_one_amount_refuse_the_message()
    {
        _site.WithMessage("""
            - {from: PID-5.1, to: contact.period.start}
            """, "- {for: OBX, resource: Observation, map: 'OBX[Observation]', identity: {kind: x, from: [OBX-3]}, set: {subject: patient}}\n")
            .With("segments/obx.yaml", """
                map: OBX[Observation]
                rows:
                - {value: final, to: status}
                - {from: OBX-3, to: code, as: 'CWE[CodeableConcept]'}
                - {from: OBX-5, to: valueQuantity.value}
                - {from: OBX-6, to: valueQuantity.unit, as: string}
                - {from: OBX-7, to: valueQuantity.unit, as: string}
                """);

        OutcomeIssue issue = Assert.Single(_site.Convert("PID|||1||2024", "OBX|1|NM|X^X^L||5|mg|g").Issues, issue => issue.Code == "conflict");
        Assert.Equal((IssueSeverity.Error, "OBX-7"), (issue.Severity, issue.Expression));
    }

    [Fact]
    public void A_complex_element_is_filled_by_several_rows()
    {
        _site.WithMessage("- {from: PID-5, to: name, as: 'XPN[HumanName]'}\n", "- {for: OBX, resource: Observation, map: 'OBX[Observation]', identity: {kind: x, from: [OBX-3]}, set: {subject: patient}}\n")
            .With("segments/obx.yaml", """
                map: OBX[Observation]
                rows:
                - {value: final, to: status}
                - {from: OBX-3, to: code, as: 'CWE[CodeableConcept]'}
                - {from: OBX-5, to: valueQuantity, as: 'NM[Quantity]', when: OBX-2 EQUALS "NM"}
                - {from: OBX-6, to: valueQuantity, as: 'CWE[Quantity]', when: OBX-2 EQUALS "NM"}
                """);

        DraftObject observation = _site.Convert("PID|||1||Wang", "OBX|1|NM|GLU^^L||5.10|mmol/L").Only("Observation");

        Assert.Equal("""{"value":5.10,"unit":"mmol/L","system":"http://unitsofmeasure.org","code":"mmol/L"}""", observation["valueQuantity"]!.ToJsonString());
        Assert.StartsWith("Patient/", (string?)observation["subject"]!["reference"], StringComparison.Ordinal);
    }

    [Fact]
    public void A_required_value_that_is_missing_rejects_with_its_place()
    {
        _site.WithMessage("- {from: PID-5, to: name, as: 'XPN[HumanName]'}\n- {from: PID-7, to: birthDate, required: true}\n");

        ConversionResult result = _site.Convert("PID|||1||Wang");

        Assert.True(result.IsRejected);
        Assert.Equal(("required", "PID-7"), (result.Issues[0].Code, result.Issues[0].Expression));
    }

    [Fact]
    public void A_text_is_put_together_of_fields()
    {
        _site.WithMessage("- {from: PID-5.1, format: '{PID-5.2} {PID-5.3} {PID-5.1}', to: 'name[n].text'}\n");

        Assert.Equal("Fang Wang", (string?)_site.Convert("PID|||1||Wang^Fang").Only("Patient")["name"]![0]!["text"]);
    }

    [Fact]
    public void Type_maps_are_rows_over_components()
    {
        _site.WithMessage("- {from: PID-3, to: identifier, as: 'CX[Identifier-Plain]'}\n").With("types/CX.yaml", """
            map: CX[Identifier-Plain]
            rows:
            - {from: CX.1, to: value}
            - {from: CX.4.2, to: system, when: CX.4.3 IS "URI"}
            - {from: CX.5, to: type.coding.code}
            - {from: CX.5, value: 'http://terminology.hl7.org/CodeSystem/v2-0203', to: type.coding.system}
            """);

        DraftArray identifiers = _site.Convert("PID|||1^^^A&urn:x:1&URI^MR~2").Only("Patient")["identifier"]!.AsArray();

        Assert.Equal("""{"value":"1","system":"urn:x:1","type":{"coding":[{"code":"MR","system":"http://terminology.hl7.org/CodeSystem/v2-0203"}]}}""", identifiers[0]!.ToJsonString());
        Assert.Equal("""{"value":"2"}""", identifiers[1]!.ToJsonString());
    }

    [Fact]
    public void A_type_map_to_a_resource_makes_it_and_refers_to_it()
    {
        _site.WithMessage("- {from: PID-5, to: generalPractitioner, as: 'XCN[PractitionerRole]'}\n").With("types/XCN.yaml", """
            map: XCN[PractitionerRole]
            identity: {kind: practitioner, from: [XCN.1]}
            rows:
            - {from: XCN, to: practitioner, as: 'XCN[Practitioner]'}
            - {from: XCN.7, to: specialty.text}
            """);

        ConversionResult result = _site.Convert("PID|||1||77^Wang^Fang^^^^Cardiology");

        DraftObject role = result.Only("PractitionerRole");
        Assert.Equal($"PractitionerRole/{role["id"]}", (string?)result.Only("Patient")["generalPractitioner"]![0]!["reference"]);
        Assert.Equal($"Practitioner/{result.Only("Practitioner")["id"]}", (string?)role["practitioner"]!["reference"]);
        Assert.Equal("Cardiology", (string?)role["specialty"]![0]!["text"]);
    }

    [Fact]
    public void A_step_through_a_reference_writes_into_the_resource_behind_it()
    {
        _site.WithMessage("- {from: PID-5.1, to: 'managingOrganization(Organization).name'}\n- {from: PID-6, to: 'managingOrganization(Organization).alias'}\n");

        ConversionResult result = _site.Convert("PID|||1||Clinic|K");

        DraftObject organization = result.Only("Organization");
        Assert.Equal($"Organization/{organization["id"]}", (string?)result.Only("Patient")["managingOrganization"]!["reference"]);
        Assert.Equal("K", (string?)organization["alias"]![0]);
    }

    [Fact]
    public void Fields_that_no_row_uses_are_reported_and_unused_ones_are_not()
    {
        _site.WithMessage("""
            - {from: PID-5, to: name, as: 'XPN[HumanName]'}
            - {from: PID-3, to: identifier, as: 'CX[Identifier]'}
            - {unused: [PID-1], because: a sequence number}
            """);

        ConversionResult result = _site.Convert("PID|1||1||Wang|Li|||||secret", "ZZ1|1");

        OutcomeIssue issue = Assert.Single(result.Issues, issue => issue.Severity == IssueSeverity.Information);
        Assert.Contains("PID-6, PID-11, ZZ1 (all of it)", issue.Diagnostics, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fixed_value_whose_condition_does_not_hold_leaves_no_empty_element()
    {
        DraftObject patient = _site.WithMessage("""
            - {from: PID-3, to: identifier, as: 'CX[Identifier]'}
            - {from: PID-13.1, to: 'telecom[home].value'}
            - {value: '2020-01-01', to: 'telecom[home].period.start', when: 'PID-13.2 EQUALS "PRN"'}
            """).Convert("PID|||1||||||||||111^PRN~222^ORN").Only("Patient");

        Assert.Equal("""[{"value":"111","period":{"start":"2020-01-01"}},{"value":"222"}]""", patient["telecom"]!.ToJsonString());
    }
}
