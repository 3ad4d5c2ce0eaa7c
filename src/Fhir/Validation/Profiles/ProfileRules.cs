using Consortium.Fhir.Conformance;
using Consortium.Fhir.Json;

namespace Consortium.Fhir.Validation.Profiles;

/// <summary>
/// The profiles of a resource (those asked for and those of <c>meta.profile</c>) and the definitions of its extensions. Called
/// from the walk over the core definitions; does nothing, at little cost, for a resource that has neither.
/// </summary>
internal sealed class ProfileRules(ValidationContext context)
{
    private readonly FhirDocument _document = context.Document;
    private ProfileRun? _run;
    private Findings _none = new();
    private ExtensionRules? _extensions;
    private HashSet<(int Node, string Rule)>? _reported;

    private ProfileRun Run => _run ??= new ProfileRun(context);

    /// <summary>Checks the resource at that node, once its structure has been checked.</summary>
    public void CheckResource(int at)
    {
        if (_document.Nodes[at].Type == ProfileNames.ObservationType) ApplyMandated(at);
        if (at == 0)
        {
            foreach (string canonical in context.Options.Profiles) Apply(canonical, at, at, requested: true);
        }

        int meta = ElementAccess.Child(_document, at, ProfileNames.Meta);
        if (meta == 0) return;
        ElementChildren children = _document.ChildrenOf(meta);
        while (children.MoveNext())
        {
            ref readonly Node node = ref _document.Nodes[children.Current];
            if (context.Tables.Elements[node.Element].Name != ProfileNames.ProfileName || node.Kind != JsonKind.String) continue;
            Apply(_document.Text(children.Current), at, children.Current, requested: false);
        }
    }

    /// <summary>Checks the extension at that node.</summary>
    public void CheckExtension(int at)
    {
        Findings findings = _none;
        (_extensions ??= new ExtensionRules(Run, _document)).Check(at, findings);
        if (findings.IsEmpty) return;
        Report(findings);
        _none = new Findings();
    }

    private void ApplyMandated(int at)
    {
        int concept = ElementAccess.Child(_document, at, ProfileNames.Code);
        if (concept == 0) return;
        ElementChildren codings = _document.ChildrenOf(concept);
        while (codings.MoveNext())
        {
            if (_document.Nodes[codings.Current].Type != ProfileNames.CodingType) continue;
            int system = ElementAccess.Child(_document, codings.Current, ProfileNames.System), code = ElementAccess.Child(_document, codings.Current, ProfileNames.Code);
            if (system == 0 || code == 0 || !_document.HasValue(system) || !_document.HasValue(code)) continue;
            if (MandatedProfiles.Of(_document.Value(system), _document.Value(code)) is { } profile) Apply(profile, at, at, requested: true);
        }
    }

    private void Apply(string canonical, int at, int where, bool requested)
    {
        if (Run.Profiles.Find(canonical) is not { } profile)
        {
            ReportUnknown(canonical, where, requested);
            return;
        }

        Findings findings = new();
        Run.WalkOf(_document).Apply(profile, at, findings);
        if (Run.WasCutShort) context.Issues.Information(at, "too-costly", $"The check against {profile.Url} was cut short: it does more work than is allowed.");
        Report(findings);
    }

    private void ReportUnknown(string canonical, int where, bool requested)
    {
        string shown = canonical.Length <= 200 && Uri.IsWellFormedUriString(canonical.Split('|')[0], UriKind.Absolute) ? canonical : "of that url";
        if (requested) context.Issues.Error(where, "not-found", $"The profile {shown} is not among the definitions; add the package that has it.");
        else context.Issues.Warning(where, "not-found", $"The profile {shown} is not among the definitions, so the resource is not checked against it; add the package that has it.");
    }

    /// <summary>Reports what was found, each broken rule once an element even where several profiles state it.</summary>
    private void Report(Findings findings)
    {
        foreach (Finding finding in findings.All)
        {
            if (!ReferenceEquals(finding.Document, _document) || !(_reported ??= []).Add((finding.Node, finding.Rule))) continue;
            context.Issues.Add(finding.Severity, finding.Node, finding.Code, finding.Message);
        }
    }
}
