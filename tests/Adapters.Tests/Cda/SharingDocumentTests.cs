using Consortium.Adapters.Elements;
using static Consortium.Adapters.Tests.Cda.SharingDocuments;

namespace Consortium.Adapters.Tests.Cda;

/// <summary>Chinese sharing documents (WS/T 500).</summary>
public sealed class SharingDocumentTests
{
    [Fact]
    public void An_outpatient_record_has_its_patient_complaint_diagnosis_and_no_known_allergy()
    {
        ConversionResult result = Documents.Valid(Of(22, "C0002", "门（急）诊病历", string.Concat(
            Section("48765-2", Element("DE02.10.023.00", "过敏史标志", "<value xsi:type=\"BL\" value=\"false\"/>", $"<entryRelationship typeCode=\"COMP\">{Text("DE02.10.022.00", "过敏史", "否认药物过敏史")}</entryRelationship>")),
            Section("10154-3", Text("DE04.01.119.00", "主诉", "咳嗽3天")),
            Section("10164-2", Text("DE02.10.071.00", "现病史", "3天前受凉后咳嗽")),
            Section("29548-5", Icd("初步诊断-西医诊断编码", "J18.900", "肺炎"))), "2.16.156.10011.1.11"));
        DraftObject patient = result.Only("Patient");
        Assert.Equal("male", patient.At("gender"));
        Assert.Equal("1980-01-01", patient.At("birthDate"));
        Assert.Contains(patient["identifier"]!.AsArray(), identifier => identifier.At("system") == "urn:oid:2.16.156.10011.1.3" && identifier.At("value") == Card && identifier.At("type.coding.0.code") == "NNCHN");
        Assert.Equal("716186003", result.Only("AllergyIntolerance").At("code.coding.0.code"));
        DraftObject condition = result.Only("Condition");
        Assert.Equal("urn:oid:2.16.156.10011.2.3.3.11", condition.At("code.coding.0.system"));
        Assert.Equal("J18.900", condition.At("code.coding.0.code"));
        Assert.Equal("provisional", condition.At("verificationStatus.coding.0.code"));
        Assert.Equal("咳嗽3天", Assert.Single(Observations(result, "DE04.01.119.00")).At("valueString"));
        DraftObject composition = result.Only("Composition");
        Assert.Equal("C0002", composition.At("type.coding.0.code"));
        Assert.Contains("主诉: 咳嗽3天", composition.At("section.1.text.div"), StringComparison.Ordinal);
        Assert.Equal("generated", composition.At("section.1.text.status"));
    }

    [Fact]
    public void The_patient_is_the_one_that_the_other_adapters_know_by_the_record_number()
    {
        ConversionContext context = Site.SiteConfiguration.Default.ContextFor("test");
        string expected = PatientIdentity.LogicalId(context, context.IdentifierSystems.MedicalRecordOf("test"), "BA000456");
        Assert.Equal(expected, Documents.Valid(Of(22, "C0002", "门诊病历", "")).Only("Patient").At("id"));
    }

    [Fact]
    public void Times_without_offset_are_in_the_sites_zone()
    {
        DraftObject composition = Documents.Valid(Of(22, "C0002", "门诊病历", "")).Only("Composition");
        Assert.Equal("2024-03-10T10:15:00+08:00", composition.At("date"));
    }

    [Fact]
    public void An_admission_record_has_vital_signs_under_loinc_and_its_own_codes()
    {
        ConversionResult result = Documents.Valid(Of(44, "C0024", "入院记录", Section(
            "8716-3",
            Quantity("DE04.10.186.00", "体温", "36.50", "Cel"),
            Quantity("DE04.10.118.00", "脉率", "80", "次/min"),
            Quantity("DE04.10.082.00", "呼吸频率", "20", "/min"),
            Group(Quantity("DE04.10.174.00", "收缩压", "120", "mm[Hg]"), Quantity("DE04.10.176.00", "舒张压", "80", "mm[Hg]")),
            Quantity("DE04.10.167.00", "身高", "170", "cm"),
            Quantity("DE04.10.188.00", "体重", "65.0", "kg"))));
        DraftObject temperature = Assert.Single(Observations(result, "8310-5"));
        Assert.Equal("36.50", temperature.At("valueQuantity.value"));
        Assert.Equal("DE04.10.186.00", temperature.At("code.coding.1.code"));
        DraftObject pressure = Assert.Single(Observations(result, "85354-9"));
        Assert.Equal("120", pressure.At("component.0.valueQuantity.value"));
        Assert.Equal("80", pressure.At("component.1.valueQuantity.value"));
        Assert.Single(Observations(result, "29463-7"));
        Assert.Equal("80", Assert.Single(Observations(result, "8867-4")).At("valueQuantity.value"));
    }

    [Fact]
    public void A_discharge_summary_joins_the_name_and_code_of_one_diagnosis()
    {
        ConversionResult result = Documents.Valid(Of(53, "C0033", "出院小结", string.Concat(
            Section("11535-2", Group(Text("DE05.01.025.00", "出院诊断名称", "2型糖尿病"), Icd("出院诊断编码", "E11.900", "2型糖尿病"))),
            Section("8648-8", Text("DE06.00.296.00", "诊疗过程描述", "予降糖治疗")),
            Section("18776-5", Text("DE06.00.287.00", "出院医嘱", "定期复查")))));
        DraftObject condition = result.Only("Condition");
        Assert.Equal("E11.900", condition.At("code.coding.0.code"));
        Assert.Equal("2型糖尿病", condition.At("code.text"));
        Assert.Equal("encounter-diagnosis", condition.At("category.0.coding.0.code"));
        Assert.Null(condition.At("clinicalStatus"));
        Assert.Equal("finished", result.Only("Encounter").At("status"));
        Assert.Equal("2024-03-08T08:30:00+08:00", result.Only("Encounter").At("period.start"));
    }

