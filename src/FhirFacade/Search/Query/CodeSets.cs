using Consortium.Fhir;
using Consortium.Fhir.Terminology;
using Consortium.FhirFacade.Rest;

namespace Consortium.FhirFacade.Search.Query;

/// <summary>The codes that <c>:in</c>, <c>:below</c> and <c>:above</c> stand for (FHIR R4 search.html#token).</summary>
internal sealed class CodeSets(FhirDefinitions definitions)
{
    /// <summary>More codes than this make no query.</summary>
    private const int Most = 5000;

    /// <summary>The codes of a value set.</summary>
    /// <exception cref="FhirException">400: the value set is not known, or cannot be enumerated.</exception>
    public IReadOnlyList<(string System, string Code)> InValueSet(string parameter, string valueSet)
    {
        ExpandedValueSet? expanded = definitions.Terminology.Expand(valueSet, count: Most + 1);
        if (expanded is null || expanded.Incomplete is not null) throw FhirException.BadRequest("not-found", $"{parameter}: the value set is not among this server's definitions, or it cannot be enumerated.");
        if (expanded.Total > Most) throw FhirException.BadRequest("too-costly", $"{parameter}: the value set has more than {Most} codes.");
        return [.. expanded.Codes.Select(concept => (concept.System, concept.Code))];
    }

    /// <summary>A concept and all below it.</summary>
    public IReadOnlyList<(string System, string Code)> Below(string parameter, string? system, string code) => Related(parameter, system, code, below: true);

    /// <summary>A concept and all above it.</summary>
    public IReadOnlyList<(string System, string Code)> Above(string parameter, string? system, string code) => Related(parameter, system, code, below: false);

    private List<(string System, string Code)> Related(string parameter, string? system, string code, bool below)
    {
        if (string.IsNullOrEmpty(system) || definitions.Find("CodeSystem", system) is not { } found)
        {
            throw FhirException.BadRequest("not-found", $"{parameter}: :below and :above take system|code of a code system among this server's definitions, since a hierarchy belongs to one.");
        }

        var path = new List<string>();
        List<(string, string)> codes = [];
        Walk(found.Root.ChildrenNamed("concept"), inside: false);
        return codes.Count > 0 ? codes : [(system, code)];

        void Walk(FhirNodes concepts, bool inside)
        {
            foreach (FhirNode concept in concepts)
            {
                if (concept.Child("code").Value is not { } own) continue;
                bool here = own == code;
                if (below ? inside || here : here) codes.Add((system, own));
                if (here && !below) codes.AddRange(path.Select(above => (system, above)));
                path.Add(own);
                Walk(concept.ChildrenNamed("concept"), inside || here);
                path.RemoveAt(path.Count - 1);
            }
        }
    }
}
