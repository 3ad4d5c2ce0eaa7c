using System.Text.RegularExpressions;
using Consortium.Fhir;
using Consortium.FhirFacade.Rest;
using Consortium.FhirFacade.Search.Parameters;

namespace Consortium.FhirFacade.Search.Custom;

/// <summary>What a stored SearchParameter says that matters for the index (FHIR R4 searchparameter.html).</summary>
/// <param name="Url">Its canonical URL.</param>
/// <param name="Code">Its name in a search.</param>
/// <param name="Kind">What it compares.</param>
/// <param name="Bases">The types that it is said of, in order; <c>Resource</c> stands for all.</param>
/// <param name="Expression">Where it looks.</param>
/// <param name="Targets">The types that a reference may lead to; empty for any.</param>
/// <param name="Components">The parts of a composite: the URL of their definition and where they look.</param>
internal sealed partial record CustomDefinition(
    string Url, string Code, SearchParameterKind Kind, string[] Bases, string Expression, string[] Targets, (string Definition, string Expression)[] Components)
{
    /// <summary>The same text for definitions that find the same: a new one has to be indexed, and a new description has not.</summary>
    public string Meaning => string.Join('\n', [
        Code, Kind.ToString(), string.Join(' ', Bases), Expression, string.Join(' ', Targets.Order(StringComparer.Ordinal)), .. Components.Select(part => $"{part.Definition} {part.Expression}")]);

    /// <summary>The resource types that it is said of.</summary>
    public IReadOnlyList<string> Types => Bases.Any(IsEveryType) ? [.. FhirR4.ResourceTypes] : Bases;

    /// <summary>
    /// Reads a SearchParameter that is stored. Null where it is not in force (<c>status</c> is neither draft nor active), or is one of R4's own, which is in force already.
    /// </summary>
    public static CustomDefinition? Read(FhirNode root)
    {
        string url = Text(root, "url"), code = Text(root, "code");
        if (root.Child("status").Value is not ("draft" or "active")) return null;
        if (FhirDefinitions.R4.Find("SearchParameter", url)?.Root.Child("code").Value == code) return null;
        SearchParameterKind kind = SearchCatalog.Kinds.GetValueOrDefault(Text(root, "type"));
        return new CustomDefinition(
            url, code, kind,
            [.. root.ChildrenNamed("base").Select(node => node.Value ?? "").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)], Text(root, "expression"),
            kind == SearchParameterKind.Reference ? [.. root.ChildrenNamed("target").Select(node => node.Value ?? "")] : [],
            kind == SearchParameterKind.Composite ? [.. root.ChildrenNamed("component").Select(part => (Text(part, "definition"), Text(part, "expression")))] : []);
    }

    /// <summary>Reads a SearchParameter that is about to be stored, and checks that this server can search by it.</summary>
    /// <exception cref="FhirException">422: it cannot; each reason with its element.</exception>
    public static CustomDefinition? Accept(FhirNode root)
    {
        if (Read(root) is not { } definition) return null;
        List<OutcomeIssue> issues = [];
        if (!CodeForm().IsMatch(definition.Code)) Refuse("value", "code", "A code has letters, digits and '-', begins with a letter, and has 64 characters at most; '_' begins the names of the specification's own.");
        foreach (string name in definition.Bases.Where(name => !IsEveryType(name) && !FhirR4.IsResourceType(name))) Refuse("value", "base", $"There is no resource type {name}.");
        string[] types = [.. definition.Types.Where(FhirR4.IsResourceType)];
        if (types.FirstOrDefault(type => SearchCatalog.R4.Find(type, definition.Code) is not null || (type, definition.Code) is ("Location", "near")) is { } taken)
        {
            Refuse("duplicate", "code", $"{taken} has a search parameter '{definition.Code}' in FHIR R4 itself; a search would not tell which is meant.");
        }

        if (!SearchCatalog.Kinds.ContainsKey(Text(root, "type"))) Refuse("not-supported", "type", "The type is number, date, string, token, reference, composite, quantity or uri.");
        if (definition.Expression.Length == 0) Refuse("required", "expression", "Without a FHIRPath expression there is nothing to evaluate; this server reads no xpath.");
        else CheckExpression(definition.Expression, types, Refuse);
        if (definition.Kind == SearchParameterKind.Composite) CheckComponents(definition.Components, Refuse);
        return issues.Count == 0 ? definition : throw new FhirException(422, issues);

        void Refuse(string issue, string element, string reason) => issues.Add(new OutcomeIssue(IssueSeverity.Error, issue, reason, $"SearchParameter.{element}"));
    }

    private static string Text(FhirNode node, string child) => node.Child(child).Value ?? "";

    // Each type has a part of the expression, and no part names an element that cannot exist: a slip of the pen would find nothing for ever.
    private static void CheckExpression(string expression, string[] types, Action<string, string, string> refuse)
    {
        foreach (string type in types)
        {
            try
            {
                ParameterPath[] parts = ExpressionParts.Of(expression, type);
                if (parts.Length == 0)
                {
                    refuse("invalid", "expression", $"No part of the expression begins with {type}, which is a base.");
                    return;
                }

                foreach (ParameterPath part in parts) FhirPath.Compile(part.Path.Text, strict: true).Check(type);
            }
            catch (FhirPathException fault)
            {
                refuse("invalid", "expression", $"The expression cannot be evaluated on {type}: {fault.Message}");
                return;
            }
        }
    }

    private static void CheckComponents((string Definition, string Expression)[] components, Action<string, string, string> refuse)
    {
        if (components.Length is < 2 or > SearchParameter.Numbers - 1) refuse("value", "component", $"A composite has 2 to {SearchParameter.Numbers - 1} components here.");
        for (int i = 0; i < components.Length; i++)
        {
            string at = $"component[{i}].expression";
            if (components[i].Expression.Length == 0)
            {
                refuse("required", at, "The expression of a component is missing.");
                continue;
            }

            try
            {
                ExpressionParts.OfComponent(components[i].Expression);
            }
            catch (FhirPathException fault)
            {
                refuse("invalid", at, $"The expression is no FHIRPath: {fault.Message}");
            }
        }
    }

    private static bool IsEveryType(string name) => name is "Resource" or "DomainResource";

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9-]{0,63}$", RegexOptions.CultureInvariant)]
    private static partial Regex CodeForm();
}
