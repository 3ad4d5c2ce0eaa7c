using System.Globalization;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Tables;
using Consortium.Adapters.Site;
using Consortium.Fhir;

namespace Consortium.Adapters.Tests.Hl7V2;

public sealed class MappingTests
{
    [Theory]
    [InlineData("A01", "", "in-progress")]
    [InlineData("A03", "", "finished")]
    [InlineData("A04", "", "in-progress")]
    [InlineData("A04", "20240103", "finished")]
    [InlineData("A05", "", "planned")]
    [InlineData("A08", "", "in-progress")]
    [InlineData("A08", "20240103", "finished")]
    [InlineData("A11", "20240103", "cancelled")]
    [InlineData("A13", "", "in-progress")]
    public void The_event_says_what_became_of_the_visit(string trigger, string discharged, string status)
    {
        string message = Messages.Admission().Replace("ADT^A01", $"ADT^{trigger}", StringComparison.Ordinal).TrimEnd('\r') + "|" + discharged;
        Assert.Equal(status, (string?)Messages.Convert(message).Only("Encounter")["status"]);
    }

    [Theory]
    [InlineData("1980", "1980")]
    [InlineData("198002", "1980-02")]
    [InlineData("19800229", "1980-02-29")]
    public void A_partial_date_stays_partial(string written, string expected) =>
        Assert.Equal(expected, (string?)WithPid7(written).Only("Patient")["birthDate"]);

    [Theory]
    [InlineData("19810229")]
    [InlineData("00000000")]
    [InlineData("1980-02-28")]
    [InlineData("198002281260")]
    [InlineData("19800228120000+9900")]
    public void What_is_no_date_rejects_the_message_with_its_place(string written)
    {
        ConversionResult result = WithPid7(written);

        OutcomeIssue issue = Assert.Single(result.Issues, issue => issue.Severity == IssueSeverity.Error);
        Assert.Equal(("value", "PID-7", 3), (issue.Code, issue.Expression, issue.Line));
        Assert.DoesNotContain(written, issue.Diagnostics, StringComparison.Ordinal);
        Assert.Empty(result.Resources);
    }

    [Theory]
    [InlineData("20240701083000", "2024-07-01T08:30:00+08:00")]
    [InlineData("202407010830", "2024-07-01T08:30:00+08:00")]
    [InlineData("20240701083000.1250-0330", "2024-07-01T08:30:00.1250-03:30")]
    [InlineData("20240701083000+0000", "2024-07-01T08:30:00+00:00")]
    [InlineData("19880701083000", "1988-07-01T08:30:00+09:00")] // China had summer time then
    [InlineData("20240701", "2024-07-01")]
    public void A_time_has_the_offset_it_says_or_that_of_the_sites_zone(string written, string expected) =>
        Assert.Equal(expected, (string?)Observation("OBX|1|ST|X^x^L||v||||||F|||" + written)["effectiveDateTime"]);

    [Fact]
    public void The_zone_is_the_sources_own_and_never_the_servers()
    {
        var urumqi = new ConversionContext(LogicalIds.Unkeyed, TimeZoneInfo.FindSystemTimeZoneById("Asia/Urumqi"));
        ConversionResult result = Messages.Convert(Report("OBX|1|ST|X^x^L||v||||||F|||20240701083000"), context: urumqi);
        Assert.Equal("2024-07-01T08:30:00+06:00", (string?)result.Only("Observation")["effectiveDateTime"]);
    }

    [Fact]
    public void The_culture_of_the_machine_changes_nothing()
    {
        string message = Report("OBX|1|NM|I^i^L||5.10|mg/dl|1,5-2|H|||F|||20240701083000");
        string invariant = Written(message);
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            // Named cultures are not there under invariant globalization; one with the same traps is.
            var hostile = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            hostile.NumberFormat = new NumberFormatInfo { NumberDecimalSeparator = ",", NumberGroupSeparator = ".", NegativeSign = "~" };
            hostile.DateTimeFormat = new DateTimeFormatInfo { DateSeparator = ".", TimeSeparator = "." };
            CultureInfo.CurrentCulture = hostile;
            Assert.Equal(invariant, Written(message));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }

