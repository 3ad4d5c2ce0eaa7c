using Consortium.Adapters.Hl7V2.Language.Model;

namespace Consortium.Adapters.Hl7V2.Language.Paths;

/// <summary>A step of a path as written: <c>telecom[home]</c>, <c>extension(http://…)</c>, <c>performer[md](PractitionerRole)</c>.</summary>
/// <param name="Name">The element.</param>
/// <param name="Label">What stands in brackets; null for nothing.</param>
/// <param name="Url">The URL of an extension; null for none.</param>
/// <param name="Reference">The resource type behind a reference; null for none.</param>
/// <param name="Offset">Characters from the start of the path.</param>
internal sealed record PathStep(string Name, string? Label, string? Url, string? Reference, int Offset)
{
    /// <summary>What makes it the same step as another.</summary>
    public string Key => $"{Name}[{Label}]{Url}";

    /// <summary>The steps of a path; at least one.</summary>
    public static List<PathStep> In(MapText path)
    {
        string text = path.Value;
        var steps = new List<PathStep>();
        int at = 0;
        while (true)
        {
            int start = at;
            while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '_')) at++;
            string name = text[start..at];
            if (name.Length == 0) throw path.FaultAt(start, "the name of an element is expected here.");
            string? label = Enclosed(path, text, ref at, '[', ']');
            string? inside = Enclosed(path, text, ref at, '(', ')');
            bool extension = name is "extension" or "modifierExtension";
            if (inside is not null && extension)
            {
                // The extensions within an extension have plain names as URLs.
                steps.Add(new PathStep(name, label, inside, null, start));
            }
            else
            {
                steps.Add(new PathStep(name, label, null, inside, start));
            }

            if (at == text.Length) return steps;
            if (text[at] != '.') throw path.FaultAt(at, $"`{text[at]}` is not expected here; steps have dots between them.");
            at++;
        }
    }

    private static string? Enclosed(MapText path, string text, ref int at, char open, char close)
    {
        if (at >= text.Length || text[at] != open) return null;
        int end = text.IndexOf(close, at);
        if (end < 0) throw path.FaultAt(at, $"the closing `{close}` is missing.");
        string inside = text[(at + 1)..end].Trim();
        if (inside.Length == 0) throw path.FaultAt(at, $"nothing stands between `{open}` and `{close}`.");
        at = end + 1;
        return inside;
    }
}
