namespace Consortium.Adapters.Elements;

/// <summary>URIs of the code systems that adapters name.</summary>
public static class CodeSystems
{
    /// <summary>Units of measure (UCUM).</summary>
    public const string Ucum = "http://unitsofmeasure.org";
    /// <summary>LOINC.</summary>
    public const string Loinc = "http://loinc.org";
    /// <summary>SNOMED CT.</summary>
    public const string Snomed = "http://snomed.info/sct";
    /// <summary>ICD-10 of the WHO; national editions have systems of their own.</summary>
    public const string Icd10 = "http://hl7.org/fhir/sid/icd-10";
    /// <summary>HL7 v3 ActCode: the class of an Encounter.</summary>
    public const string ActCode = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
    /// <summary>HL7 v2 table 0203: the type of an identifier.</summary>
    public const string IdentifierType = "http://terminology.hl7.org/CodeSystem/v2-0203";
    /// <summary>Category of an Observation.</summary>
    public const string ObservationCategory = "http://terminology.hl7.org/CodeSystem/observation-category";
    /// <summary>Interpretation of an Observation: high, low, abnormal.</summary>
    public const string ObservationInterpretation = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation";
    /// <summary>Category of a Condition.</summary>
    public const string ConditionCategory = "http://terminology.hl7.org/CodeSystem/condition-category";
    /// <summary>Clinical status of a Condition.</summary>
    public const string ConditionClinical = "http://terminology.hl7.org/CodeSystem/condition-clinical";
    /// <summary>Verification status of a Condition.</summary>
    public const string ConditionVerification = "http://terminology.hl7.org/CodeSystem/condition-ver-status";
    /// <summary>Role of an agent of a Provenance.</summary>
    public const string ProvenanceParticipant = "http://terminology.hl7.org/CodeSystem/provenance-participant-type";
    /// <summary>Languages (BCP 47).</summary>
    public const string DocumentLanguage = "urn:ietf:bcp:47";
}