        static string Written(string message) => System.Text.Encoding.UTF8.GetString(BundleWriter.Write(Messages.Convert(message)));
    }

    [Theory]
    [InlineData("NM|5.10|mg/dl", "valueQuantity", """{"value":5.10,"unit":"mg/dl","system":"http://unitsofmeasure.org","code":"mg/dL"}""")]
    [InlineData("NM|-0.0|", "valueQuantity", """{"value":-0.0}""")]
    [InlineData("NM|7|furlong", "valueQuantity", """{"value":7,"unit":"furlong"}""")]
    [InlineData("SN|<^0.01|ng/mL", "valueQuantity", """{"value":0.01,"comparator":"<","unit":"ng/mL","system":"http://unitsofmeasure.org","code":"ng/mL"}""")]
    [InlineData("SN|^1^:^80|", "valueRatio", """{"numerator":{"value":1},"denominator":{"value":80}}""")]
    [InlineData("SN|^2^-^4|", "valueRange", """{"low":{"value":2},"high":{"value":4}}""")]
    [InlineData("SN|^2^+|", "valueString", "\"2 +\"")]
    [InlineData("NR|2^4|", "valueRange", """{"low":{"value":2},"high":{"value":4}}""")]
    [InlineData("ST|a^b &c|", "valueString", "\"a^b &c\"")]
    [InlineData("TX|line 1~ line 2|", "valueString", "\"line 1\\n line 2\"")]
    [InlineData("CWE|260385009^Negative^SCT|", "valueCodeableConcept", """{"coding":[{"system":"http://snomed.info/sct","code":"260385009","display":"Negative"}]}""")]
    [InlineData("DT|20240101|", "valueDateTime", "\"2024-01-01\"")]
    [InlineData("TM|0830|", "valueTime", "\"08:30:00\"")]
    public void OBX_5_is_what_OBX_2_says(string value, string element, string json)
    {
        string[] parts = value.Split('|');
        DraftObject observation = Observation($"OBX|1|{parts[0]}|X^x^L||{parts[1]}|{parts[2]}||||||F".Replace("||||||F", "|||||F", StringComparison.Ordinal));
        Assert.Equal(json, observation[element]!.ToJsonString());
    }

    [Theory]
    [InlineData("OBX|1|NM|X^x^L||positive||||||F", "value", "OBX-5")]
    [InlineData("OBX|1||X^x^L||5||||||F", "required", "OBX-2")]
    [InlineData("OBX|1|QQ|X^x^L||5||||||F", "not-supported", "OBX-2")]
    [InlineData("OBX|1|NM|||5||||||F", "required", "OBX-3")]
    [InlineData("OBX|1|NM|X^x^L||5||||||Q", "code-invalid", "OBX-11")]
    [InlineData("OBX|1|ED|X^x^L||^AP^PDF^Base64^@@@@||||||F", "value", "OBX-5.5")]
    public void What_must_not_be_guessed_rejects_the_message(string segment, string code, string place)
    {
        ConversionResult result = Messages.Convert(Report(segment));
        Assert.Contains(result.Issues, issue => (issue.Severity, issue.Code, issue.Expression, issue.Line) == (IssueSeverity.Error, code, place, (int?)4));
    }

    [Fact]
    public void An_embedded_document_becomes_a_DocumentReference_and_is_shown_in_the_report()
    {
        ConversionResult result = Messages.Convert(Report("OBX|1|ED|11502-2^Laboratory report^LN||LAB^AP^PDF^Base64^JVBERi0xLjQ=||||||F"));

        DraftNode attachment = result.Only("DocumentReference")["content"]![0]!["attachment"]!;
        Assert.Equal(("application/pdf", "JVBERi0xLjQ="), ((string?)attachment["contentType"], (string?)attachment["data"]));
        Assert.Equal("JVBERi0xLjQ=", (string?)result.Only("DiagnosticReport")["presentedForm"]![0]!["data"]);
    }

    [Fact]
    public void A_repeat_and_a_correction_of_a_result_have_the_same_id()
    {
        string first = (string)Observation("OBX|1|NM|X^x^L||5||||||P")["id"]!;
        string corrected = (string)Observation("OBX|1|NM|X^x^L||6||||||C")["id"]!;
        Assert.Equal(first, corrected);

        ConversionResult twice = Messages.Convert(Report("OBX|1|NM|X^x^L||5||||||F\rOBX|2|NM|X^x^L||6||||||F"));
        Assert.Equal(2, twice.All("Observation").Select(observation => (string)observation["id"]!).Distinct().Count());
    }

    [Fact]
    public void An_unknown_sex_code_rejects_and_a_null_is_absent()
    {
        Assert.Equal("PID-8", Messages.Convert(Messages.Admission().Replace("|M\r", "|Q\r", StringComparison.Ordinal)).Issues[0].Expression);
        Assert.False(Messages.Convert(Messages.Admission().Replace("|M\r", "|\"\"\r", StringComparison.Ordinal)).Only("Patient").ContainsKey("gender"));
    }

    [Fact]
    public void A_patient_without_identifier_is_rejected() =>
        Assert.Equal("PID-3.1", Messages.Convert(Messages.Admission().Replace("Z1001^^^HOSP^MR", "", StringComparison.Ordinal)).Issues[0].Expression);

    [Fact]
    public void A_type_that_is_not_mapped_is_rejected_as_not_supported_at_MSH_9()
    {
        OutcomeIssue issue = Assert.Single(Messages.Convert(Messages.Admission().Replace("ADT^A01", "ADT^Z99", StringComparison.Ordinal)).Issues);
        Assert.Equal((IssueSeverity.Error, "not-supported", "MSH-9"), (issue.Severity, issue.Code, issue.Expression));
    }

    [Fact]
    public void Fields_that_no_map_uses_are_named_without_their_values()
    {
        ConversionResult result = Messages.Convert(Messages.Admission().TrimEnd('\r') + "\rPV2||secret1\rZPI|secret2\r");

        OutcomeIssue issue = Assert.Single(result.Issues, issue => issue.Severity == IssueSeverity.Information);
        Assert.Contains("PV2-2", issue.Diagnostics, StringComparison.Ordinal);
        Assert.Contains("ZPI (all of it)", issue.Diagnostics, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void A_whole_Chinese_name_in_one_place_is_not_divided()
    {
        DraftObject name = (DraftObject)Messages.Convert(Messages.Admission().Replace("测试^一", "欧阳测试", StringComparison.Ordinal)).Only("Patient")["name"]![0]!;
        Assert.Equal("""{"text":"欧阳测试"}""", name.ToJsonString());
    }

    [Fact]
    public void The_site_names_the_systems_of_authorities()
    {
        var context = new ConversionContext(LogicalIds.Unkeyed, TimeZoneInfo.Utc)
        {
            IdentifierSystems = new IdentifierSystems(new Dictionary<string, string> { ["HOSP"] = "urn:oid:2.999.7" }),
        };
        Assert.Equal("urn:oid:2.999.7", (string?)Messages.Convert(Messages.Admission(), context: context).Only("Patient")["identifier"]![0]!["system"]);
    }

    [Fact]
    public void Provenance_names_the_responsible_organization_of_MSH_22_beside_the_sender()
    {
        string[] lines = Messages.Admission().Split('\r');
        lines[0] += new string('|', 21 - lines[0].Count(c => c == '|')) + "Hospital A^L";
        DraftObject provenance = Messages.Convert(string.Join('\r', lines)).Only("Provenance");
        string?[] authors = [.. provenance["agent"]!.AsArray().Where(agent => (string?)agent!["type"]!["coding"]![0]!["code"] == "author").Select(agent => (string?)agent!["who"]!["display"])];
        Assert.Equal(2, authors.Length);
        Assert.Equal("Hospital A", authors[1]);
        Assert.Equal("Organization", (string?)provenance["agent"]!.AsArray()[^1]!["who"]!["type"]);
    }

    [Fact]
    public void Provenance_names_record_adapter_mapping_and_targets_and_no_patient_data()
    {
        ConversionResult result = Messages.Convert(Messages.Admission(family: "保密"));
        DraftObject provenance = result.Only("Provenance");

        string digest = new RawRecord(System.Text.Encoding.UTF8.GetBytes(Messages.Admission(family: "保密")), "test", default).Digest;
        Assert.Equal($"urn:sha256:{digest}", (string?)provenance["entity"]![0]!["what"]!["identifier"]!["value"]);
        Assert.Equal("hl7v2/1.0", (string?)provenance["agent"]![0]!["who"]!["identifier"]!["value"]);
        Assert.Equal("urn:consortium:mapping:ADT_A01:1.0", (string?)provenance["policy"]![0]);
        Assert.Equal(result.Resources.Count - 1, provenance["target"]!.AsArray().Count);
        Assert.Equal("1970-01-01T00:00:00.000Z", (string?)provenance["recorded"]);
        Assert.DoesNotContain("保密", provenance.ToJsonString(), StringComparison.Ordinal);
    }

    private static ConversionResult WithPid7(string birth) => Messages.Convert(Messages.Admission().Replace("19800229", birth, StringComparison.Ordinal));

    private static string Report(string observations) =>
        "MSH|^~\\&|LIS|HOSP|F|H|20240102030405||ORU^R01|R1|P|2.5.1\rPID|1||Z1001^^^HOSP^MR\rOBR|1||F100|P^panel^L|||20240101070000||||||||||||||||||F\r" + observations + "\r";

    private static DraftObject Observation(string segment) => Messages.Convert(Report(segment)).Only("Observation");
}
