using System.Text;
using Consortium.Fhir.Conformance;
using Consortium.Fhir.Json;

namespace Consortium.Fhir.Validation.Profiles;

/// <summary>
/// An extension against its definition: known, allowed here, modifier or not, and through its profile the type of its value and
/// its parts (FHIR R4 extensibility.html, defining-extensions.html).
/// </summary>
internal sealed class ExtensionRules(ProfileRun run, FhirDocument document)
{
    private readonly ExtensionContexts _contexts = new(document, run.Now);

    private ProfileWalk? _walk;

    public void Check(int at, Findings findings)
    {
        int urlAt = ElementAccess.Child(document, at, ProfileNames.Url);
        if (urlAt == 0 || document.Nodes[urlAt].Kind != JsonKind.String) return;
        ReadOnlySpan<byte> url = document.Value(urlAt);
        // The parts of an extension are named by the definition of the whole (extensibility.html#complex).
        if (!url.Contains((byte)':')) return;
        ExtensionDefinition definition = run.Profiles.FindExtension(url);
        bool modifier = run.Tables.Elements[document.Nodes[at].Element].Name == ProfileNames.ModifierExtension;
        if (definition.Profile is not { } profile)
        {
            ReportUnknown(at, urlAt, definition.Url, modifier);
            return;
        }

        if (profile.Type != run.Tables.Extension || profile.IsCore)
        {
            run.Context.Issues.Error(urlAt, "value", $"The url of the extension is that of a definition for {run.Tables.TypeName(profile.Type)}, not of an extension: {profile.Url}.");
            return;
        }

        if (url.Contains((byte)'|'))
        {
            run.Context.Issues.Error(urlAt, "value", $"The url of an extension has no version (FHIR R4 extensibility.html#Extension.url): use {profile.Url}.");
            return;
        }

        if (modifier != profile.IsModifier) ReportModifier(profile, at, modifier, findings);
        int parent = ElementAccess.Parent(document, at);
        if (parent >= 0) CheckContext(profile, at, parent, findings);
        (_walk ??= run.WalkOf(document)).ApplyExtension(profile, at, findings);
    }

    private void ReportUnknown(int at, int urlAt, string url, bool modifier)
    {
        int bar = url.IndexOf('|', StringComparison.Ordinal);
        if (bar < 0 && run.Context.Options.ErrorsOnly) return;
        string shown = FhirDocument.Shown(Encoding.UTF8.GetBytes(url.Length <= 200 && !url.Contains(' ', StringComparison.Ordinal) ? url.Replace("/", ".", StringComparison.Ordinal) : string.Empty)) is ['(', ..] ? "of that url" : url;
        if (bar > 0 && run.Profiles.Find(url[..bar]) is not null)
        {
            run.Context.Issues.Error(urlAt, "value", $"The url of an extension has no version (FHIR R4 extensibility.html#Extension.url): use {url[..bar]}.");
        }
        else if (modifier)
        {
            // The content is valid; whoever reads it must refuse to process it (extensibility.html#modifierExtension).
            run.Context.Issues.Warning(at, "not-found", $"The modifier extension {shown} is not among the definitions: the element must not be processed by who does not know it (FHIR R4 extensibility.html#modifierExtension). Add the package that defines it.");
        }
        else
        {
            run.Context.Issues.Information(at, "not-found", $"The extension {shown} is not among the definitions; it is not checked. Add the package that defines it.");
        }
    }

    private void ReportModifier(Profile profile, int at, bool modifier, Findings findings)
    {
        string what = modifier
            ? "The extension does not change the meaning of its element; it stands in extension, not modifierExtension"
            : "The extension may change the meaning of its element; it stands in modifierExtension, not extension";
        findings.Error(profile, document, at, "structure", $"{what} (FHIR R4 extensibility.html#modifierExtension)", "modifier");
    }

    private void CheckContext(Profile profile, int at, int parent, Findings findings)
    {
        if (!_contexts.Allow(profile.Contexts, parent))
        {
            string allowed = string.Join(", ", profile.Contexts.Select(c => c.Type == "element" ? c.Expression : $"{c.Type} {c.Expression}"));
            findings.Error(profile, document, at, "structure", $"The extension may not stand on {_contexts.Describe(parent)}; allowed on {allowed}", "context");
        }
        else if (profile.ContextInvariants.Count > 0 && _contexts.BrokenInvariant(profile.ContextInvariants, parent) is { } invariant)
        {
            findings.Error(profile, document, at, "invariant", $"The extension may not stand here: {invariant} is not true of {_contexts.Describe(parent)}", "context-invariant");
        }
    }
}
