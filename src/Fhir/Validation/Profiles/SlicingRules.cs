using System.Text;
using Consortium.Fhir.Conformance;

namespace Consortium.Fhir.Validation.Profiles;

/// <summary>Sorts the items of an element into slices and checks each slice, their order and what stands besides (FHIR R4 profiling.html#slicing).</summary>
internal sealed class SlicingRules(ProfileRun run, ProfileWalk walk, FhirDocument document)
{
    /// <summary>Most items whose reasons a message gives.</summary>
    private const int MostReasons = 4;

    private readonly SliceMatcher _matcher = new(run, walk, document);

    public void Check(Profile profile, ProfileElement sliced, int parent, List<int> items, Findings findings)
    {
        Slicing slicing = sliced.Slicing!;
        List<int> assigned = run.RentItems(), rest = run.RentItems(), taken = run.RentItems();
        int last = -1;
        bool unknown = false;
        foreach (int item in items)
        {
            int slice = Assign(profile, sliced, item, ref unknown, findings);
            assigned.Add(slice);
            if (slice < 0)
            {
                rest.Add(item);
                continue;
            }

            if (slicing.Ordered && slice < last) ReportOrder(profile, sliced, item, slice, last, findings);
            if (slicing.Rule == SlicingRule.OpenAtEnd && rest.Count > 0)
            {
                findings.Error(profile, document, item, "structure", $"{slicing.Slices[slice].Element.Id} stands after content that belongs to no slice; the slicing is open at its end only", "openAtEnd");
            }

            last = Math.Max(last, slice);
        }

        CheckRest(profile, sliced, rest, unknown, findings);
        for (int i = 0; i < slicing.Slices.Count; i++)
        {
            if (slicing.Slices[i].Name == Slice.Default) continue;
            taken.Clear();
            for (int at = 0; at < items.Count; at++)
            {
                if (assigned[at] == i) taken.Add(items[at]);
            }

            CheckSlice(profile, sliced, slicing.Slices[i], parent, taken, rest, unknown, findings);
        }

        run.ReturnItems(taken);
        run.ReturnItems(rest);
        run.ReturnItems(assigned);
    }

    private int Assign(Profile profile, ProfileElement sliced, int item, ref bool unknown, Findings findings)
    {
        Slicing slicing = sliced.Slicing!;
        int found = -1;
        for (int i = 0; i < slicing.Slices.Count; i++)
        {
            if (slicing.Slices[i].Name == Slice.Default) continue;
            SliceAnswer answer = _matcher.Match(profile, slicing, slicing.Slices[i], item, why: null);
            unknown |= answer == SliceAnswer.Unknown;
            if (answer != SliceAnswer.Yes) continue;
            if (found >= 0)
            {
                findings.Error(profile, document, item, "structure", $"The element matches two slices, {slicing.Slices[found].Element.Id} and {slicing.Slices[i].Element.Id}; its discriminators do not tell them apart", $"slices|{sliced.Id}");
                break;
            }

            found = i;
            if (slicing.Discriminators.Count == 0) break;
        }

        return found;
    }

    private void ReportOrder(Profile profile, ProfileElement sliced, int item, int slice, int last, Findings findings)
    {
        Slicing slicing = sliced.Slicing!;
        findings.Error(profile, document, item, "structure", $"{slicing.Slices[slice].Element.Id} stands before {slicing.Slices[last].Element.Id}: the slices are ordered", $"order|{slicing.Slices[slice].Name}");
    }

    private void CheckRest(Profile profile, ProfileElement sliced, List<int> rest, bool unknown, Findings findings)
    {
        Slicing slicing = sliced.Slicing!;
        Slice? byDefault = slicing.Slices.Find(s => s.Name == Slice.Default);
        foreach (int item in rest)
        {
            if (byDefault is not null)
            {
                walk.Apply(profile, byDefault.Element, item, findings);
            }
            else if (slicing.Rule == SlicingRule.Closed)
            {
                IssueSeverity severity = unknown ? IssueSeverity.Information : IssueSeverity.Error;
                string certainty = unknown ? "may be" : "is";
                findings.Add(severity, profile, document, item, unknown ? "not-supported" : "structure", $"The element {certainty} none of the slices of {sliced.Id}, which are closed: {WhyNone(profile, slicing, item)}", $"closed|{sliced.Name}");
            }
            else if (IsUndefinedPart(profile, sliced, item))
            {
                findings.Error(profile, document, item, "structure", $"The extension has no part of that name; it has {string.Join(", ", slicing.Slices.Select(s => s.Name))}", "sub-extension");
            }
        }
    }

    /// <summary>A part of an extension is named by its definition; any other extension within has an absolute url (FHIR R4 extensibility.html#complex).</summary>
    private bool IsUndefinedPart(Profile profile, ProfileElement sliced, int item) =>
        sliced.Name == ProfileNames.Extension && profile.Type == run.Tables.Extension && sliced.Id == "Extension.extension"
        && ElementAccess.Text(document, item, ProfileNames.Url) is { } url && !url.Contains(':', StringComparison.Ordinal);

    private void CheckSlice(Profile profile, ProfileElement sliced, Slice slice, int parent, List<int> items, List<int> rest, bool unknown, Findings findings)
    {
        ProfileElement element = slice.Element;
        if (items.Count < element.Min)
        {
            string reasons = WhyNot(profile, sliced.Slicing!, slice, rest);
            IssueSeverity severity = unknown ? IssueSeverity.Information : IssueSeverity.Error;
            findings.Add(severity, profile, document, parent, unknown ? "not-supported" : "required", $"{element.Id} is required: at least {element.Min}, found {items.Count}{reasons}", $"slice-min|{element.Id}|{element.Min}");
        }
        else if (element.Max >= 0 && items.Count > element.Max)
        {
            findings.Error(profile, document, element.Max == 0 ? items[0] : parent, "structure", $"{element.Id} may stand at most {element.Max} times, found {items.Count}", $"slice-max|{element.Id}|{element.Max}");
        }

        foreach (int item in items) walk.Apply(profile, element, item, findings);
        if (element.Slicing is not null) Check(profile, element, parent, items, findings);
    }

    private string WhyNot(Profile profile, Slicing slicing, Slice slice, List<int> rest)
    {
        if (rest.Count == 0) return string.Empty;
        StringBuilder text = new();
        foreach (int item in rest.Take(MostReasons))
        {
            StringBuilder why = new();
            _matcher.Match(profile, slicing, slice, item, why);
            text.Append(text.Length == 0 ? "; " : ", ").Append(Named(item)).Append(": ").Append(why);
        }

        return text.Append(rest.Count > MostReasons ? $", and {rest.Count - MostReasons} more" : string.Empty).ToString();
    }

    private string WhyNone(Profile profile, Slicing slicing, int item)
    {
        List<string> reasons = [];
        foreach (Slice slice in slicing.Slices.Take(2 * MostReasons))
        {
            StringBuilder why = new();
            _matcher.Match(profile, slicing, slice, item, why);
            reasons.Add($"{slice.Name}: {why}");
        }

        return reasons.Count == 0 ? "there are none" : string.Join("; ", reasons);
    }

    /// <summary>The item by its name and position, such as <c>identifier[1]</c>.</summary>
    private string Named(int item)
    {
        string path = document.Expression(item);
        return path[(path.LastIndexOf('.') + 1)..];
    }
}
