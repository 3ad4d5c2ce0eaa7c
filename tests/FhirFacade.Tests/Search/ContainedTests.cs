using Consortium.FhirFacade.Tests.Rest;
using Consortium.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Consortium.FhirFacade.Tests.Search;

/// <summary>Contained resources: _contained, and chains into them (FHIR R4 search.html#contained).</summary>
public sealed class ContainedTests
{
    private static readonly string[] s_resources =
    [
        """{"resourceType":"Medication","id":"free","status":"active","code":{"coding":[{"system":"urn:m","code":"abc"}]}}""",
        """{"resourceType":"Medication","id":"m1","code":{"coding":[{"system":"urn:m","code":"xyz"}]}}""",
        Request("r1", """{"resourceType":"Medication","id":"m1","status":"active","code":{"coding":[{"system":"urn:m","code":"abc"}]},"ingredient":[{"itemCodeableConcept":{"coding":[{"code":"water"}]}}]}""", "#m1"),
        Request("r2", """{"resourceType":"Medication","id":"m1","code":{"coding":[{"system":"urn:m","code":"def"}]}},{"resourceType":"Medication","id":"m2","code":{"coding":[{"system":"urn:m","code":"abc"}]}},{"resourceType":"Medication","id":"m3","code":{"coding":[{"system":"urn:m","code":"abc"}]}}""", "#m1", "#m2", "#m3"),
        """{"resourceType":"MedicationRequest","id":"r3","status":"active","intent":"order","subject":{"reference":"Patient/p"},"medicationReference":{"reference":"Medication/free"}}""",
    ];

    [Theory, BothStores]
    public async Task Contained_IsFoundWithinItsContainer_WhereItIsAskedFor(Dialect dialect)
    {
        await using FacadeHost host = await SearchSample.StartAsync(dialect, s_resources);

        await SearchSample.FindsAsync(host, """
            Medication?code=abc                                            free
            Medication?code=abc&_contained=false                           free
            Medication?code=abc&_contained=true                            r1 r2
            Medication?code=abc&_contained=both                            free r1 r2
            Medication?code=abc&_contained=both&_count=1                   free r1 r2
            Medication?code=abc&_contained=true&_containedType=container   r1 r2
            Medication?code=abc&status=active&_contained=true              r1
            Medication?code:not=abc&_contained=true                        r2
            Medication?status:missing=true&_contained=true                 r2
            Medication?_contained=true                                     r1 r2
            Medication?_id=m2&_contained=true                              r2
            Medication?ingredient-code=water&_contained=true               r1
            Medication?_filter=code+eq+abc+and+not(status+pr+true)&_contained=true   r2
            Medication?code=abc&_contained=both&_sort=-_id                 r2 r1 free
            Patient?_contained=true
            """);
        Assert.Equal(3, (await host.GetAsync("Medication?code=abc&_contained=both&_summary=count")).Json.GetProperty("total").GetInt32());
        Answer found = await host.GetAsync("Medication?code=def&_contained=true");
        Assert.Equal($"{host.Base}/MedicationRequest/r2", found.Entries.Single().GetProperty("fullUrl").GetString());
    }

    [Theory, BothStores]
    public async Task Chains_GoIntoWhatIsContained_AndNowhereElse(Dialect dialect)
    {
        await using FacadeHost host = await SearchSample.StartAsync(dialect, s_resources);

        await SearchSample.FindsAsync(host, """
            MedicationRequest?medication.code=abc                          r1 r3
            MedicationRequest?medication.code=urn:m|def                    r2
            MedicationRequest?medication:Medication.ingredient-code=water  r1
            MedicationRequest?medication.code=xyz
            MedicationRequest?medication:missing=true
            MedicationRequest?medication=m1
            MedicationRequest?medication=free                              r3
            MedicationRequest?medication.status=active                     r1 r3
            """);
    }

    [Theory, BothStores]
    public async Task Contained_FollowsItsContainer_AndTheSitesOwnParameters(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect, indexes: false);
        await SearchSample.PutAsync(host, s_resources);
        await host.PutAsync("SearchParameter/made", """{"resourceType":"SearchParameter","id":"made","url":"http://site.org/made","name":"made","status":"active","description":"x","code":"made-of","base":["Medication"],"type":"token","expression":"Medication.ingredient.item"}""");
        while (await host.Services.GetRequiredService<RecordStore>().Indexing.StepAsync(default))
        {
            // until all is indexed
        }

        await host.Services.GetRequiredService<RecordStore>().Catalogs.RefreshAsync(default);
        Assert.Equal(["r1"], await SearchSample.IdsAsync(host, "Medication?made-of=water&_contained=true"));
        Assert.Equal(["r1"], await SearchSample.IdsAsync(host, "MedicationRequest?medication.made-of=water"));

        await SearchSample.PutAsync(host, Request("r1", """{"resourceType":"Medication","id":"m9","code":{"coding":[{"system":"urn:m","code":"new"}]}}""", "#m9"));
        await host.DeleteAsync("MedicationRequest/r2");

        await SearchSample.FindsAsync(host, """
            Medication?_contained=true                   r1
            Medication?code=new&_contained=true          r1
            Medication?code=abc&_contained=true
            Medication?made-of=water&_contained=true
            """);
    }

    [Theory, BothStores]
    public async Task WhatCannotBeAsked_IsRefused(Dialect dialect)
    {
        await using FacadeHost host = await SearchSample.StartAsync(dialect, s_resources);

        (await host.GetAsync("Medication?_contained=maybe")).ShouldFail(400, "value");
        (await host.GetAsync("Medication?_contained=true&_containedType=contained")).ShouldFail(400, "not-supported");
        (await host.GetAsync("Medication?_contained=true&_sort=code")).ShouldFail(400, "not-supported");
        (await host.GetAsync("Medication?_contained=true&_lastUpdated=gt2020")).ShouldFail(400, "not-supported");
        (await host.GetAsync("Medication?_contained=true&_filter=_lastUpdated+gt+2020-01-01")).ShouldFail(400, "not-supported");
        (await host.GetAsync("?_contained=true&_tag=x")).ShouldFail(400, "not-supported");
        (await host.DeleteAsync("Medication?code=def&_contained=true")).ShouldFail(400, "not-supported");
        Assert.Equal(200, (await host.GetAsync("MedicationRequest/r2")).Status);
    }

    private static string Request(string id, string contained, string medication, params string[] others) =>
        $$$"""{"resourceType":"MedicationRequest","id":"{{{id}}}","contained":[{{{contained}}}],"status":"active","intent":"order","subject":{"reference":"Patient/p"},"medicationReference":{"reference":"{{{medication}}}"}{{{More(others)}}} }""";

    private static string More(string[] references) =>
        references.Length == 0 ? "" : $",\"supportingInformation\":[{string.Join(',', references.Select(reference => $$"""{"reference":"{{reference}}"}"""))}]";
}
