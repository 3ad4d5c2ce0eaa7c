using System.Globalization;

namespace Consortium.Adapters.Elements;

/// <summary>
/// The FHIR R4 data types that adapters build (datatypes.html). Each gives null where it would be empty,
/// which <see cref="JsonBuilding"/> skips.
/// </summary>
public static class Element
{
    /// <summary>A Coding; null without a code and a display.</summary>
    public static DraftObject? Coding(string? system, string? code, string? display = null, string? version = null)
    {
        if (Blanks.IsBlank(code) && Blanks.IsBlank(display)) return null;
        return new DraftObject().With("system", system).With("version", system is null ? null : version).With("code", Blanks.Trim(code)).With("display", Blanks.Trim(display));
    }

    /// <summary>A CodeableConcept of a text and its codings.</summary>
    public static DraftObject? CodeableConcept(string? text, params IEnumerable<DraftObject?> codings) =>
        NullIfEmpty(new DraftObject().SetAll("coding", codings).Set("text", Blanks.Trim(text)));

    /// <summary>A CodeableConcept of one coding.</summary>
    public static DraftObject? CodeableConcept(string? system, string? code, string? display, string? text) =>
        OneCoding(text, Coding(system, code, display));

    /// <summary>An Identifier; null without a value, since a system alone identifies nothing.</summary>
    public static DraftObject? Identifier(string? system, string? value, DraftObject? type = null, string? use = null, DraftObject? period = null) =>
        Blanks.IsBlank(value)
            ? null
            : new DraftObject().With("use", use).With("type", type).With("system", system).With("value", Blanks.Trim(value)).With("period", period);

    /// <summary>A literal Reference to a resource of the same conversion or store.</summary>
    public static DraftObject Reference(string resourceType, string id, string? display = null) =>
        ReferenceTo(string.Concat(resourceType, "/", id), display);

    /// <summary>A literal Reference as it is written: <c>Patient/…</c>.</summary>
    internal static DraftObject ReferenceTo(string reference, string? display = null) =>
        new DraftObject().With("reference", reference).With("display", Blanks.Trim(display));

    /// <summary>A literal Reference to a draft.</summary>
    public static DraftObject Reference(ResourceDraft target, string? display = null) => Reference(target.ResourceType, target.Id, display);

    /// <summary>A Reference by identifier, to something that is no resource here; null where there is neither identifier nor display.</summary>
    public static DraftObject? LogicalReference(DraftObject? identifier, string? display = null, string? type = null)
    {
        DraftObject reference = new DraftObject().With("identifier", identifier).With("display", Blanks.Trim(display));
        return reference.Count == 0 ? null : reference.Set("type", type);
    }

    /// <summary>
    /// A Quantity whose digits are the record's own. The unit as written goes to <c>unit</c>; system and code only where a UCUM code is known.
    /// Null where <paramref name="number"/> is no decimal.
    /// </summary>
    public static DraftObject? Quantity(string? number, string? unit = null, string? ucum = null, string? comparator = null)
    {
        if (FhirDecimal.Number(number) is not { } value) return null;
        DraftObject quantity = new DraftObject().With("value", value).With("comparator", comparator).With("unit", Blanks.Trim(unit));
        return ucum is null ? quantity : quantity.With("system", CodeSystems.Ucum).With("code", ucum);
    }

    /// <summary>
    /// A FHIR dateTime of a local time that a record gives without an offset: in the site's zone, never the server's.
    /// Null where the text has not the format, or the clocks were set forward over that time, so that it never was.
    /// </summary>
    /// <param name="text">The time as written.</param>
    /// <param name="format">A .NET format of date and time, such as <c>yyyy-MM-dd HH:mm:ss</c>.</param>
    /// <param name="zone">The site's zone (<see cref="ConversionContext.TimeZone"/>).</param>
    public static string? LocalDateTime(string? text, string format, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        return System.DateTime.TryParseExact(Blanks.Trim(text), format, CultureInfo.InvariantCulture, DateTimeStyles.None, out System.DateTime local) && !zone.IsInvalidTime(local)
            ? new DateTimeOffset(local, zone.GetUtcOffset(local)).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture)
            : null;
    }

    /// <summary>A Period.</summary>
    public static DraftObject? Period(string? start, string? end) => start is null && end is null ? null : NullIfEmpty(new DraftObject().With("start", start).With("end", end));

    /// <summary>A Range; its ends are Quantities without comparator.</summary>
    public static DraftObject? Range(DraftObject? low, DraftObject? high) => NullIfEmpty(new DraftObject().Set("low", low).Set("high", high));

    /// <summary>A HumanName.</summary>
    public static DraftObject? HumanName(
        string? text = null, string? family = null, IEnumerable<string?>? given = null, string? use = null,
        IEnumerable<string?>? prefix = null, IEnumerable<string?>? suffix = null, DraftObject? period = null)
    {
        DraftObject parts = new DraftObject().Set("text", Blanks.Trim(text)).Set("family", Blanks.Trim(family))
            .SetAll("given", given ?? []).SetAll("prefix", prefix ?? []).SetAll("suffix", suffix ?? []);
        return parts.Count == 0 ? null : parts.Set("use", use).Set("period", period);
    }

    /// <summary>A ContactPoint; null without a value.</summary>
    public static DraftObject? ContactPoint(string? system, string? value, string? use = null, DraftObject? period = null) =>
        Blanks.IsBlank(value)
            ? null
            : new DraftObject().With("system", system).With("value", Blanks.Trim(value)).With("use", use).With("period", period);

    /// <summary>An Attachment of bytes.</summary>
    public static DraftObject? Attachment(string? contentType, byte[]? data, string? title = null) =>
        data is null ? null : new DraftObject().Set("contentType", contentType).Set("data", System.Convert.ToBase64String(data)).Set("title", title);

    /// <summary>An Annotation; null without text.</summary>
    public static DraftObject? Annotation(string? text, string? time = null) =>
        Blanks.IsBlank(text) ? null : new DraftObject().Set("time", time).Set("text", text);

    /// <summary>The extension that says why an element has no value (FHIR R4 extension-data-absent-reason).</summary>
    public static DraftObject DataAbsentReason(string code) => new()
    {
        ["url"] = "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
        ["valueCode"] = code,
    };

    /// <summary>A CodeableConcept of one coding and a text.</summary>
    internal static DraftObject? OneCoding(string? text, DraftObject? coding) =>
        coding is null && text is null ? null : NullIfEmpty(new DraftObject().Append("coding", coding).Set("text", Blanks.Trim(text)));

    private static DraftObject? NullIfEmpty(DraftObject element) => element.Count == 0 ? null : element;
}
