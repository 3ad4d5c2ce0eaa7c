using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Tests.Cda;

/// <summary>Fictitious documents in the form of WS/T 500-2016; nobody in them exists (area code 999999).</summary>
internal static class SharingDocuments
{
    public const string Card = "999999198001010011";

    /// <summary>A document of this template number and code, with these components.</summary>
    public static string Of(int template, string code, string title, string components, string visit = "2.16.156.10011.1.12") => $"""
        <?xml version="1.0" encoding="UTF-8"?>
        <ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:mif="urn:hl7-org:v3/mif" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
          <realmCode code="CN"/><typeId root="2.16.840.1.113883.1.3" extension="POCD_MT000040"/>
          <templateId root="2.16.156.10011.2.1.1.{template}"/>
          <id root="2.16.156.10011.1.1" extension="CS{template:000}"/>
          <code code="{code}" codeSystem="2.16.156.10011.2.4" codeSystemName="卫生信息共享文档规范编码体系"/>
          <title>{title}</title><effectiveTime value="20240310101500"/>
          <confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/><languageCode code="zh-CN"/><setId/><versionNumber/>
          <recordTarget typeCode="RCT" contextControlCode="OP"><patientRole classCode="PAT">
            <id root="{visit}" extension="ZY000123"/><id root="2.16.156.10011.1.13" extension="BA000456"/>
            <addr use="H"><houseNumber>8号</houseNumber><streetName>测试路</streetName><county>示例区</county><city>示例市</city><state>示例省</state></addr><telecom value="020-00000000"/>
            <patient classCode="PSN" determinerCode="INSTANCE"><id root="2.16.156.10011.1.3" extension="{Card}"/><name>测试甲</name>
              <administrativeGenderCode code="1" codeSystem="2.16.156.10011.2.3.3.4" displayName="男性"/><birthTime value="19800101"/>
              <maritalStatusCode code="20" codeSystem="2.16.156.10011.2.3.3.5" displayName="已婚"/><ethnicGroupCode code="01" codeSystem="2.16.156.10011.2.3.3.3" displayName="汉族"/><age unit="岁" value="44"/></patient>
            <providerOrganization><id root="2.16.156.10011.1.5" extension="12345678-9"/><name>示例医院</name></providerOrganization>
          </patientRole></recordTarget>
          <author typeCode="AUT" contextControlCode="OP"><time value="20240310"/><assignedAuthor classCode="ASSIGNED"><id root="2.16.156.10011.1.7" extension="YS01"/><assignedPerson><name>测试医</name></assignedPerson>
            <representedOrganization><id root="2.16.156.10011.1.5" extension="12345678-9"/><name>示例医院</name></representedOrganization></assignedAuthor></author>
          <custodian typeCode="CST"><assignedCustodian classCode="ASSIGNED"><representedCustodianOrganization classCode="ORG" determinerCode="INSTANCE"><id root="2.16.156.10011.1.5" extension="12345678-9"/><name>示例医院</name></representedCustodianOrganization></assignedCustodian></custodian>
          <relatedDocument typeCode="RPLC"><parentDocument><id/><setId/><versionNumber/></parentDocument></relatedDocument>
          <componentOf><encompassingEncounter><effectiveTime><low value="20240308083000"/><high value="20240310100000"/></effectiveTime>
            <location><healthCareFacility><serviceProviderOrganization><asOrganizationPartOf classCode="PART"><wholeOrganization><id root="2.16.156.10011.1.26" extension="001"/><name>内科</name></wholeOrganization></asOrganizationPartOf></serviceProviderOrganization></healthCareFacility></location>
          </encompassingEncounter></componentOf>
          <component><structuredBody>{components}</structuredBody></component>
        </ClinicalDocument>
        """;

    public static string Section(string loinc, params string[] statements) =>
        $"<component><section><code code=\"{loinc}\" codeSystem=\"2.16.840.1.113883.6.1\" codeSystemName=\"LOINC\"/><text/>{string.Concat(statements.Select(statement => $"<entry>{statement}</entry>"))}</section></component>";

    public static string Element(string code, string name, string value, string inner = "") =>
        $"<observation classCode=\"OBS\" moodCode=\"EVN\"><code code=\"{code}\" codeSystem=\"2.16.156.10011.2.2.1\" codeSystemName=\"卫生信息数据元目录\" displayName=\"{name}\"/>{value}{inner}</observation>";

    public static string Text(string code, string name, string words) => Element(code, name, $"<value xsi:type=\"ST\">{words}</value>");

    public static string Quantity(string code, string name, string number, string unit) => Element(code, name, $"<value xsi:type=\"PQ\" value=\"{number}\" unit=\"{unit}\"/>");

    public static string Icd(string name, string code, string display) =>
        Element("DE05.01.024.00", name, $"<value xsi:type=\"CD\" code=\"{code}\" displayName=\"{display}\" codeSystem=\"2.16.156.10011.2.3.3.11\" codeSystemName=\"ICD-10\"/>");

    public static string Group(params string[] members) =>
        $"<organizer classCode=\"CLUSTER\" moodCode=\"EVN\"><statusCode/>{string.Concat(members.Select(member => $"<component>{member}</component>"))}</organizer>";

    public static string Drug(string name, string dose, string unit, string more = "") => $"""
        <substanceAdministration classCode="SBADM" moodCode="EVN"><text/><routeCode code="1" displayName="口服" codeSystem="2.16.156.10011.2.3.1.158" codeSystemName="用药途径代码表"/><doseQuantity value="{dose}" unit="{unit}"/>
        <consumable><manufacturedProduct><manufacturedLabeledDrug><code/><name>{name}</name></manufacturedLabeledDrug></manufacturedProduct></consumable>{more}</substanceAdministration>
        """;

    public static DraftObject[] Observations(ConversionResult result, string code) =>
        [.. result.All("Observation").Where(observation => (observation["code"]?["coding"] as DraftArray ?? []).Any(coding => (string?)coding?["code"] == code))];
}
