namespace Consortium.Fhir.Validation;

/// <summary>The primitive types of FHIR R4 (datatypes.html#primitive); the names are the specification's.</summary>
internal enum PrimitiveType : byte
{
    None,
    Base64Binary,
    Boolean,
    Canonical,
    Code,
    Date,
    DateTime,
    Decimal,
    Id,
    Instant,
    Integer,
    Markdown,
    Oid,
    PositiveInt,
    String,
    Time,
    UnsignedInt,
    Uri,
    Url,
    Uuid,
    Xhtml,
}
