using System.Text.Json;
using Consortium.FhirFacade.Tests.Rest;
using Consortium.Storage;

namespace Consortium.FhirFacade.Tests.Search;

/// <summary>Searches that go beyond one type: compartments, the whole system, $everything.</summary>
public sealed class CompartmentTests
{
    [Theory, BothStores]
    public async Task Compartment_HoldsWhatItsDefinitionSays(Dialect dialect)
    {
        await using FacadeHost host = await SearchSample.StartAsync(dialect);

        Assert.Equal(["glu", "bp"], await SearchSample.IdsAsync(host, "Patient/pat1/Observation"));
        Assert.Equal(["bp"], await SearchSample.IdsAsync(host, "Patient/pat1/Observation?code=85354-9"));
        Assert.Equal(["enc1", "glu", "bp", "risk"], await SearchSample.IdsAsync(host, "Patient/pat1/*"));
        Assert.Equal(["enc1", "glu", "bp", "risk"], await SearchSample.IdsAsync(host, "Patient/pat1/*?_count=1"));
        Assert.Equal(["glu"], await SearchSample.IdsAsync(host, "Encounter/enc1/Observation"));
        Assert.Equal(["prov"], await SearchSample.IdsAsync(host, "Practitioner/doc1/Provenance"));
        Assert.Empty(await SearchSample.IdsAsync(host, "Patient/nobody/Observation"));
        Assert.Equal($"{host.Base}/Patient/pat1/Observation?code=85354-9", (await host.GetAsync("Patient/pat1/Observation?code=85354-9")).Link("self"));
        (await host.GetAsync("Organization/org1/Patient")).ShouldFail(404, "not-found");
        (await host.GetAsync("Patient/pat1/Organization")).ShouldFail(404, "not-found");
    }

    [Theory, BothStores]
    public async Task System_ByWhatEveryTypeHas(Dialect dialect)
    {
        await using FacadeHost host = await SearchSample.StartAsync(dialect);

        Assert.Equal(["pat2"], await SearchSample.IdsAsync(host, "?_tag=urn:tags|test"));
        Assert.Equal(["pat1", "enc1"], await SearchSample.IdsAsync(host, "?_id=pat1,enc1"));
        Assert.Equal(["enc1", "enc2", "risk"], await SearchSample.IdsAsync(host, "?_type=Encounter,RiskAssessment"));
        Assert.Equal(15, (await SearchSample.IdsAsync(host, "?_count=4")).Length);
        Assert.Equal(15, (await host.GetAsync("?_summary=count")).Json.GetProperty("total").GetInt32());
        (await host.GetAsync("?name=x", ("Prefer", "handling=strict"))).ShouldFail(400, "not-supported");
        (await host.GetAsync("?_type=Nothing")).ShouldFail(400, "value");
    }

    [Theory, BothStores]
    public async Task Everything_OfThePatient_AndWhatItNeeds_AndOfNobodyElse(Dialect dialect)
    {
        await using FacadeHost host = await SearchSample.StartAsync(dialect);
        await host.PutAsync("Patient/pat1", (await host.GetAsync("Patient/pat1")).Text.Replace("\"gender\"", "\"link\":[{\"other\":{\"reference\":\"Patient/pat2\"},\"type\":\"seealso\"}],\"gender\"", StringComparison.Ordinal));

        Assert.Equal("Encounter/enc1 Observation/bp Observation/glu Organization/org1 Patient/pat1 Practitioner/doc1 RiskAssessment/risk", await NamesAsync(host, "Patient/pat1/$everything"));
        Assert.Equal("Observation/bp Observation/glu", await NamesAsync(host, "Patient/pat1/$everything?_type=Observation"));
        Assert.Equal("Observation/bp Organization/org1 Patient/pat1 Practitioner/doc1 RiskAssessment/risk", await NamesAsync(host, "Patient/pat1/$everything?start=2021-03-06"));
        Assert.Equal("Organization/org1 Patient/pat1 Practitioner/doc1 RiskAssessment/risk", await NamesAsync(host, "Patient/pat1/$everything?end=2020"));
        Assert.Equal("", await NamesAsync(host, "Patient/pat1/$everything?_since=2999"));
        Answer page = await host.GetAsync("Patient/pat1/$everything?_count=2");
        Assert.Equal(2, page.Matches.Length);
        Assert.StartsWith($"{host.Base}/Patient/pat1/$everything?_count=2&_cursor=", page.Link("next"), StringComparison.Ordinal);
        (await host.GetAsync("Patient/nobody/$everything")).ShouldFail(404, "not-found");
    }

    private static async Task<string> NamesAsync(FacadeHost host, string path)
    {
        Answer answer = await host.GetAsync(path);
        Assert.True(answer.Status == 200, answer.Text);
        return string.Join(' ', answer.Entries.Select(entry => entry.GetProperty("resource"))
            .Select(resource => $"{resource.GetProperty("resourceType").GetString()}/{resource.GetProperty("id").GetString()}").Order(StringComparer.Ordinal));
    }
}
