using System.Text;
using Consortium.Fhir.Definitions;

namespace Consortium.Fhir.Conformance;

/// <summary>The steps that a discriminator's path may take (FHIR R4 profiling.html#discriminator).</summary>
internal enum DiscriminatorStepKind
{
    Child,
    Extension,
    Resolve,
    OfType,
}

/// <summary>One step: <paramref name="Number"/> is a name's string number or a type row, <paramref name="Text"/> what was written.</summary>
internal sealed record DiscriminatorStep(DiscriminatorStepKind Kind, int Number, string Text);

/// <summary>
/// A discriminator's path: the restricted FHIRPath of element names, <c>$this</c>, <c>resolve()</c>, <c>extension(url)</c> and
/// <c>ofType(type)</c>. Simple enough to follow both in a resource and in a profile, which a FHIRPath engine cannot.
/// </summary>
internal sealed class DiscriminatorPath(string text, IReadOnlyList<DiscriminatorStep>? steps)
{
    public string Text { get; } = text;

    /// <summary>Null where the path uses more than a discriminator may.</summary>
    public IReadOnlyList<DiscriminatorStep>? Steps { get; } = steps;

    public static DiscriminatorPath Parse(string text)
    {
        List<DiscriminatorStep> steps = [];
        foreach (string part in Split(text))
        {
            if (part is "$this" or "") continue;
            if (Step(part) is not { } step) return new DiscriminatorPath(text, null);
            steps.Add(step);
        }

        return new DiscriminatorPath(text, steps);
    }

    private static DiscriminatorStep? Step(string part)
    {
        int open = part.IndexOf('(', StringComparison.Ordinal);
        if (open < 0)
        {
            string name = part.EndsWith("[x]", StringComparison.Ordinal) ? part[..^3] : part;
            // Some profiles give an index for an element that the slice limits to one.
            int index = name.IndexOf('[', StringComparison.Ordinal);
            if (index > 0) name = name[..index];
            return new DiscriminatorStep(DiscriminatorStepKind.Child, R4Tables.Instance.FindName(Encoding.UTF8.GetBytes(name)), name);
        }

        if (part[^1] != ')') return null;
        string argument = part[(open + 1)..^1].Trim().Trim('\'', '"', '`');
        return part[..open] switch
        {
            "resolve" => new DiscriminatorStep(DiscriminatorStepKind.Resolve, 0, part),
            "extension" => new DiscriminatorStep(DiscriminatorStepKind.Extension, 0, argument),
            "ofType" or "as" => new DiscriminatorStep(DiscriminatorStepKind.OfType, FhirR4.FindType(argument[(argument.LastIndexOf('.') + 1)..]), argument),
            "first" or "single" when argument.Length == 0 => new DiscriminatorStep(DiscriminatorStepKind.OfType, 0, part),
            _ => null,
        };
    }

    /// <summary>Splits at dots outside quotes and parentheses; a URL has dots too.</summary>
    private static IEnumerable<string> Split(string text)
    {
        int start = 0, depth = 0;
        bool quoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] is '\'' or '"') quoted = !quoted;
            if (quoted) continue;
            if (text[i] == '(') depth++;
            else if (text[i] == ')') depth--;
            else if (text[i] == '.' && depth == 0)
            {
                yield return text[start..i].Trim();
                start = i + 1;
            }
        }

        yield return text[start..].Trim();
    }
}