    [Fact]
    public void A_laboratory_report_keeps_each_result_with_its_unit()
    {
        ConversionResult result = Documents.Valid(Of(27, "C0007", "检验报告", Section(
            "30954-2",
            Group(
                Element("DE04.30.019.00", "检验项目代码", "<value xsi:type=\"CD\" code=\"WBC\" displayName=\"白细胞计数\" codeSystem=\"2.999.3\"/>"),
                Quantity("DE04.30.015.00", "检查定量结果", "12.30", "10*9/L"),
                Element("DE04.30.017.00", "检查结果代码", "<value xsi:type=\"CD\" code=\"2\" displayName=\"异常\" codeSystem=\"2.16.156.10011.2.3.2.38\"/>")))));
        DraftObject number = Assert.Single(Observations(result, "DE04.30.015.00"));
        Assert.Equal("12.30", number.At("valueQuantity.value"));
        Assert.Equal("10*9/L", number.At("valueQuantity.code"));
        Assert.Equal("laboratory", number.At("category.0.coding.0.code"));
        Assert.Equal("异常", Assert.Single(Observations(result, "DE04.30.017.00")).At("valueCodeableConcept.coding.0.display"));
    }

    [Fact]
    public void An_imaging_report_keeps_findings_as_text_and_skips_what_says_nothing()
    {
        ConversionResult result = Documents.Valid(Of(26, "C0006", "检查报告", string.Concat(
            Section("18782-3", Text("DE04.50.131.00", "检查报告结果-客观所见", "双肺纹理清晰"), Text("DE04.50.132.00", "检查报告结果-主观提示", "未见异常")),
            Section("29545-1", Text("DE02.01.079.00", "特殊检查标志", "")))));
        Assert.Equal("双肺纹理清晰", Assert.Single(Observations(result, "DE04.50.131.00")).At("valueString"));
        Assert.Equal("imaging", Assert.Single(Observations(result, "DE04.50.132.00")).At("category.0.coding.0.code"));
        Assert.Empty(Observations(result, "DE02.01.079.00"));
    }

    [Fact]
    public void A_prescription_is_an_order_with_dose_route_and_what_else_it_says()
    {
        string usage = $"<entryRelationship typeCode=\"COMP\">{Element("DE06.00.133.00", "药物使用频次", "<value xsi:type=\"CD\" code=\"02\" displayName=\"每日两次\" codeSystem=\"2.16.156.10011.2.3.1.267\"/>")}</entryRelationship>";
        ConversionResult result = Documents.Valid(Of(24, "C0004", "西药处方", Section("10160-0", Drug("阿莫西林胶囊", "0.50", "g", usage)), "2.16.156.10011.1.11"));
        DraftObject request = result.Only("MedicationRequest");
        Assert.Equal("order", request.At("intent"));
        Assert.Equal("阿莫西林胶囊", request.At("medicationCodeableConcept.text"));
        Assert.Equal("0.50", request.At("dosageInstruction.0.doseAndRate.0.doseQuantity.value"));
        Assert.Equal("g", request.At("dosageInstruction.0.doseAndRate.0.doseQuantity.code"));
        Assert.Equal("口服", request.At("dosageInstruction.0.route.coding.0.display"));
        Assert.Equal("药物使用频次: 每日两次 (02)", request.At("note.0.text"));
        Assert.Empty(result.All("MedicationStatement"));
    }

    [Fact]
    public void An_operation_record_has_the_procedure_with_its_details_as_notes()
    {
        string procedure = $"""
            <procedure classCode="PROC" moodCode="EVN"><code code="47.0901" codeSystem="2.16.156.10011.2.3.3.12" codeSystemName="ICD-9-CM-3" displayName="阑尾切除术"/><statusCode code="completed"/>
            <effectiveTime><low value="202403090900"/><high value="202403091030"/></effectiveTime><entryRelationship typeCode="COMP">{Text("DE06.00.254.00", "手术要点", "顺利")}</entryRelationship></procedure>
            """;
        DraftObject done = Documents.Valid(Of(36, "C0016", "一般手术记录", Section("47519-4", procedure))).Only("Procedure");
        Assert.Equal("47.0901", done.At("code.coding.0.code"));
        Assert.Equal("completed", done.At("status"));
        Assert.Equal("2024-03-09T09:00:00+08:00", done.At("performedPeriod.start"));
        Assert.Equal("手术要点: 顺利", done.At("note.0.text"));
    }

    [Fact]
    public void An_allergy_flag_that_its_words_contradict_is_not_mapped_and_reported()
    {
        ConversionResult result = Documents.Valid(Of(22, "C0002", "门诊病历", Section(
            "48765-2", Element("DE02.10.023.00", "过敏史标志", "<value xsi:type=\"BL\" value=\"true\"/>", $"<entryRelationship typeCode=\"COMP\">{Text("DE02.10.022.00", "过敏史", "无")}</entryRelationship>"))));
        Assert.Empty(result.All("AllergyIntolerance"));
        Assert.Contains(result.Issues, issue => issue.Code == "conflict");
    }

    [Fact]
    public void A_resident_identity_number_that_fails_its_check_refuses_the_document_without_showing_it()
    {
        ConversionResult result = Documents.Convert(Of(22, "C0002", "门诊病历", "").Replace(Card, "999999198001010013", StringComparison.Ordinal));
        Assert.True(result.IsRejected);
        Assert.DoesNotContain(result.Issues, issue => issue.Diagnostics.Contains("99999919800101", StringComparison.Ordinal));
        Assert.Contains("GB 11643", result.Issues[0].Diagnostics, StringComparison.Ordinal);
    }
}
