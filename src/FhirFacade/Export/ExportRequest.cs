using Consortium.Fhir;
using Consortium.FhirFacade.Rest;
using Consortium.FhirFacade.Search;
using Consortium.FhirFacade.Search.Query;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.Export;

/// <summary>
/// What a kick-off asks for (HL7 Bulk Data Access 1.0 and 2.0, "Query Parameters"). What is not known is refused, however lenient the client is: each parameter there is narrows an
/// export, and more than was meant must not leave the house.
/// </summary>
/// <param name="Types"><c>_type</c>; empty for all.</param>
/// <param name="Since"><c>_since</c>, in milliseconds; null for all.</param>
/// <param name="Elements"><c>_elements</c>, with commas between; null for whole resources.</param>
/// <param name="Filters"><c>_typeFilter</c>: of a type that stands here what one of its searches finds.</param>
/// <param name="Patients"><c>patient</c>: logical ids; null where it is absent.</param>
internal sealed record ExportRequest(string[] Types, long? Since, string? Elements, IReadOnlyList<SearchQuery> Filters, string[]? Patients)
{
    /// <summary>The content type of the files.</summary>
    public const string Ndjson = "application/fhir+ndjson";

    private static readonly string[] s_known = ["_outputFormat", "_since", "_type", "_typeFilter", "_elements", "patient", "_format", "_pretty"];

    /// <exception cref="FhirException">400: a parameter is not known, or its value not understood.</exception>
    public static ExportRequest Read(FhirRequest request, ExportScope scope, SearchParser parser, string serverBase)
    {
        var input = OperationInput.Read(request);
        foreach (string name in input.Names)
        {
            if (!s_known.Contains(name, StringComparer.Ordinal)) throw FhirException.BadRequest("not-supported", $"{Named(name)} is not supported; {string.Join(", ", s_known[..^2])} are.");
        }

        if (input.Text("_outputFormat") is { } format && format is not (Ndjson or "application/ndjson" or "ndjson"))
        {
            throw FhirException.BadRequest("not-supported", $"_outputFormat is {Ndjson}.");
        }

        string[] types = [.. Lists(input, "_type").Distinct(StringComparer.Ordinal)];
        if (!types.All(FhirR4.IsResourceType)) throw FhirException.BadRequest("value", "_type lists resource types with commas between.");
        string[] elements = [.. Lists(input, "_elements")];
        foreach (string element in elements)
        {
            if (element.Split('.') is [var type, _] ? !FhirR4.IsResourceType(type) : element.Contains('.', StringComparison.Ordinal))
            {
                throw FhirException.BadRequest("value", "_elements lists elements of the first level with commas between, each with its type before it or without: id,Patient.name.");
            }
        }

        long? since = input.Text("_since") is { } text ? ValueParser.ReadDate("_since", text).With.From : null;
        SearchQuery[] filters = [.. input.Texts("_typeFilter").SelectMany(value => SearchValues.Parts(value, ',')).Select(one => Filter(one.Trim(), types, parser))];
        return new ExportRequest(types, since, elements.Length == 0 ? null : string.Join(',', elements), filters, Listed(input, scope, serverBase));
    }

    private static IEnumerable<string> Lists(OperationInput input, string name) =>
        input.Texts(name).SelectMany(value => value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    // Type?search; several, of one type or repeated, are alternatives.
    private static SearchQuery Filter(string filter, string[] types, SearchParser parser)
    {
        int mark = filter.IndexOf('?', StringComparison.Ordinal);
        string type = mark < 0 ? filter : filter[..mark];
        if (mark < 0 || !FhirR4.IsResourceType(type)) throw FhirException.BadRequest("value", "_typeFilter is a search of one type, as it would stand behind the base URL: MedicationRequest?status=active. In a URL it is escaped.");
        if (types.Length > 0 && !types.Contains(type, StringComparer.Ordinal)) throw FhirException.BadRequest("value", $"_typeFilter names {type}, which _type does not.");
        return parser.Condition(type, filter[(mark + 1)..]);
    }

    private static string[]? Listed(OperationInput input, ExportScope scope, string serverBase)
    {
        if (!input.Names.Contains("patient", StringComparer.Ordinal)) return null;
        if (scope == ExportScope.System) throw FhirException.BadRequest("not-supported", "patient belongs to Patient/$export and Group/id/$export.");
        return
        [
            .. input.References("patient").Select(reference => LocalReference.TryParse(reference, serverBase, out RecordKey key) && key.Type == "Patient"
                ? key.Id
                : throw FhirException.BadRequest("value", "patient is a reference to a patient of this server: Patient/123.")).Distinct(StringComparer.Ordinal),
        ];
    }

    private static string Named(string name) => name.Length <= 64 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or ':' or '.') ? name : "A parameter of the request";
}
