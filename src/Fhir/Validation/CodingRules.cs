using System.Text;
using Consortium.Fhir.Definitions;
using Consortium.Fhir.Json;
using Consortium.Fhir.Terminology;

namespace Consortium.Fhir.Validation;

/// <summary>
/// Every Coding against its code system, bound or not (FHIR R4 datatypes.html#Coding, terminologies.html): a code that a whole
/// code system has not is an error. A display of another wording is a warning: R4 asks that it follow the code system, but
/// forbids nobody a translation or an abbreviation. A code system that is not known is said once a resource.
/// </summary>
internal sealed class CodingRules(ValidationContext context)
{
    private const int MostSystems = 50;

    private static readonly CodingNames s_names = new();

    private readonly FhirDocument _document = context.Document;
    private readonly R4Tables _tables = context.Tables;
    private readonly IssueList _issues = context.Issues;
    private readonly FhirTerminology _terminology = context.Definitions.Terminology;
    private readonly CodeSystemTable _systems = CodeSystemTable.Instance;
    private List<(int System, bool IsError)>? _said;

    public void Check(int at, int type)
    {
        if (type != s_names.Coding) return;
        int system = 0, version = 0, code = 0, display = 0;
        ElementChildren children = _document.ChildrenOf(at);
        while (children.MoveNext())
        {
            ref readonly Node child = ref _document.Nodes[children.Current];
            if (child.Kind != JsonKind.String) continue;
            int name = _tables.Elements[child.Element].Name;
            if (name == s_names.System) system = children.Current;
            else if (name == s_names.Code) code = children.Current;
            else if (name == s_names.Display) display = children.Current;
            else if (name == s_names.Version) version = children.Current;
        }

        if (system != 0 && code != 0) UnitRules.CheckCode(context, system, code);
        if (system == 0)
        {
            if (code != 0 && !_issues.ErrorsOnly) _issues.Warning(at, "code-invalid", "The Coding has a code and no system: the code has no defined meaning, and cannot be checked (FHIR R4 datatypes.html#Coding).");
            return;
        }

        ReadOnlySpan<byte> url = _document.Value(system);
        if (url.IsEmpty) return;
        if (_terminology.HasAdded && Added(url) is { } added)
        {
            CheckAdded(added, system, version, code, display);
            return;
        }

        int row = _systems.Find(url);
        if (row != 0) CheckCore(row, system, version, code, display);
        else CheckUnknown(system, code, url);
    }

    private void CheckCore(int row, int system, int version, int code, int display)
    {
        ref readonly CodeSystemRow known = ref _tables.CodeSystems[row];
        switch ((ContentMode)known.Content)
        {
            case ContentMode.Supplement:
                ReportSupplement(system);
                return;
            case ContentMode.NotPresent:
                CheckUnknown(system, code, _document.Value(system));
                return;
        }

        if (code == 0) return;
        ReadOnlySpan<byte> value = _document.Value(code);
        int concept = _systems.FindConcept(row, value);
        if (concept < 0 && (concept = _systems.FindIgnoringCase(row, value)) >= 0)
        {
            ReportCase(code, _tables.Text(_tables.Concepts[concept].Code), known.CaseSensitive == 0);
        }

        if (concept < 0)
        {
            ReadOnlySpan<byte> url = _document.Value(system);
            if ((ContentMode)known.Content != ContentMode.Complete || GrammarSystems.MayBe(url, value)) ReportUnlisted(code, url);
            else ReportUnknownCode(code, url, version == 0 || _document.Value(version).SequenceEqual(_tables.Utf8(known.Version)));
            return;
        }

        ConceptRow found = _tables.Concepts[concept];
        if ((found.Flags & ConceptFlags.Abstract) != 0) ReportAbstract(code);
        if ((found.Flags & ConceptFlags.Inactive) != 0) ReportInactive(code);
        // The tables have no designations; a display of a concept with some may be one of them.
        if (display == 0 || (found.Flags & ConceptFlags.Designated) != 0) return;
        ReadOnlySpan<byte> expected = _tables.Utf8(found.Display), stated = _document.Value(display);
        if (expected.IsEmpty || stated.SequenceEqual(expected) || Ascii.EqualsIgnoreCase(stated.Trim(" \t\r\n"u8), expected.Trim(" \t\r\n"u8))) return;
        ReportDisplay(display, _tables.Text(found.Display));
    }

