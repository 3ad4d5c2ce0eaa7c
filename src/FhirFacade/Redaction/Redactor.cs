using System.Buffers;
using LogicalId = Consortium.FhirFacade.Search.LogicalId;

namespace Consortium.FhirFacade.Redaction;

/// <summary>
/// Marks what a role's policy hides. Paths begin anew at every resource (contained, Bundle entries, Parameters), so each
/// is judged by its own type.
/// </summary>
internal sealed class Redactor(RolePolicy policy)
{
    /// <summary>What SampledData.data is written with (FHIR R4 datatypes.html#SampledData): decimals, E, U, L and blanks.</summary>
    private static readonly SearchValues<char> SampleCharacters = SearchValues.Create("0123456789.+-EUL \r\n\t");

    private readonly List<string> _path = [];

    public void Mark(JsonSpan resource)
    {
        string[] outer = [.. _path];
        _path.Clear();
        string type = resource.Member("resourceType") is { Kind: JsonSpanKind.String } named ? named.Text : "";
        _path.Add(type);
        policy.Only.TryGetValue(type, out var only);
        foreach (JsonSpan member in resource.Children)
        {
            if (member.Name == "resourceType") continue;
            if (only is not null && !only.Contains(ElementName(member))) member.Hidden = true;
            else Element(member, resource);
        }

        _path.Clear();
        _path.AddRange(outer);
    }

    /// <summary>The name without the underscore that marks the extensions of a primitive (FHIR R4 json.html#primitive).</summary>
    private static string ElementName(JsonSpan member) => member.Name.StartsWith('_') ? member.Name[1..] : member.Name;

    private void Element(JsonSpan element, JsonSpan parent)
    {
        _path.Add(ElementName(element));
        int hide = policy.Hide.Match(_path, element);
        if (hide > 0 && hide >= Shown(element)) element.Hidden = true;
        else Value(element, parent);
        _path.RemoveAt(_path.Count - 1);
    }

    private int Shown(JsonSpan element) =>
        Math.Max(
            Math.Max(policy.Words.Match(_path, element), policy.Codes.Match(_path, element)),
            Math.Max(policy.Uris.Match(_path, element), policy.Samples.Match(_path, element)));

    private void Value(JsonSpan value, JsonSpan parent)
    {
        switch (value.Kind)
        {
            case JsonSpanKind.Array:
                foreach (JsonSpan entry in value.Children) Value(entry, parent);
                break;
            case JsonSpanKind.Object when value.Member("resourceType") is not null:
                Mark(value);
                break;
            case JsonSpanKind.Object:
                foreach (JsonSpan member in value.Children) Element(member, value);
                break;
            case JsonSpanKind.String:
                value.Hidden = !MayShowText(value, parent);
                break;
            case JsonSpanKind.Number or JsonSpanKind.Boolean:
                value.Hidden = policy.HidesUnlistedNumbers && Shown(value) == 0;
                break;
            default:
                break;
        }
    }

    private bool MayShowText(JsonSpan value, JsonSpan parent)
    {
        if (_path[^1] == "display" && !MayShowDisplay(parent)) return false;
        // Element.id is any text without blanks (FHIR R4 element.html#id): one that is no id is somebody's words.
        if (_path[^1] == "id" && !LogicalId.IsValid(value.Text)) return false;
        if (policy.Words.Match(_path, value) > 0) return true;
        if (policy.Uris.Match(_path, value) > 0) return IsPlain(value.Text) && !value.Text.AsSpan().ContainsAny('?', ' ');
        if (policy.Samples.Match(_path, value) > 0) return !value.Text.AsSpan().ContainsAnyExcept(SampleCharacters);
        return policy.Codes.Match(_path, value) > 0 ? IsPlain(value.Text) : !policy.HidesUnlistedText;
    }

    /// <summary>
    /// The display of a coding repeats what its system says of its code. Without both it is anybody's free text, and in a
    /// Reference it is the name of whom or what is referred to.
    /// </summary>
    private bool MayShowDisplay(JsonSpan parent)
    {
        bool isCoding = parent.Member("code") is not null || parent.Member("system") is not null;
        if (isCoding) return !policy.HidesUnlistedText || (parent.Member("code") is not null && parent.Member("system") is not null);
        if (policy.NoDisplayOfReferencesTo.Contains("*")) return false;
        return policy.NoDisplayOfReferencesTo.Count == 0 || (TargetType(parent) is { } target && !policy.NoDisplayOfReferencesTo.Contains(target));
    }

    /// <summary>The resource type a Reference points at; null where its text does not tell.</summary>
    private static string? TargetType(JsonSpan reference)
    {
        if (reference.Member("type") is { Kind: JsonSpanKind.String } type) return type.Text;
        string[] steps = reference.Member("reference")?.Text.Split('/') ?? [];
        int history = Array.IndexOf(steps, "_history");
        int id = history > 0 ? history - 1 : steps.Length - 1;
        return id >= 1 && steps[id - 1].Length > 0 && char.IsAsciiLetterUpper(steps[id - 1][0]) ? steps[id - 1] : null;
    }

    private static bool IsPlain(string text) => text.Length <= 1024 && text.All(c => c is >= ' ' and <= '~');
}
