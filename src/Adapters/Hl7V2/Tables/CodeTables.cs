namespace Consortium.Adapters.Hl7V2.Tables;

/// <summary>The code tables of the HL7 v2 maps. Their content stands in the data files beside this one.</summary>
internal static class CodeTables
{
    public static CodeTable AddressType { get; } = CodeTable.Load("address-type");
    public static CodeTable AddressUse { get; } = CodeTable.Load("address-use");
    public static CodeTable AdministrativeSex { get; } = CodeTable.Load("administrative-sex");
    public static CodeTable AdmissionType { get; } = CodeTable.Load("admission-type");
    public static CodeTable AllergyCategory { get; } = CodeTable.Load("allergy-category");
    public static CodeTable AllergySeverity { get; } = CodeTable.Load("allergy-severity");
    public static CodeTable ClassStatus { get; } = CodeTable.Load("class-status");
    public static CodeTable CodingSystem { get; } = CodeTable.Load("coding-system");
    public static CodeTable ContactRole { get; } = CodeTable.Load("contact-role");
    public static CodeTable DiagnosisRole { get; } = CodeTable.Load("diagnosis-role");
    public static CodeTable DiagnosticSection { get; } = CodeTable.Load("diagnostic-section");
    public static CodeTable EncounterClass { get; } = CodeTable.Load("encounter-class");
    public static CodeTable Event { get; } = CodeTable.Load("event");
    public static CodeTable IdentifierType { get; } = CodeTable.Load("identifier-type");
    public static CodeTable Interpretation { get; } = CodeTable.Load("interpretation");
    public static CodeTable MaritalStatus { get; } = CodeTable.Load("marital-status");
    public static CodeTable MediaType { get; } = CodeTable.Load("media-type");
    public static CodeTable NameUse { get; } = CodeTable.Load("name-use");
    public static CodeTable ObservationStatus { get; } = CodeTable.Load("observation-status");
    public static CodeTable OrderControl { get; } = CodeTable.Load("order-control");
    public static CodeTable OrderStatus { get; } = CodeTable.Load("order-status");
    public static CodeTable Relationship { get; } = CodeTable.Load("relationship");
    public static CodeTable ReportStatus { get; } = CodeTable.Load("report-status");
    public static CodeTable RequestPriority { get; } = CodeTable.Load("request-priority");
    public static CodeTable SectionCategory { get; } = CodeTable.Load("section-category");
    public static CodeTable SpecimenAvailability { get; } = CodeTable.Load("specimen-availability");
    public static CodeTable SpecimenType { get; } = CodeTable.Load("specimen-type");
    public static CodeTable TelecomSystem { get; } = CodeTable.Load("telecom-system");
    public static CodeTable TelecomUse { get; } = CodeTable.Load("telecom-use");
    public static CodeTable Units { get; } = CodeTable.Load("units", caseMatters: true);
}
