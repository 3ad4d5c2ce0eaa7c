using System.Text.Json;
using Consortium.Fhir;
using Consortium.Storage;

namespace Consortium.FhirFacade.Tests.Rest;

/// <summary>FHIR R4 http.html#capabilities.</summary>
public sealed class CapabilityTests
{
    [Theory, BothStores]
    public async Task Metadata_IsValidAndForEverybody(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect, options => options with { OpenAccess = false });

        Answer answer = await host.GetAsync("metadata");

        Assert.Equal((200, "CapabilityStatement"), (answer.Status, answer.Type));
        Assert.DoesNotContain(FhirValidator.R4.Validate(System.Text.Encoding.UTF8.GetBytes(answer.Text)).Issues, issue => issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal);
    }

    [Theory, BothStores]
    public async Task Metadata_PromisesWhatIsKept(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        JsonElement rest = (await host.GetAsync("metadata")).Json.GetProperty("rest")[0];

        Assert.Equal(FhirR4.ResourceTypes, rest.GetProperty("resource").EnumerateArray().Select(resource => resource.GetProperty("type").GetString()));
        foreach (JsonElement resource in rest.GetProperty("resource").EnumerateArray())
        {
            string type = resource.GetProperty("type").GetString()!;
            foreach (JsonElement parameter in resource.GetProperty("searchParam").EnumerateArray())
            {
                string name = parameter.GetProperty("name").GetString()!;
                if (parameter.GetProperty("type").GetString() == "composite") continue; // each takes values of its own kinds: SearchLanguageTests
                string value = (name, parameter.GetProperty("type").GetString()) switch
                {
                    ("_filter", _) => "_id eq x",
                    ("near", "special") => "31|121",
                    (_, "date" or "number" or "quantity") => "2020",
                    _ => "x",
                };
                Answer answer = await host.GetAsync($"{type}?{name}={value}&_count=0", ("Prefer", "handling=strict"));
                Assert.True(answer.Status == 200, $"{type}?{name}: {answer.Text}");
            }
        }
    }
}
