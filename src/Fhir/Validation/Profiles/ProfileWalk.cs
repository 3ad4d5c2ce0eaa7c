using Consortium.Fhir.Conformance;
using Consortium.Fhir.Definitions;
using Consortium.Fhir.Json;

namespace Consortium.Fhir.Validation.Profiles;

/// <summary>Applies profiles to elements of one document, in addition to the walk over the core definitions (FHIR R4 profiling.html).</summary>
internal sealed class ProfileWalk
{
    private readonly ProfileRun _run;
    private readonly FhirDocument _document;
    private readonly R4Tables _tables;
    private readonly ValueRules _values;
    private readonly TypeRules _types;
    private readonly SlicingRules _slicing;

    public ProfileWalk(ProfileRun run, FhirDocument document)
    {
        (_run, _document, _tables) = (run, document, run.Tables);
        _values = new ValueRules(run, document);
        _types = new TypeRules(run, this, document);
        _slicing = new SlicingRules(run, this, document);
    }

    /// <summary>Applies a profile to an element; its findings stand.</summary>
    public void Apply(Profile profile, int at, Findings findings)
    {
        int type = _document.Nodes[at].Type;
        if (profile.Type != 0 && !_tables.IsA(type, profile.Type))
        {
            findings.Error(profile, _document, at, "structure", $"The profile is for {_tables.TypeName(profile.Type)}; found {Named(type)}", $"profile-type|{profile.Url}");
            return;
        }

        if (!_run.Active.Add((_document, at, profile)))
        {
            _run.Circles++;
            return;
        }

        Apply(profile, profile.Root, at, findings);
        _run.Active.Remove((_document, at, profile));
    }

    /// <summary>Applies the definition of an extension: no reference leads back into it, so that it needs no guard against circles.</summary>
    public void ApplyExtension(Profile profile, int at, Findings findings) => Apply(profile, profile.Root, at, findings);

    /// <summary>Whether an element conforms to a profile, and if not, why; asked once.</summary>
    public Findings Try(Profile profile, int at)
    {
        if (_run.Trials.TryGetValue((_document, at, profile), out Findings? known)) return known;
        Findings findings = new();
        int circles = _run.Circles;
        Apply(profile, at, findings);
        // In a circle of references the answer leans on what is not answered yet, so it is not kept.
        if (circles == _run.Circles) _run.Trials[(_document, at, profile)] = findings;
        return findings;
    }

    /// <summary>Whether an element meets a part of a profile.</summary>
    public Findings Try(Profile profile, ProfileElement element, int at)
    {
        Findings findings = new();
        Apply(profile, element, at, findings);
        return findings;
    }

    /// <summary>Applies a part of a profile to an element.</summary>
    public void Apply(Profile profile, ProfileElement element, int at, Findings findings)
    {
        if (!_run.Spend(1)) return;
        if (element.HasValueChecks) _values.Check(profile, element, at, findings);
        if (element.Types.Count > 0) _types.Check(profile, element, at, findings);
        if (element.Children.Count == 0) return;
        _run.Depth++;
        foreach (ProfileElement child in element.Children) CheckChild(profile, child, at, findings);
        _run.Depth--;
    }

    private void CheckChild(Profile profile, ProfileElement child, int at, Findings findings)
    {
        List<int> items = _run.RentItems();
        Collect(child, at, items);
        CheckItems(profile, child, at, items, findings);
        _run.ReturnItems(items);
    }

    private void Collect(ProfileElement child, int at, List<int> items)
    {
        ElementChildren children = _document.ChildrenNamed(at, child.Name);
        int looked = 1;
        while (children.MoveNext())
        {
            looked++;
            if (child.ForType == 0 || _document.Nodes[children.Current].Type == child.ForType) items.Add(children.Current);
        }

        _run.Spend(looked);
    }

    private void CheckItems(Profile profile, ProfileElement child, int at, List<int> items, Findings findings)
    {
        if (items.Count < child.Min)
        {
            string name = _tables.Text(child.Name);
            findings.Error(profile, _document, at, "required", $"{child.Id} is required: at least {child.Min}, found {items.Count}", $"min|{name}|{child.ForType}|{child.Min}");
        }
        else if (child.Max >= 0 && items.Count > child.Max)
        {
            string name = _tables.Text(child.Name);
            string what = child.Max == 0 ? $"{child.Id} may not stand here, found {items.Count}" : $"{child.Id} may stand at most {child.Max} times, found {items.Count}";
            findings.Error(profile, _document, child.Max == 0 ? items[0] : at, "structure", what, $"max|{name}|{child.ForType}|{child.Max}");
            if (child.Max == 0) return;
        }

        foreach (int item in items) Apply(profile, child, item, findings);
        if (child.Slicing is not null) _slicing.Check(profile, child, at, items, findings);
    }

    private string Named(int type) => type == 0 ? "an element of no known type" : _tables.TypeName(type);
}