    private void CheckAdded(CodeSystemContent known, int system, int version, int code, int display)
    {
        if (known.Content == ContentMode.Supplement)
        {
            ReportSupplement(system);
            return;
        }

        if (code == 0) return;
        ReadOnlySpan<byte> url = _document.Value(system);
        string value = _document.Text(code);
        CodeSystemConcept? concept = known.Find(value);
        if (concept is null && (concept = known.FindIgnoringCase(value)) is not null) ReportCase(code, concept.Code, known.CaseSensitive == false);
        if (concept is null)
        {
            if (known.Content != ContentMode.Complete) ReportUnlisted(code, url);
            else ReportUnknownCode(code, url, version == 0 || _document.Text(version) == known.Version);
            return;
        }

        if (concept.IsAbstract) ReportAbstract(code);
        if (concept.IsInactive) ReportInactive(code);
        if (display != 0 && !FhirTerminology.HasDisplay(concept, _document.Text(display))) ReportDisplay(display, concept.Display!);
    }

    private CodeSystemContent? Added(ReadOnlySpan<byte> url)
    {
        if (url.Length > 512) return null;
        Span<char> text = stackalloc char[url.Length];
        text = text[..Encoding.UTF8.GetChars(url, text)];
        return _terminology.IsAddedSystem(text) ? _terminology.CodeSystem(text.ToString()) : null;
    }

    private void CheckUnknown(int system, int code, ReadOnlySpan<byte> url)
    {
        if (code != 0 && GrammarSystems.Decide(url, _document.Value(code)) is var decided && decided != Membership.Undecided)
        {
            // A wrong unit is reported with its place and fault by the unit rules.
            if (decided == Membership.Out && !url.SequenceEqual("http://unitsofmeasure.org"u8))
            {
                _issues.Error(code, "code-invalid", $"{ShownCode.AtStart(_document.Value(code))} is not well-formed for the code system {SystemUri.Shown(url)}.");
            }

            return;
        }

        _said ??= [];
        foreach ((int one, bool isError) in _said)
        {
            if (!_document.Value(one).SequenceEqual(url)) continue;
            if (isError) context.Contextual++;
            return;
        }

        if (_said.Count >= MostSystems)
        {
            context.Contextual++;
            return;
        }

        (IssueSeverity severity, string message) = SystemUri.Judge(url, _terminology);
        _said.Add((system, severity <= IssueSeverity.Error));
        _issues.Add(severity, system, severity == IssueSeverity.Error ? "code-invalid" : "not-found", message);
    }

    private void ReportUnknownCode(int code, ReadOnlySpan<byte> url, bool sameVersion)
    {
        string what = $"{ShownCode.AtStart(_document.Value(code))} is not in the code system {SystemUri.Shown(url)}";
        if (sameVersion) _issues.Error(code, "code-invalid", $"{what}.");
        else _issues.Warning(code, "code-invalid", $"{what} as it is known here; the Coding names another version of it.");
    }

    private void ReportUnlisted(int code, ReadOnlySpan<byte> url) =>
        _issues.Information(code, "not-supported", $"Only a part of the codes of {SystemUri.Shown(url)} is known here; whether this is one of the others cannot be decided.");

    private void ReportSupplement(int system) =>
        _issues.Error(system, "code-invalid", $"{SystemUri.Shown(_document.Value(system))} is a supplement to a code system and defines no codes; Coding.system names the code system itself (FHIR R4 codesystem.html#supplements).");

    private void ReportCase(int code, string proper, bool insensitive)
    {
        string message = $"{ShownCode.AtStart(_document.Value(code))} is written {proper} in its code system.";
        if (insensitive) _issues.Information(code, "code-invalid", message);
        else _issues.Warning(code, "code-invalid", message);
    }

    private void ReportAbstract(int code) =>
        _issues.Warning(code, "business-rule", $"{ShownCode.AtStart(_document.Value(code))} only groups other codes and is no value by itself (notSelectable, FHIR R4 codesystem.html#defined-props).");

    private void ReportInactive(int code) =>
        _issues.Warning(code, "business-rule", $"{ShownCode.AtStart(_document.Value(code))} is no longer approved for use in its code system (FHIR R4 codesystem.html#defined-props).");

    private void ReportDisplay(int display, string expected) =>
        _issues.Warning(display, "invalid", $"The display is another than the code system's, which is '{expected}' (FHIR R4 datatypes.html#Coding).");

    private sealed class CodingNames
    {
        public int Coding { get; } = FhirR4.FindType("Coding");

        public int System { get; } = R4Tables.Instance.FindName("system"u8);

        public int Version { get; } = R4Tables.Instance.FindName("version"u8);

        public int Code { get; } = R4Tables.Instance.FindName("code"u8);

        public int Display { get; } = R4Tables.Instance.FindName("display"u8);
    }
}
