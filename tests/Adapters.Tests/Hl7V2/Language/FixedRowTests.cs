using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Tests.Hl7V2.Language;

/// <summary>Fixed values that make an element together, which may be one part for all resources, never differ from rows that run one by one.</summary>
public sealed class FixedRowTests : IDisposable
{
    private readonly MapSite _site = new();

    public void Dispose() => _site.Dispose();

    [Fact]
    public void Fixed_values_of_one_element_stand_in_it_together_and_belong_to_each_resource_alone()
    {
        _site.WithMessage("""
            - {from: PID-8, to: gender, as: code}
            - {value: M, to: maritalStatus.coding.code}
            - {value: 'http://terminology.hl7.org/CodeSystem/v3-MaritalStatus', to: maritalStatus.coding.system}
            - {value: Married, to: maritalStatus.coding.display}
            """);

        DraftObject first = _site.Convert("PID|||1|||||male").Only("Patient");
        DraftObject second = _site.Convert("PID|||1|||||male").Only("Patient");
        first["maritalStatus"]!["coding"]![0]!["code"] = "S";

        Assert.Equal(
            """{"coding":[{"code":"M","system":"http://terminology.hl7.org/CodeSystem/v3-MaritalStatus","display":"Married"}]}""",
            second["maritalStatus"]!.ToJsonString());
        Assert.Equal("S", (string?)first["maritalStatus"]!["coding"]![0]!["code"]);
    }

    [Fact]
    public void A_field_that_writes_to_the_element_and_the_fixed_values_meet_in_it()
    {
        _site.WithMessage("""
            - {from: PID-16, to: maritalStatus.coding.code, as: code}
            - {value: 'http://hospital.example/marital', to: maritalStatus.coding.system}
            - {value: 'http://hospital.example/kept', to: maritalStatus.coding.code}
            """);

        Assert.Equal(
            """{"coding":[{"code":"V","system":"http://hospital.example/marital"}]}""",
            _site.Convert("PID|||1|||||||||||||V").Only("Patient")["maritalStatus"]!.ToJsonString());
    }

    [Fact]
    public void Fixed_values_stand_in_each_element_of_a_label()
    {
        _site.WithMessage("""
            - {from: PID-5.1, to: 'contact[c].name.family'}
            - {value: C, to: 'contact[c].relationship.coding.code'}
            - {value: 'http://terminology.hl7.org/CodeSystem/v2-0131', to: 'contact[c].relationship.coding.system'}
            """);

        DraftArray contacts = _site.Convert("PID|||1||Wang~Li").Only("Patient")["contact"]!.AsArray();

        const string relationship = """[{"coding":[{"code":"C","system":"http://terminology.hl7.org/CodeSystem/v2-0131"}]}]""";
        Assert.Equal([("Wang", relationship), ("Li", relationship)], contacts.Select(contact => ((string?)contact!["name"]!["family"], contact["relationship"]!.ToJsonString())));
        Assert.Null(_site.Convert("PID|||1").Issues.FirstOrDefault(issue => issue.Code == "conflict"));
    }

    [Fact]
    public void What_another_map_has_written_to_the_element_stays()
    {
        const string own = """
            - {from: PID-8, to: gender, as: code}
            - {value: M, to: maritalStatus.coding.code}
            - {value: 'http://hospital.example/a', to: maritalStatus.coding.system}
            """;
        _site.WithMessage(own, "- {for: ZPI, into: patient, map: 'ZPI[Patient]'}\n").With("segments/ZPI-Patient.yaml", """
            map: ZPI[Patient]
            rows:
            - {from: ZPI-1, to: maritalStatus.text}
            - {value: X, to: maritalStatus.coding.code}
            - {value: 'http://hospital.example/b', to: maritalStatus.coding.system}
            """);

        Assert.Equal(
            """{"coding":[{"code":"M","system":"http://hospital.example/a"},{"code":"X","system":"http://hospital.example/b"}],"text":"married"}""",
            _site.Convert("PID|||1|||||male", "ZPI|married").Only("Patient")["maritalStatus"]!.ToJsonString());
    }
}
