namespace Consortium.Integrity;

/// <summary>
/// How an AuditEvent proves that a record was erased, for the custodian that writes it and the auditor that reads it: <c>type</c> is <c>destroy</c>, and an <c>entity</c> with
/// lifecycle 15 refers to the record id in the form of a UUID (<c>docs/decisions/0212-erasure.md</c>).
/// </summary>
public static class ErasureProof
{
    /// <summary>Code of <c>AuditEvent.type</c> (ISO 21089 lifecycle).</summary>
    public const string TypeCode = "destroy";

    /// <summary>System of <c>AuditEvent.entity.lifecycle</c>.</summary>
    public const string LifecycleSystem = "http://terminology.hl7.org/CodeSystem/dicom-audit-lifecycle";

    /// <summary>Its code: permanent erasure, physical destruction.</summary>
    public const string LifecycleErased = "15";

    /// <summary>URL of the extension of the OperationOutcome of an erased record that holds the record id of the AuditEvent, 32 hexadecimal digits.</summary>
    public const string EventExtension = "urn:consortium:erasure-event";

    /// <summary>The record id as a reference: <c>urn:uuid:</c> and the sixteen bytes as RFC 9562 writes them.</summary>
    public static string Reference(Tag128 recordId) => $"urn:uuid:{new Guid(recordId.ToArray(), bigEndian: true)}";
}
