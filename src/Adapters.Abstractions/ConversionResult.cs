using Consortium.Adapters.Elements;
using Consortium.Fhir;
using Consortium.Fhir.Model;

namespace Consortium.Adapters;

/// <summary>
/// What became of one record: its resources, or the reasons why a person must look at it. Never both:
/// a record with an issue of severity error or fatal is rejected whole, since half a record misleads.
/// </summary>
public sealed record ConversionResult
{
    /// <summary>Position of the record in its file, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>What the record calls itself (message control id, document number), for a person to find it; no patient data. Null where it has none.</summary>
    public string? ControlId { get; init; }

    /// <summary>The Bundle type that <c>consortium convert</c> prints: <c>transaction</c>, or <c>document</c> with a Composition first.</summary>
    public string BundleType { get; init; } = "transaction";

    /// <summary>The resources, Provenance last. Empty where the record is rejected.</summary>
    public IReadOnlyList<ResourceDraft> Resources { get; init; } = [];

    /// <summary>What was noticed: warnings and remarks, and for a rejected record the errors.</summary>
    public IReadOnlyList<OutcomeIssue> Issues { get; init; } = [];

    /// <summary>True where an error or fatal issue keeps the record from being published.</summary>
    public bool IsRejected => Issues.Any(issue => issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal);

    /// <summary>The Bundle as the validator saw it, so that it is written once and what was checked is what is given out; null before validation.</summary>
    internal ValidatedBundle? ValidatedBundle { get; init; }

    /// <summary>A rejected record.</summary>
    public static ConversionResult Rejected(int index, string? controlId, params IReadOnlyList<OutcomeIssue> issues) =>
        new() { Index = index, ControlId = controlId, Issues = issues };
}

/// <summary>The bytes of a Bundle that was validated, and the resources that it was made of.</summary>
internal sealed record ValidatedBundle(IReadOnlyList<ResourceDraft> Resources, byte[] Bytes);

/// <summary>A resource that an adapter made.</summary>
/// <param name="Json">The resource, with <c>resourceType</c> and <c>id</c>. Numbers are <see cref="decimal"/> or raw text, so that no digit is lost.</param>
/// <param name="Apply">What the store does when it has the resource already.</param>
public sealed record ResourceDraft(DraftObject Json, ApplyMode Apply = ApplyMode.Update)
{
    /// <summary>A draft of a resource of the typed model. Its decimals keep their digits.</summary>
    /// <param name="resource">The resource; it is written out now, later changes are not seen.</param>
    /// <param name="apply">What the store does when it has the resource already.</param>
    /// <exception cref="InvalidOperationException">The object cannot be written (<see cref="Resource.ToUtf8Json"/>).</exception>
    public static ResourceDraft Of(Resource resource, ApplyMode apply = ApplyMode.Update)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return new ResourceDraft(DraftNode.Parse(resource.ToUtf8Json())!.AsObject(), apply);
    }

    /// <summary>The FHIR resource type.</summary>
    public string ResourceType => Json.Text("resourceType")!;

    /// <summary>The logical id.</summary>
    public string Id => Json.Text("id")!;
}
