using Consortium.FhirFacade.Access.Smart;
using Consortium.FhirFacade.Erasure;
using Consortium.FhirFacade.Export;
using Consortium.FhirFacade.Later;
using Consortium.FhirFacade.Terminology;

namespace Consortium.FhirFacade.Rest;

/// <summary>
/// The table of contents of the server (FHIR R4 http.html#summary): every path and verb that it answers. The router works from it,
/// and the CapabilityStatement is written from it, so that neither can say what the other does not.
/// </summary>
internal sealed class RouteTable(
    ReadInteractions read, HistoryInteractions history, WriteInteractions write, ConditionalInteractions conditional, PatchInteraction patch,
    SearchInteraction search, BundleInteraction bundle, CapabilityStatement capabilities, ValidateOperation validate, MetaOperations meta,
    EverythingOperation everything, ErasureOperations erasure, TerminologyOperations terminology, ExportOperations export, DisclosureOperations disclosure, InventoryOperation inventory, ExchangeOperations exchange,
    LaterInteractions later, SearchParameterStatus parameters, SmartConfiguration smart)
{
    /// <summary>The rows.</summary>
    public IReadOnlyList<Route> Routes { get; } =
    [
        new("POST", "", bundle.ExecuteAsync) { AsksForScopes = true, Right = Right.Write, Interactions = ["transaction", "batch"] },
        new("GET", "", search.OfSystemAsync) { AsksForScopes = true, Interactions = ["search-system"] },
        new("GET", "_search", search.OfSystemAsync) { AsksForScopes = true },
        new("POST", "_search", search.OfSystemAsync) { AsksForScopes = true },
        new("GET", "metadata", capabilities.AnswerAsync) { Right = Right.Public },
        new("GET", ".well-known/smart-configuration", smart.AnswerAsync) { Right = Right.Public },
        new("GET", "_history", (r, ct) => history.AnswerAsync(r, null, null, ct)) { Interactions = ["history-system"] },

        new("GET", "{type}", (r, ct) => search.OfTypeAsync(r, r.Segments[0], ct)) { Interactions = ["search-type"] },
        new("GET", "{type}/_search", (r, ct) => search.OfTypeAsync(r, r.Segments[0], ct)),
        new("POST", "{type}/_search", (r, ct) => search.OfTypeAsync(r, r.Segments[0], ct)),
        new("POST", "{type}", (r, ct) => r.IfNoneExist is null ? write.CreateAsync(r, r.Segments[0], ct) : conditional.CreateAsync(r, r.Segments[0], ct))
        {
            Right = Right.Write, Interactions = ["create"], Features = [("conditionalCreate", "true")],
        },
        new("PUT", "{type}", (r, ct) => conditional.UpdateAsync(r, r.Segments[0], ct)) { Right = Right.Write, Features = [("conditionalUpdate", "true")] },
        new("PATCH", "{type}", (r, ct) => conditional.PatchAsync(r, r.Segments[0], ct)) { Right = Right.Write },
        new("DELETE", "{type}", (r, ct) => conditional.DeleteAsync(r, r.Segments[0], ct)) { Right = Right.Write, Features = [("conditionalDelete", "\"single\"")] },
        new("GET", "{type}/_history", (r, ct) => history.AnswerAsync(r, r.Segments[0], null, ct)) { Interactions = ["history-type"] },

        new("GET", "{type}/{id}", (r, ct) => read.ReadAsync(r, r.Segments[0], r.Segments[1], ct)) { Interactions = ["read"], Features = [("conditionalRead", "\"full-support\"")] },
        new("PUT", "{type}/{id}", (r, ct) => write.UpdateAsync(r, r.Segments[0], r.Segments[1], ct))
        {
            Right = Right.Write, Interactions = ["update"], Features = [("versioning", "\"versioned-update\""), ("updateCreate", "true")],
        },
        new("PATCH", "{type}/{id}", (r, ct) => patch.PatchAsync(r, r.Segments[0], r.Segments[1], ct)) { Right = Right.Write, Interactions = ["patch"] },
        new("DELETE", "{type}/{id}", (r, ct) => write.DeleteAsync(r, r.Segments[0], r.Segments[1], ct)) { Right = Right.Write, Interactions = ["delete"] },
        new("GET", "{type}/{id}/{member}", (r, ct) => search.OfCompartmentAsync(r, r.Segments[0], r.Segments[1], r.Segments[2], ct)),
        new("POST", "{type}/{id}/{member}/_search", (r, ct) => search.OfCompartmentAsync(r, r.Segments[0], r.Segments[1], r.Segments[2], ct)),
        new("GET", "{type}/{id}/_history", (r, ct) => history.AnswerAsync(r, r.Segments[0], r.Segments[1], ct)) { Interactions = ["history-instance"] },
        new("GET", "{type}/{id}/_history/{vid}", (r, ct) => read.VersionAsync(r, r.Segments[0], r.Segments[1], r.Segments[3], ct))
        {
            Interactions = ["vread"], Features = [("readHistory", "true")],
        },

        new("POST", "{type}/$validate", (r, ct) => ValidateOperation.OfTypeAsync(r, r.Segments[0], ct)) { AsksForScopes = true, Operation = "validate" },
        new("GET", "{type}/{id}/$validate", (r, ct) => validate.OfInstanceAsync(r, r.Segments[0], r.Segments[1], ct)) { Right = Right.Write, Operation = "validate" },
        new("POST", "{type}/{id}/$validate", (r, ct) => validate.OfInstanceAsync(r, r.Segments[0], r.Segments[1], ct)) { Right = Right.Write, Operation = "validate" },
        new("GET", "$meta", (r, ct) => meta.InUseAsync(r, null, ct)) { Operation = "meta" },
        new("GET", "{type}/$meta", (r, ct) => meta.InUseAsync(r, r.Segments[0], ct)) { Operation = "meta" },
        new("GET", "{type}/{id}/$meta", (r, ct) => meta.ReadAsync(r, r.Segments[0], r.Segments[1], null, ct)) { Operation = "meta" },
        new("GET", "{type}/{id}/_history/{vid}/$meta", (r, ct) => meta.ReadAsync(r, r.Segments[0], r.Segments[1], r.Segments[3], ct)) { Operation = "meta" },
        new("POST", "{type}/{id}/$meta-add", (r, ct) => meta.AddAsync(r, r.Segments[0], r.Segments[1], ct)) { Right = Right.Write, Operation = "meta-add" },
        new("POST", "{type}/{id}/$meta-delete", (r, ct) => meta.DeleteAsync(r, r.Segments[0], r.Segments[1], ct)) { Right = Right.Write, Operation = "meta-delete" },

        new("POST", "{type}/{id}/$erase", (r, ct) => erasure.EraseAsync(r, r.Segments[0], r.Segments[1], null, ct)) { Right = Right.Write, Operation = "erase" },
        new("POST", "{type}/{id}/_history/{vid}/$erase", (r, ct) => erasure.EraseAsync(r, r.Segments[0], r.Segments[1], r.Segments[3], ct)) { Right = Right.Write, Operation = "erase" },
        new("POST", "{type}/{id}/$legal-hold", (r, ct) => erasure.HoldAsync(r, r.Segments[0], r.Segments[1], ct)) { Right = Right.Write, Operation = "legal-hold" },
        new("POST", "{type}/{id}/$legal-hold-release", (r, ct) => erasure.ReleaseAsync(r, r.Segments[0], r.Segments[1], ct)) { Right = Right.Write, Operation = "legal-hold-release" },

        new("GET", "Patient/{id}/$everything", (r, ct) => everything.OfPatientAsync(r, r.Segments[1], ct)) { Operation = "everything" },
        new("GET", "ValueSet/$expand", (r, ct) => terminology.ExpandAsync(r, null, ct)) { AsksForScopes = true, Operation = "expand" },
        new("POST", "ValueSet/$expand", (r, ct) => terminology.ExpandAsync(r, null, ct)) { AsksForScopes = true, Operation = "expand" },
        new("GET", "ValueSet/{id}/$expand", (r, ct) => terminology.ExpandAsync(r, r.Segments[1], ct)) { Right = Right.Write, Operation = "expand" },
        new("GET", "ValueSet/$validate-code", (r, ct) => terminology.ValidateInSetAsync(r, null, ct)) { AsksForScopes = true, Operation = "validate-code" },
        new("POST", "ValueSet/$validate-code", (r, ct) => terminology.ValidateInSetAsync(r, null, ct)) { AsksForScopes = true, Operation = "validate-code" },
        new("GET", "ValueSet/{id}/$validate-code", (r, ct) => terminology.ValidateInSetAsync(r, r.Segments[1], ct)) { Right = Right.Write, Operation = "validate-code" },
        new("GET", "CodeSystem/$validate-code", (r, ct) => terminology.ValidateInSystemAsync(r, null, ct)) { AsksForScopes = true, Operation = "validate-code" },
        new("POST", "CodeSystem/$validate-code", (r, ct) => terminology.ValidateInSystemAsync(r, null, ct)) { AsksForScopes = true, Operation = "validate-code" },
        new("GET", "CodeSystem/$lookup", terminology.LookupAsync) { AsksForScopes = true, Operation = "lookup" },
        new("POST", "CodeSystem/$lookup", terminology.LookupAsync) { AsksForScopes = true, Operation = "lookup" },

        new("GET", "SearchParameter/$status", parameters.OfAllAsync) { Right = Right.Write, Operation = "status" },
        new("GET", "SearchParameter/{id}/$status", (r, ct) => parameters.OfAsync(r, r.Segments[1], ct)) { Right = Right.Write, Operation = "status" },

        new("GET", "$export", (r, ct) => export.StartAsync(r, ExportScope.System, null, ct)) { AsksForScopes = true, Operation = "export" },
        new("POST", "$export", (r, ct) => export.StartAsync(r, ExportScope.System, null, ct)) { AsksForScopes = true, Operation = "export" },
        new("GET", "Patient/$export", (r, ct) => export.StartAsync(r, ExportScope.Patients, null, ct)) { AsksForScopes = true, Operation = "export" },
        new("POST", "Patient/$export", (r, ct) => export.StartAsync(r, ExportScope.Patients, null, ct)) { AsksForScopes = true, Operation = "export" },
        new("GET", "Group/{id}/$export", (r, ct) => export.StartAsync(r, ExportScope.Group, r.Segments[1], ct)) { AsksForScopes = true, Operation = "export" },
        new("POST", "Group/{id}/$export", (r, ct) => export.StartAsync(r, ExportScope.Group, r.Segments[1], ct)) { AsksForScopes = true, Operation = "export" },
        new("GET", "$export-status/{id}", (r, ct) => export.StatusAsync(r, r.Segments[1], ct)) { AsksForScopes = true },
        new("DELETE", "$export-status/{id}", (r, ct) => export.RemoveAsync(r, r.Segments[1], ct)) { AsksForScopes = true },
        new("GET", "$export-error/{id}", (r, ct) => export.ProblemsAsync(r, r.Segments[1], ct)) { AsksForScopes = true },
        new("GET", "$async-status/{id}", (r, ct) => later.StatusAsync(r, r.Segments[1], ct)) { AsksForScopes = true },
        new("DELETE", "$async-status/{id}", (r, _) => later.RemoveAsync(r, r.Segments[1])) { AsksForScopes = true },
        new("GET", "$export-file/{id}/{member}", (r, ct) => export.FileAsync(r, r.Segments[1], r.Segments[2], ct)) { AsksForScopes = true },

        new("GET", "$disclose", disclosure.DiscloseByRecordIdAsync) { AsksForScopes = true, Operation = "disclose" },
        new("POST", "$disclose", disclosure.DiscloseByRecordIdAsync) { AsksForScopes = true, Operation = "disclose" },
        new("GET", "{type}/{id}/$disclose", (r, ct) => disclosure.DiscloseAsync(r, r.Segments[0], r.Segments[1], null, ct)) { Operation = "disclose" },
        new("GET", "{type}/{id}/_history/{vid}/$disclose", (r, ct) => disclosure.DiscloseAsync(r, r.Segments[0], r.Segments[1], r.Segments[3], ct)) { Operation = "disclose" },
        new("GET", "{type}/{id}/$receipt", (r, ct) => disclosure.ReceiptAsync(r, r.Segments[0], r.Segments[1], null, ct)) { Operation = "receipt" },
        new("GET", "{type}/{id}/_history/{vid}/$receipt", (r, ct) => disclosure.ReceiptAsync(r, r.Segments[0], r.Segments[1], r.Segments[3], ct)) { Operation = "receipt" },
        new("GET", "$inventory", inventory.AnswerAsync) { AsksForScopes = true, Operation = "inventory" },
        new("GET", "$locate", exchange.LocateAsync) { AsksForScopes = true, Operation = "locate" },
        new("POST", "$fetch", exchange.FetchAsync) { AsksForScopes = true, Operation = "fetch" },
    ];
}
