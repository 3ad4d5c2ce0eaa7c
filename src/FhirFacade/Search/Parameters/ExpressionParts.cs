using System.Text.RegularExpressions;
using Consortium.Fhir;

namespace Consortium.FhirFacade.Search.Parameters;

/// <summary>
/// Takes the expression of a SearchParameter apart. Those of R4 are unions over many types, of which one type needs its own only.
/// </summary>
internal static partial class ExpressionParts
{
    /// <summary>The parts that concern a type.</summary>
    /// <exception cref="FhirPathException">A part is no FHIRPath.</exception>
    public static ParameterPath[] Of(string expression, string resourceType) =>
        [.. Split(expression).Where(part => Concerns(part, resourceType)).Select(Compile)];

    /// <summary>One part of a composite, which stands relative to its element.</summary>
    public static ParameterPath[] OfComponent(string expression) => [.. Split(expression).Select(Compile)];

    private static ParameterPath Compile(string part)
    {
        // Official expressions name a type DateTime, which FHIR does not have (R4 Observation-code-value-date).
        part = part.Replace("as(DateTime)", "as(dateTime)", StringComparison.Ordinal);
        // They say `as` where several items may stand, of which FHIRPath's `as` takes one only: what is meant is ofType().
        part = AsOperator().Replace(part, "$1.ofType($2)").Replace(".as(", ".ofType(", StringComparison.Ordinal);
        Match resolves = ResolveIs().Match(part);
        return resolves.Success
            ? new ParameterPath(FhirPath.Compile(resolves.Groups[1].Value), resolves.Groups[2].Value)
            : new ParameterPath(FhirPath.Compile(part), null);
    }

    // A part begins with its type; one that does not, or with a type that others are made of, is for all.
    private static bool Concerns(string part, string resourceType)
    {
        ReadOnlySpan<char> rest = part.AsSpan().TrimStart('(');
        int length = 0;
        while (length < rest.Length && char.IsAsciiLetterOrDigit(rest[length])) length++;
        ReadOnlySpan<char> first = rest[..length];
        return first.IsEmpty || char.IsAsciiLetterLower(first[0]) || first.SequenceEqual(resourceType) || first is "Resource" or "DomainResource";
    }

    private static IEnumerable<string> Split(string expression)
    {
        int depth = 0, start = 0;
        for (int i = 0; i < expression.Length; i++)
        {
            switch (expression[i])
            {
                case '\'' or '`' or '"':
                    i = End(expression, i);
                    break;
                case '(':
                    depth++;
                    break;
                case ')':
                    depth--;
                    break;
                case '|' when depth == 0:
                    yield return expression[start..i].Trim();
                    start = i + 1;
                    break;
            }
        }

        yield return expression[start..].Trim();
    }

    // The end of a text in quotation marks; of one that is not closed the last character, which the parser then complains of.
    private static int End(string expression, int start)
    {
        for (int i = start + 1; i < expression.Length; i++)
        {
            if (expression[i] == '\\') i++;
            else if (expression[i] == expression[start]) return i;
        }

        return expression.Length - 1;
    }

    [GeneratedRegex(@"\(([\w.]+) as (\w+)\)", RegexOptions.CultureInvariant)]
    private static partial Regex AsOperator();

    [GeneratedRegex(@"^(.*)\.where\(resolve\(\) is (\w+)\)$", RegexOptions.CultureInvariant)]
    private static partial Regex ResolveIs();
}
