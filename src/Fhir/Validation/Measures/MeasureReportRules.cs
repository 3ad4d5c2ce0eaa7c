namespace Consortium.Fhir.Validation.Measures;

/// <summary>A MeasureReport against the Measure that it reports: groups, populations and stratifiers (FHIR R4 measurereport.html).</summary>
internal sealed class MeasureReportRules
{
    private const string Populations = "http://terminology.hl7.org/CodeSystem/measure-population";

    private readonly ValidationContext _context;
    private readonly FhirNode _report;
    private readonly FhirNode _measure;
    private readonly string? _type;
    private readonly MeasureScoreRules _scores;

    private MeasureReportRules(ValidationContext context, FhirNode report, FhirNode measure)
    {
        (_context, _report, _measure) = (context, report, measure);
        _type = report.Text("type");
        _scores = new MeasureScoreRules(context, report, measure);
    }

    public static void Check(ValidationContext context, int at)
    {
        FhirNode report = new(context.Document, at);
        if (report.Child("measure") is not { Exists: true } stated || stated.ValueOrNull() is not { } canonical) return;
        FhirNode measure = CanonicalTargets.Find(context, report, "Measure", canonical);
        if (!measure.Exists)
        {
            context.Issues.Information(stated.Place().Index, "not-found", $"The measure {FhirNodeValues.Shown(canonical)} is not known here, so the report is not checked against it; give it as a package.");
            return;
        }

        new MeasureReportRules(context, report, measure).CheckGroups();
    }

    private void CheckGroups()
    {
        // mrp-1: a data collection has no groups, so none are missing.
        if (_type == "data-collection") return;
        FhirNode[] reported = [.. _report.ChildrenNamed("group")], defined = [.. _measure.ChildrenNamed("group")];
        if (reported.Length == 1 && defined.Length == 1)
        {
            // A single group needs no code, but where both have one it is the same.
            FhirNode code = reported[0].Child("code");
            if (code.Exists && defined[0].Child("code").Exists && !MeasureCodes.AreSame(code, defined[0].Child("code")))
            {
                Error(code, $"The group's code is {MeasureCodes.Shown(defined[0].Child("code"))} in the measure; found {MeasureCodes.Shown(code)}.");
            }

            CheckGroup(reported[0], defined[0]);
            return;
        }

        Match(_report, reported, defined, "group", CheckGroup);
    }

    private void CheckGroup(FhirNode reported, FhirNode defined)
    {
        FhirNode[] populations = [.. defined.ChildrenNamed("population")];
        Match(reported, [.. reported.ChildrenNamed("population")], populations, "population", (population, _) => CheckPopulation(population));
        _scores.Check(reported);
        Dictionary<string, FhirNode> byCode = MeasureCodes.Index(populations);
        FhirNode[] stratifiers = [.. defined.ChildrenNamed("stratifier")];
        Match(reported, [.. reported.ChildrenNamed("stratifier")], stratifiers, "stratifier", (stratifier, _) => CheckStratifier(stratifier, byCode));
    }

    /// <summary>Pairs what is reported with what is defined by code: each once, none unknown, none missing.</summary>
    private void Match(FhirNode holder, FhirNode[] reported, FhirNode[] defined, string what, Action<FhirNode, FhirNode> check)
    {
        HashSet<FhirNode> found = [];
        Dictionary<string, FhirNode> byCode = MeasureCodes.Index(defined);
        bool components = defined.Any(d => d.Child("component").Exists);
        foreach (FhirNode one in reported)
        {
            // A stratifier may have several codes, one for each component (MeasureReport.group.stratifier.code is 0..*).
            FhirNode[] codes = [.. one.ChildrenNamed("code")];
            FhirNode match = codes.Select(c => MeasureCodes.Find(byCode, c)).FirstOrDefault(d => d.Exists);
            if (!match.Exists && codes.Length == 0 && reported.Length == 1 && defined.Length == 1) match = defined[0];
            if (match.Exists)
            {
                if (found.Add(match)) check(one, match);
                else Error(one, $"The {what} with code {MeasureCodes.Shown(codes[0])} is reported more than once.");
            }
            else if (codes.Length == 0)
            {
                Error(one, $"The {what} has no code; it needs one of the measure's: {Codes(defined)}.");
            }
            else if (!one.Child("component").Exists && !components)
            {
                Error(one, $"The {what} with code {MeasureCodes.Shown(codes[0])} is not defined by the measure; it has: {Codes(defined)}.");
            }
        }

        foreach (FhirNode definition in defined)
        {
            // Measure observations are worked with, not reported as a population of their own.
            bool optional = what == "population" && MeasureCodes.HasCoding(definition.Child("code"), Populations, "measure-observation");
            if (!found.Contains(definition) && !optional && !definition.Child("component").Exists) Missing(holder, $"The {what} with code {MeasureCodes.Shown(definition.Child("code"))} of the measure is not reported.");
        }
    }

    private void CheckPopulation(FhirNode population)
    {
        FhirNode subjects = population.Child("subjectResults");
        if (_type == "subject-list")
        {
            if (subjects.Exists) CheckSubjects(population, subjects);
        }
        else if (subjects.Exists)
        {
            Error(subjects, "Only a report of type subject-list lists subjects (subjectResults).");
        }
    }

    /// <summary>The list that a population refers to has as many subjects as it counts.</summary>
    private void CheckSubjects(FhirNode population, FhirNode subjects)
    {
        (FhirDocument document, int at) = subjects.Place();
        if (!int.TryParse(population.Text("count"), System.Globalization.CultureInfo.InvariantCulture, out int count) || document.References.Resolve(at) is not { } list) return;
        FhirNode resolved = new(document, list);
        int listed = resolved.ChildrenNamed("entry").Count(e => e.Text("deleted") != "true");
        if (resolved.TypeName == "List" && listed != count) Error(population, $"The population counts {count} subjects; the list that it refers to has {listed}.");
    }

    private void CheckStratifier(FhirNode stratifier, Dictionary<string, FhirNode> populations)
    {
        foreach (FhirNode stratum in stratifier.ChildrenNamed("stratum"))
        {
            HashSet<FhirNode> seen = [];
            foreach (FhirNode population in stratum.ChildrenNamed("population"))
            {
                FhirNode code = population.Child("code");
                FhirNode match = code.Exists ? MeasureCodes.Find(populations, code) : default;
                if (match.Exists && !seen.Add(match)) Error(population, $"The population with code {MeasureCodes.Shown(code)} is reported more than once in the stratum.");
                CheckPopulation(population);
            }
        }
    }

    /// <summary>What is missing of a report that is still being made is no error yet.</summary>
    private void Missing(FhirNode node, string message)
    {
        if (_report.Text("status") == "complete") Error(node, message);
        else _context.Issues.Warning(node.Place().Index, "business-rule", message);
    }

    private void Error(FhirNode node, string message) => _context.Issues.Error(node.Place().Index, "business-rule", message);

    private static string Codes(FhirNode[] defined) => defined.Length == 0 ? "none" : string.Join(", ", defined.Take(12).Select(d => MeasureCodes.Shown(d.Child("code"))));
}
