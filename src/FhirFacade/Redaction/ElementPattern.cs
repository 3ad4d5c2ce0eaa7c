namespace Consortium.FhirFacade.Redaction;

/// <summary>
/// A line of the policy that names elements: <c>telecom</c> (at any depth), <c>name.family</c> (a path's end), or
/// <c>Patient.contact.name</c> (the whole path from the resource, which begins with a capital). <c>text{}</c> matches
/// only where the element is an object or an array of objects.
/// </summary>
internal sealed class ElementPattern
{
    private readonly string[] _steps;
    private readonly bool _objectsOnly;

    public ElementPattern(string text)
    {
        _objectsOnly = text.EndsWith("{}", StringComparison.Ordinal);
        _steps = (_objectsOnly ? text[..^2] : text).Split('.');
        if (Array.Exists(_steps, s => s.Length == 0 || !s.All(char.IsAsciiLetterOrDigit))) throw new FormatException($"view-policy.json: '{text}' is no element path.");
        IsWholePath = char.IsAsciiLetterUpper(_steps[0][0]);
    }

    /// <summary>The last step, by which patterns are looked up.</summary>
    public string LastStep => _steps[^1];

    /// <summary>How exact the pattern is: a whole path beats any end of a path, a longer one a shorter one.</summary>
    public int Precision => (IsWholePath ? 1000 : 0) + _steps.Length;

    private bool IsWholePath { get; }

    /// <param name="path">The resource type, then the property names down to the element, array positions left out.</param>
    /// <param name="element">The element.</param>
    public bool Matches(List<string> path, JsonSpan element)
    {
        if (_objectsOnly && element.Kind != JsonSpanKind.Object && !element.Children.Exists(c => c.Kind == JsonSpanKind.Object)) return false;
        if (IsWholePath ? path.Count != _steps.Length : path.Count <= _steps.Length) return false;
        int skip = path.Count - _steps.Length;
        for (int i = 0; i < _steps.Length; i++)
        {
            if (path[skip + i] != _steps[i]) return false;
        }

        return true;
    }
}

/// <summary>Patterns looked up by their last step.</summary>
internal sealed class ElementPatterns(IEnumerable<string> lines)
{
    private readonly ILookup<string, ElementPattern> _byLastStep =
        lines.Select(line => new ElementPattern(line)).ToLookup(p => p.LastStep, StringComparer.Ordinal);

    /// <summary>The precision of the most exact pattern that matches; 0 if none does.</summary>
    public int Match(List<string> path, JsonSpan element)
    {
        int best = 0;
        foreach (ElementPattern pattern in _byLastStep[path[^1]])
        {
            if (pattern.Precision > best && pattern.Matches(path, element)) best = pattern.Precision;
        }

        return best;
    }
}
