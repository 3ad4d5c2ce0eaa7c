using System.Collections.Frozen;
using Consortium.Fhir;

namespace Consortium.FhirFacade.Search.Parameters;

/// <summary>What belongs to a patient, an encounter, a practitioner, a related person or a device, by R4's CompartmentDefinitions (FHIR R4 compartmentdefinition.html).</summary>
/// <param name="Code">The type that it is about: <c>Patient</c>.</param>
/// <param name="By">For each type in it the references that lead to the subject.</param>
internal sealed record Compartment(string Code, FrozenDictionary<string, SearchParameter[]> By)
{
    private static readonly Lazy<FrozenDictionary<string, Compartment>> s_all = new(() =>
        FhirDefinitions.R4.All("CompartmentDefinition").Select(Read).ToFrozenDictionary(one => one.Code, StringComparer.Ordinal));

    /// <summary>The compartment of a type; null where it has none.</summary>
    public static Compartment? Of(string code) => s_all.Value.GetValueOrDefault(code);

    /// <summary>The types that have one.</summary>
    public static IEnumerable<string> Codes => s_all.Value.Keys.Order(StringComparer.Ordinal);

    private static Compartment Read(FhirDocument definition)
    {
        var by = new Dictionary<string, SearchParameter[]>(StringComparer.Ordinal);
        foreach (FhirNode resource in definition.Root.ChildrenNamed("resource"))
        {
            string type = resource.Child("code").Value ?? "";
            SearchParameter[] parameters = [.. resource.ChildrenNamed("param")
                .Select(param => SearchCatalog.R4.Find(type, param.Value ?? "")).OfType<SearchParameter>()
                .Where(parameter => parameter.Kind == SearchParameterKind.Reference)];
            if (parameters.Length > 0) by.TryAdd(type, parameters);
        }

        return new Compartment(definition.Root.Child("code").Value!, by.ToFrozenDictionary(StringComparer.Ordinal));
    }
}
