using System.Globalization;

namespace Consortium.FhirFacade.Patch;

/// <summary>A place in JSON (RFC 6901).</summary>
internal sealed class JsonPointer
{
    private const int MostShown = 200;
    private readonly string _text;

    private JsonPointer(string text, string[] steps)
    {
        _text = text;
        Steps = steps;
    }

    /// <summary>The member names and indices on the way, unescaped.</summary>
    public string[] Steps { get; }

    /// <summary>True for the whole document.</summary>
    public bool IsRoot => Steps.Length == 0;

    /// <summary>The pointer that a text is; null where it is none: <c>~</c> stands only before <c>0</c> and <c>1</c> (RFC 6901 3).</summary>
    public static JsonPointer? Parse(string text)
    {
        if (text.Length == 0) return new JsonPointer(text, []);
        if (text[0] != '/') return null;
        for (int tilde = text.IndexOf('~', StringComparison.Ordinal); tilde >= 0; tilde = text.IndexOf('~', tilde + 1))
        {
            if (tilde + 1 >= text.Length || text[tilde + 1] is not ('0' or '1')) return null;
        }

        return new JsonPointer(text, [.. text[1..].Split('/').Select(step => step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))]);
    }

    /// <summary>The index that a step is, below or at a length; null where it is none (RFC 6901 4: no sign, no leading zero).</summary>
    public static int? Index(string step, int below) =>
        step.Length is > 0 and < 9 && (step.Length == 1 || step[0] != '0') && int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < below ? index : null;

    /// <summary>True where this place lies within another, or is it.</summary>
    public bool IsWithin(JsonPointer other) => Steps.Length >= other.Steps.Length && Steps.AsSpan(0, other.Steps.Length).SequenceEqual(other.Steps);

    /// <summary>The value at this place; null where there is none.</summary>
    public JsonText? Find(JsonText root) => Find(root, Steps.Length);

    /// <summary>The object or array that this place is in; null where there is none.</summary>
    public JsonText? Container(JsonText root) => IsRoot ? null : Find(root, Steps.Length - 1);

    /// <inheritdoc/>
    public override string ToString() => _text.Length <= MostShown ? _text : _text[..MostShown] + "…";

    private JsonText? Find(JsonText root, int depth)
    {
        JsonText? at = root;
        for (int i = 0; i < depth && at is not null; i++)
        {
            at = at.IsObject ? at.Get(Steps[i]) : at.IsArray && Index(Steps[i], at.Items.Count) is { } index ? at.Items[index] : null;
        }

        return at;
    }
}
