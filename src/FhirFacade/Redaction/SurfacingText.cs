namespace Consortium.FhirFacade.Redaction;

/// <summary>
/// The second net: text of hidden identity (a name, an ID number, a telephone number) or of a hidden drug must not surface
/// in an element that the policy shows. Wherever it does, that element is hidden too.
/// </summary>
internal static class SurfacingText
{
    public static void Hide(JsonSpan root, RolePolicy policy, IReadOnlyCollection<string> known)
    {
        var needles = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        Collect(root, [], policy, needles);
        if (policy.GuardsIdentity)
        {
            foreach (string text in known) AddNeedle(text, needles);
        }

        if (needles.Count > 0) HideIn(root, [.. needles]);
    }

    /// <summary>
    /// Whether the text contains the needle: Chinese anywhere; Latin letters and short numbers as whole words, so that
    /// "Long" does not hide "long-acting"'s neighbours; anything with six or more digits anywhere.
    /// </summary>
    internal static bool Surfaces(string needle, string text)
    {
        bool anywhere = needle.Any(c => c > '\u02ff') || needle.Count(char.IsAsciiDigit) >= 6;
        for (int at = text.IndexOf(needle, StringComparison.OrdinalIgnoreCase); at >= 0; at = text.IndexOf(needle, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            if (anywhere) return true;
            bool begins = at == 0 || !char.IsLetterOrDigit(text[at - 1]);
            bool ends = at + needle.Length == text.Length || !char.IsLetterOrDigit(text[at + needle.Length]);
            if (begins && ends) return true;
        }

        return false;
    }

    private static void Collect(JsonSpan value, List<string> path, RolePolicy policy, HashSet<string> needles)
    {
        string? type = value.Member("resourceType")?.Text;
        List<string> own = type is null ? path : [type];
        foreach (JsonSpan child in value.Children)
        {
            if (child.Name.Length > 0) own.Add(child.Name);
            if (child.Kind == JsonSpanKind.String && own.Count > 0 && MayNotSurface(policy, own, child, value)) AddNeedle(child.Text, needles);
            Collect(child, own, policy, needles);
            if (child.Name.Length > 0) own.RemoveAt(own.Count - 1);
        }
    }

    /// <summary>A bare <c>display</c> in the list means that of a Reference; the display of a coding is no name.</summary>
    private static bool MayNotSurface(RolePolicy policy, List<string> path, JsonSpan text, JsonSpan parent)
    {
        int precision = policy.MustNotSurface.Match(path, text);
        bool isCoding = parent.Member("code") is not null || parent.Member("system") is not null;
        return precision > 1 || (precision == 1 && !(path[^1] == "display" && isCoding));
    }

    /// <summary>
    /// One Chinese character, or fewer than four Latin ones, would be found in everything; and a publisher's web address
    /// begins most of the canonical URLs of the specification.
    /// </summary>
    private static void AddNeedle(string text, HashSet<string> needles)
    {
        string needle = text.Trim();
        if (needle.StartsWith("http://", StringComparison.Ordinal) || needle.StartsWith("https://", StringComparison.Ordinal)) return;
        if (needle.Length >= (needle.Any(c => c > '\u02ff') ? 2 : 4)) needles.Add(needle);
    }

    private static void HideIn(JsonSpan value, string[] needles)
    {
        if (value.Hidden) return;
        foreach (JsonSpan child in value.Children)
        {
            if (child.Name == "resourceType") continue;
            if (child.Kind == JsonSpanKind.String && Array.Exists(needles, n => Surfaces(n, child.Text))) child.Hidden = true;
            HideIn(child, needles);
        }
    }
}
