using System.Text;

namespace Consortium.Fhir.Validation.Measures;

/// <summary>
/// A Measure by itself: expressions in CQL name a definition of one of its libraries (FHIR R4 measure-definitions.html#Measure.library),
/// as far as those are known here; expressions in FHIRPath are well-formed.
/// </summary>
internal sealed class MeasureRules
{
    private readonly ValidationContext _context;
    private readonly FhirNode _measure;
    private List<Library>? _libraries;

    private MeasureRules(ValidationContext context, FhirNode measure) => (_context, _measure) = (context, measure);

    public static void Check(ValidationContext context, int at) => new MeasureRules(context, new FhirNode(context.Document, at)).Check();

    private void Check()
    {
        foreach (FhirNode group in _measure.ChildrenNamed("group"))
        {
            foreach (FhirNode population in group.ChildrenNamed("population")) CheckCriteria(population);
            foreach (FhirNode stratifier in group.ChildrenNamed("stratifier"))
            {
                CheckCriteria(stratifier);
                foreach (FhirNode component in stratifier.ChildrenNamed("component")) CheckCriteria(component);
            }
        }

        foreach (FhirNode supplemental in _measure.ChildrenNamed("supplementalData")) CheckCriteria(supplemental);
    }

    private void CheckCriteria(FhirNode holder)
    {
        FhirNode criteria = holder.Child("criteria");
        if (!criteria.Exists || criteria.Text("expression") is not { } expression) return;
        switch (criteria.Text("language"))
        {
            case "text/cql" or "text/cql-identifier":
                CheckCql(criteria, expression);
                break;
            case "text/fhirpath":
                CheckFhirPath(criteria, expression);
                break;
        }
    }

    private void CheckFhirPath(FhirNode criteria, string expression)
    {
        try
        {
            FhirPath.Compile(expression);
        }
        catch (FhirPathException broken)
        {
            _context.Issues.Error(criteria.Child("expression").Place().Index, "invalid", $"The criteria are no well-formed FHIRPath: {broken.Message}");
        }
    }

    private void CheckCql(FhirNode criteria, string expression)
    {
        _libraries ??= [.. Libraries()];
        int at = criteria.Child("expression").Place().Index;
        if (!_measure.Child("library").Exists)
        {
            _context.Issues.Warning(at, "not-found", "The criteria are CQL, but the measure names no library that would define them.");
            return;
        }

        // More than a name is CQL in place, which is not worked out here.
        if (CqlDefinitions.Reference(expression) is not { } wanted) return;
        Library[] candidates = [.. _libraries.Where(l => wanted.Library is null || l.Names is null || l.Name == wanted.Library)];
        if (candidates.Any(l => l.Names is null))
        {
            // A library that is not known may define it.
            if (!candidates.Any(l => l.Names?.Contains(wanted.Name) == true)) _context.Issues.Information(at, "not-found", $"Whether {FhirNodeValues.Shown(expression)} is defined cannot be decided here: not all libraries of the measure are known with their CQL.");
        }
        else if (candidates.Length == 0)
        {
            // A library may also be one that the measure's own library includes under that name.
            _context.Issues.Information(at, "not-found", $"Whether {FhirNodeValues.Shown(expression)} is defined cannot be decided here: library {FhirNodeValues.Shown(wanted.Library!)} is not one of the measure's own.");
        }
        else if (!candidates.Any(l => l.Names!.Contains(wanted.Name)))
        {
            _context.Issues.Error(at, "invalid", $"{FhirNodeValues.Shown(wanted.Name)} is not defined by library {FhirNodeValues.Shown(candidates[0].Url)} of the measure.");
        }
    }

    private IEnumerable<Library> Libraries()
    {
        foreach (FhirNode reference in _measure.ChildrenNamed("library"))
        {
            if (reference.ValueOrNull() is not { } canonical) continue;
            FhirNode library = CanonicalTargets.Find(_context, _measure, "Library", canonical);
            yield return new Library(canonical, library.Exists ? library.Text("name") : null, library.Exists ? Definitions(library) : null);
        }
    }

    /// <summary>What the library's CQL defines; null where it does not come with its CQL.</summary>
    private static HashSet<string>? Definitions(FhirNode library)
    {
        foreach (FhirNode content in library.ChildrenNamed("content"))
        {
            if (content.Text("contentType") != "text/cql" || content.Text("data") is not { } data) continue;
            byte[] bytes = new byte[data.Length];
            if (Convert.TryFromBase64String(data, bytes, out int length)) return CqlDefinitions.Read(Encoding.UTF8.GetString(bytes, 0, length));
        }

        return null;
    }

    /// <summary>A library of the measure; its names are null where they are not known.</summary>
    private sealed record Library(string Url, string? Name, HashSet<string>? Names);
}
