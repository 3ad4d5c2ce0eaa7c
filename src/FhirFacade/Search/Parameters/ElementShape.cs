using System.Text.RegularExpressions;
using Consortium.Fhir;

namespace Consortium.FhirFacade.Search.Parameters;

/// <summary>What is known beforehand of the values that the paths of a parameter find in one resource.</summary>
/// <param name="IsSingle">True where there is one at most.</param>
/// <param name="TypeName">The data type of all of them; null where it varies or is not known.</param>
internal readonly partial record struct ElementShape(bool IsSingle, string? TypeName)
{
    /// <summary>The shape of what some expressions find.</summary>
    /// <param name="expressions">The parts of a parameter's expression that concern one type.</param>
    /// <param name="resourceType">The type.</param>
    public static ElementShape Of(IReadOnlyList<string> expressions, string resourceType)
    {
        string? element = null, type = null;
        bool single = true;
        for (int i = 0; i < expressions.Count; i++)
        {
            if (Simple().Match(expressions[i]) is not { Success: true } match) return default;
            (bool once, string? found) = Walk(match.Groups["path"].Value, resourceType);
            // onset.ofType(dateTime) and onset.ofType(Period) are one element.
            single &= once && (i == 0 || element == match.Groups["path"].Value);
            element = match.Groups["path"].Value;
            found = match.Groups["type"] is { Success: true } of ? of.Value : found;
            type = i == 0 || type == found ? found : null;
        }

        return new ElementShape(single && expressions.Count > 0, type);
    }

    private static (bool IsSingle, string? Type) Walk(string path, string resourceType)
    {
        string[] steps = path.Split('.');
        if (steps[0] != resourceType || FhirElementType.Find(resourceType) is not { } type) return (false, null);
        bool single = true;
        for (int i = 1; i < steps.Length; i++)
        {
            FhirElement? element = type.Element(steps[i]);
            if (element is null)
            {
                // A choice stands under several names, of which a resource has one; nothing is known below it.
                string step = steps[i];
                bool isChoice = type.PropertyNames.Any(name => name.StartsWith(step, StringComparison.Ordinal) && type.Element(name) is { IsChoice: true } one && name == step + Upper(one.Type.Name));
                return (single && isChoice && i == steps.Length - 1, null);
            }

            single &= !element.Repeats;
            type = element.Type;
        }

        return (single, type.Name);
    }

    private static string Upper(string name) => char.ToUpperInvariant(name[0]) + name[1..];

    [GeneratedRegex(@"^\(?(?<path>\w+(\.\w+)*)(\.ofType\((?<type>\w+)\))?\)?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Simple();
}
