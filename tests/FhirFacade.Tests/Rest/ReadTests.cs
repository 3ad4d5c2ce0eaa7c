using Consortium.Storage;

namespace Consortium.FhirFacade.Tests.Rest;

/// <summary>FHIR R4 http.html#read, #vread, #cread.</summary>
public sealed class ReadTests
{
    private const string Patient = """{"resourceType":"Patient","id":"p1","gender":"female","birthDate":"1970-03-30"}""";

    [Theory, BothStores]
    public async Task Read_Current_HasETagLastModifiedAndTheResource(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/p1", Patient);
        await host.PutAsync("Patient/p1", Patient.Replace("female", "male", StringComparison.Ordinal));

        Answer answer = await host.GetAsync("Patient/p1");

        Assert.Equal(200, answer.Status);
        Assert.Equal("application/fhir+json; charset=utf-8", answer.ContentType);
        Assert.Equal("W/\"2\"", answer.ETag);
        Assert.Equal("male", answer.Json.GetProperty("gender").GetString());
        Assert.Equal("2", answer.Json.GetProperty("meta").GetProperty("versionId").GetString());
        DateTimeOffset updated = answer.Json.GetProperty("meta").GetProperty("lastUpdated").GetDateTimeOffset();
        Assert.Equal(updated.ToUnixTimeSeconds(), answer.LastModified!.Value.ToUnixTimeSeconds());
    }

    [Theory, BothStores]
    public async Task VRead_EachVersion_IsWhatWasStored(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/p1", Patient);
        await host.PutAsync("Patient/p1", Patient.Replace("female", "male", StringComparison.Ordinal));

        Answer first = await host.GetAsync("Patient/p1/_history/1"), second = await host.GetAsync("Patient/p1/_history/2");

        Assert.Equal(("female", "W/\"1\""), (first.Json.GetProperty("gender").GetString()!, first.ETag!));
        Assert.Equal(("male", "W/\"2\""), (second.Json.GetProperty("gender").GetString()!, second.ETag!));
    }

    [Theory, BothStores]
    public async Task Read_WhatIsNotThere_Is404(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/p1", Patient);

        (await host.GetAsync("Patient/p2")).ShouldFail(404, "not-found");
        (await host.GetAsync("Patient/p1/_history/2")).ShouldFail(404, "not-found");
        (await host.GetAsync("Patient/p1/_history/01")).ShouldFail(404, "not-found");
        (await host.GetAsync("Patient/p1/_history/x")).ShouldFail(404, "not-found");
        (await host.GetAsync("Observation/p1")).ShouldFail(404, "not-found");
    }

    [Theory, BothStores]
    public async Task Read_AfterADelete_Is410_AndOlderVersionsStay(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/p1", Patient);
        await host.DeleteAsync("Patient/p1");

        (await host.GetAsync("Patient/p1")).ShouldFail(410, "deleted");
        (await host.GetAsync("Patient/p1/_history/2")).ShouldFail(410, "deleted");
        Assert.Equal(200, (await host.GetAsync("Patient/p1/_history/1")).Status);
    }

    [Theory, BothStores]
    public async Task ConditionalRead_UnchangedSince_Is304WithoutBody(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/p1", Patient);
        string modified = (await host.GetAsync("Patient/p1")).LastModified!.Value.ToString("R", System.Globalization.CultureInfo.InvariantCulture);

        foreach ((string, string) header in new[] { ("If-None-Match", "W/\"1\""), ("If-None-Match", "\"7\", W/\"1\""), ("If-None-Match", "*"), ("If-Modified-Since", modified) })
        {
            Answer answer = await host.GetAsync("Patient/p1", header);
            Assert.Equal((304, ""), (answer.Status, answer.Text));
        }

        Assert.Equal(200, (await host.GetAsync("Patient/p1", ("If-None-Match", "W/\"2\""))).Status);
        Assert.Equal(200, (await host.GetAsync("Patient/p1", ("If-None-Match", "W/\"2\""), ("If-Modified-Since", modified))).Status);
    }

    [Theory, BothStores]
    public async Task Options_NamesTheVerbs_AndWhatPatchTakes(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);

        Answer answer = await host.SendAsync("OPTIONS", "Patient/p1", null);

        Assert.Equal((204, "GET, HEAD, PUT, PATCH, DELETE"), (answer.Status, answer.Allow));
        (await host.SendAsync("OPTIONS", "Nothing", null)).ShouldFail(404, "not-found");
    }

    [Theory, BothStores]
    public async Task Part_HasWhatWasAskedForWhatMustBeThere_AndTheTag(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Observation/o", """
            {"resourceType":"Observation","id":"o","meta":{"tag":[{"system":"urn:t","code":"a"}]},"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"},
             "status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p"},"valueQuantity":{"value":1.50,"unit":"g"},"note":[{"text":"n"}],"method":{"text":"m"}}
            """);

        Assert.Equal(["resourceType", "id", "meta", "status", "code", "subject", "valueQuantity"], await NamesAsync("_summary=true"));
        Assert.Equal(["resourceType", "id", "meta", "text", "status", "code"], await NamesAsync("_summary=text"));
        Assert.Equal(["resourceType", "id", "meta", "status", "code", "subject", "valueQuantity", "note", "method"], await NamesAsync("_summary=data"));
        Assert.Equal(["resourceType", "id", "meta", "status", "code", "valueQuantity", "note"], await NamesAsync("_elements=value,Observation.note,Patient.name"));
        Answer whole = await host.GetAsync("Observation/o?_summary=false"), part = await host.GetAsync("Observation/o?_elements=value");
        Assert.DoesNotContain("SUBSETTED", whole.Text, StringComparison.Ordinal);
        Assert.Equal(["a", "SUBSETTED"], part.Json.GetProperty("meta").GetProperty("tag").EnumerateArray().Select(tag => tag.GetProperty("code").GetString()));
        Assert.Equal("1.50", part.Json.GetProperty("valueQuantity").GetProperty("value").GetRawText());
        (await host.GetAsync("Observation/o?_summary=some")).ShouldFail(400, "value");
        Assert.DoesNotContain("SUBSETTED", (await host.GetAsync("Observation/o")).Text, StringComparison.Ordinal);

        async Task<string[]> NamesAsync(string query) => [.. (await host.GetAsync($"Observation/o?{query}")).Json.EnumerateObject().Select(property => property.Name)];
    }

    [Theory, BothStores]
    public async Task Head_HasTheHeadersOfGetAndNoBody(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/p1", Patient);

        Answer answer = await host.SendAsync("HEAD", "Patient/p1", null);

        Assert.Equal((200, "W/\"1\"", ""), (answer.Status, answer.ETag!, answer.Text));
        Assert.Equal(404, (await host.SendAsync("HEAD", "Patient/p2", null)).Status);
    }
}
