using Consortium.Fhir.Conformance;

namespace Consortium.Fhir.Validation.Profiles;

/// <summary>One thing that a profile finds.</summary>
/// <param name="Severity">How bad.</param>
/// <param name="Document">The document of the element.</param>
/// <param name="Node">The element.</param>
/// <param name="Code">issue-type.</param>
/// <param name="Message">For a person, with the element id and the profile.</param>
/// <param name="Rule">What is broken, the same whichever profile says so: two profiles that agree are reported once.</param>
internal sealed record Finding(IssueSeverity Severity, FhirDocument Document, int Node, string Code, string Message, string Rule);

/// <summary>
/// Collects what profiles find. A trial (does this element conform to that profile?) collects apart, and only its answer and
/// first reasons are used.
/// </summary>
internal sealed class Findings
{
    /// <summary>Most findings that are kept of one validation; errors beyond are still counted.</summary>
    private const int Most = 2000;

    // Most checks find nothing.
    private List<Finding>? _all;

    public IReadOnlyList<Finding> All => _all ?? (IReadOnlyList<Finding>)[];

    /// <summary>Whether nothing was found, so that the same collection can serve again.</summary>
    public bool IsEmpty => _all is null;

    public int Errors { get; private set; }

    /// <summary>Whether something could not be decided, so that an absence of errors is no proof.</summary>
    public bool Undecided { get; private set; }

    public void Error(Profile profile, FhirDocument document, int node, string code, string what, string rule) =>
        Add(IssueSeverity.Error, profile, document, node, code, what, rule);

    public void Add(IssueSeverity severity, Profile profile, FhirDocument document, int node, string code, string what, string rule)
    {
        if (severity <= IssueSeverity.Error) Errors++;
        if (code is "not-supported" or "not-found" && severity > IssueSeverity.Error) Undecided = true;
        _all ??= [];
        if (_all.Count < Most) _all.Add(new Finding(severity, document, node, code, $"{what} (profile {profile.Canonical}).", rule));
    }

    /// <summary>The first errors, for a message that says why something does not conform.</summary>
    public string Reasons(int most)
    {
        IEnumerable<string> errors = All.Where(f => f.Severity <= IssueSeverity.Error).Select(f => f.Message.TrimEnd('.')).Distinct(StringComparer.Ordinal);
        return string.Join("; ", errors.Take(most));
    }
}
