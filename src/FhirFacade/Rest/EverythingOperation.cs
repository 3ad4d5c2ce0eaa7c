using Consortium.Fhir;
using Consortium.FhirFacade.Access;
using Consortium.FhirFacade.Search;
using Consortium.FhirFacade.Search.Parameters;
using Consortium.FhirFacade.Search.Query;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.Rest;

/// <summary>
/// <c>Patient/id/$everything</c> (FHIR R4 patient-operation-everything.html): the patient, all of its compartment, and what these refer to outside of any patient's
/// compartment (practitioners, organizations, medications). To callers from outside it gives the records about the patient, each in their view.
/// </summary>
internal sealed class EverythingOperation(RecordQueries records, SearchParser parser, SearchInteraction search, RecordAccess access)
{
    /// <summary>Clinical dates, by the names that R4's search parameters give them.</summary>
    private static readonly HashSet<string> s_careDates = new(StringComparer.Ordinal)
        { "date", "period", "authored", "authoredon", "onset-date", "effective-time", "occurrence", "performed", "created", "issued", "sent", "started", "whenprepared", "asserted-date" };

    private static readonly Lazy<IReadOnlyList<IncludeRule>> s_supporting = new(() => Supporting(Compartment.Of("Patient")!));

    public async Task<FhirResponse> OfPatientAsync(FhirRequest request, string id, CancellationToken cancellationToken)
    {
        StoredVersion? patient = await records.CurrentAsync("Patient", id, cancellationToken).ConfigureAwait(false);
        if (patient is null || !await access.MaySeeAsync(request.Caller, patient, cancellationToken).ConfigureAwait(false)) throw FhirException.NotFound("Patient", id);
        if (patient.Deleted) throw FhirException.Gone("Patient", id);

        List<KeyValuePair<string, string>> shaping = [.. request.Parameters.Where(parameter => parameter.Key is "_type" or "_count" or "_cursor" or "_elements" or "_summary" or "_total")];
        if (request.Parameters.All(parameter => parameter.Key != "_count")) shaping.Add(new("_count", SearchQuery.MostCount.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        SearchQuery query = parser.Parse(SearchCatalog.AnyType, shaping);
        List<SearchCondition> conditions = [.. query.Conditions];
        Compartment compartment = Compartment.Of("Patient")!;
        bool outside = request.Caller.IsOutside;
        // A resident sees the records about itself, by whatever it is that they name it. For anybody else the references lead to the records: those that the caller's view shows.
        if (request.Caller.Subject is null) conditions.Add(new CompartmentCondition([.. compartment.By.Values.SelectMany(by => by)], "Patient", id, WithSubject: true));
        foreach ((string name, string value) in request.Parameters.Where(parameter => parameter.Value.Length > 0))
        {
            if (name == "_since") conditions.Add(new LastUpdatedCondition(SearchCatalog.AnyType, [new Compared<Interval>(Comparison.GreaterOrEqual, ValueParser.ReadDate(name, value).With)]));
            else if (name == "start") conditions.Add(new CareDateCondition(CareDates(), ValueParser.ReadDate(name, value).With.From, null));
            else if (name == "end") conditions.Add(new CareDateCondition(CareDates(), null, ValueParser.ReadDate(name, value).With.To));
        }

        SearchQuery asked = query with
        {
            Conditions = conditions,
            Used = [.. request.Parameters.Where(parameter => parameter.Key is not ("_format" or "_pretty")).Select(parameter => (parameter.Key, parameter.Value))],
            Includes = outside || query.Types.Count > 0 ? [] : s_supporting.Value,
        };
        return await search.AnswerAsync(request, asked, $"Patient/{id}/$everything", cancellationToken).ConfigureAwait(false);

        static int[] CareDates() => [.. FhirR4.ResourceTypes.SelectMany(type => SearchCatalog.R4.Of(type))
            .Where(parameter => parameter.Kind == SearchParameterKind.Date && s_careDates.Contains(parameter.Code)).Select(parameter => parameter.Number).Distinct()];
    }

    // A reference to another patient's record leads out of what was asked for, and is not followed.
    private static IncludeRule[] Supporting(Compartment compartment) =>
    [
        .. FhirR4.ResourceTypes.Where(type => type == "Patient" || compartment.By.ContainsKey(type)).SelectMany(from =>
        {
            SearchParameter[] by = [.. SearchCatalog.R4.Of(from).Where(parameter => parameter.Kind == SearchParameterKind.Reference)];
            return FhirR4.ResourceTypes.Where(to => to != "Patient" && !compartment.By.ContainsKey(to) && by.Any(one => Leads(one, to)))
                .Select(to => new IncludeRule([.. by.Where(one => Leads(one, to))], to, IsReverse: false, Iterates: false));
        }),
    ];

    private static bool Leads(SearchParameter by, string to) => by.Targets.Length == 0 || by.Targets.Contains(to, StringComparer.Ordinal);
}
