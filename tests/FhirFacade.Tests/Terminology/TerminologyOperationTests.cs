using System.Text.Json;
using Consortium.FhirFacade.Tests.Rest;
using Consortium.Storage;

namespace Consortium.FhirFacade.Tests.Terminology;

/// <summary>valueset-operations.html and codesystem-operations.html, over R4's own content and a site's.</summary>
public sealed class TerminologyOperationTests
{
    private const string Gender = "http://hl7.org/fhir/ValueSet/administrative-gender";

    [Theory, BothStores]
    public async Task Expand_ByUrl_WithFilterAndPages(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);

        Assert.Equal(["male", "female", "other", "unknown"], await CodesAsync(host, $"ValueSet/$expand?url={Gender}"), Any);
        Assert.Equal(["male", "female"], await CodesAsync(host, $"ValueSet/$expand?url={Gender}&filter=male"), Any);
        string[] first = await CodesAsync(host, $"ValueSet/$expand?url={Gender}&count=3"), rest = await CodesAsync(host, $"ValueSet/$expand?url={Gender}&offset=3&count=3");
        Assert.Equal(["male", "female", "other", "unknown"], first.Concat(rest), Any);
        Assert.Equal(4, (await host.GetAsync($"ValueSet/$expand?url={Gender}&count=1")).Json.GetProperty("expansion").GetProperty("total").GetInt32());
        (await host.GetAsync("ValueSet/$expand?url=http://example.org/none")).ShouldFail(404, "not-found");
        (await host.GetAsync("ValueSet/$expand")).ShouldFail(400, "required");
        (await host.GetAsync($"ValueSet/$expand?url={Gender}&count=x")).ShouldFail(400, "value");
        (await host.GetAsync("ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/mimetypes")).ShouldFail(422, "not-supported");
    }

    [Theory, BothStores]
    public async Task WhatASiteStores_IsKnownAtOnce_AndForgottenWhenItIsDeleted(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        Answer system = await host.PutAsync("CodeSystem/wards", """{"resourceType":"CodeSystem","id":"wards","url":"http://hospital.example/wards","status":"active","content":"complete","concept":[{"code":"W","display":"Wards","concept":[{"code":"W1","display":"Ward one"}]}]}""");
        Answer set = await host.PutAsync("ValueSet/wards", """{"resourceType":"ValueSet","id":"wards","url":"http://hospital.example/vs/wards","status":"active","compose":{"include":[{"system":"http://hospital.example/wards"}]}}""");
        Assert.True(system.Status == 201 && set.Status == 201, system.Text + set.Text);

        Assert.Equal(["W", "W1"], await CodesAsync(host, "ValueSet/$expand?url=http://hospital.example/vs/wards"), Any);
        Assert.Equal(["W", "W1"], await CodesAsync(host, "ValueSet/wards/$expand"), Any);
        Assert.True(await ResultAsync(host, "ValueSet/wards/$validate-code?system=http://hospital.example/wards&code=W1"));
        Answer lookup = await host.GetAsync("CodeSystem/$lookup?system=http://hospital.example/wards&code=W1");
        Assert.Equal("Ward one", lookup.Parameter("display")!.Value.GetProperty("valueString").GetString());
        Assert.Contains("\"valueCode\":\"W\"", lookup.Text, StringComparison.Ordinal);

        await host.DeleteAsync("ValueSet/wards");
        (await host.GetAsync("ValueSet/$expand?url=http://hospital.example/vs/wards")).ShouldFail(404, "not-found");
    }

    [Theory, BothStores]
    public async Task ValidateCode_ByCodeCodingAndConcept(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        const string System = "http://hl7.org/fhir/administrative-gender";

        Assert.True(await ResultAsync(host, $"ValueSet/$validate-code?url={Gender}&system={System}&code=male"));
        Assert.False(await ResultAsync(host, $"ValueSet/$validate-code?url={Gender}&system={System}&code=man"));
        Assert.False(await ResultAsync(host, $"ValueSet/$validate-code?url={Gender}&system={System}&code=male&display=Woman"));
        Assert.True(await ResultAsync(host, $"CodeSystem/$validate-code?url={System}&code=female"));
        Assert.False(await ResultAsync(host, $"CodeSystem/$validate-code?url={System}&code=x"));
        string parameters = JsonSerializer.Serialize(new
        {
            resourceType = "Parameters",
            parameter = new object[]
            {
                new { name = "url", valueUri = Gender },
                new { name = "codeableConcept", valueCodeableConcept = new { coding = new object[] { new { system = "urn:other", code = "1" }, new { system = System, code = "other" } } } },
            },
        });
        Answer posted = await host.PostAsync("ValueSet/$validate-code", parameters);
        Assert.True(posted.Parameter("result")!.Value.GetProperty("valueBoolean").GetBoolean(), posted.Text);
        (await host.GetAsync($"ValueSet/$validate-code?url={Gender}")).ShouldFail(400, "required");
        (await host.GetAsync("CodeSystem/$lookup?system=http://nowhere.example&code=1")).ShouldFail(404, "not-found");
    }

    private static readonly IEqualityComparer<IEnumerable<string>> Any = new SameItems();

    private static async Task<bool> ResultAsync(FacadeHost host, string path)
    {
        Answer answer = await host.GetAsync(path);
        Assert.True(answer.Status == 200, answer.Text);
        return answer.Parameter("result")!.Value.GetProperty("valueBoolean").GetBoolean();
    }

    private static async Task<string[]> CodesAsync(FacadeHost host, string path)
    {
        Answer answer = await host.GetAsync(path);
        Assert.True(answer.Status == 200, answer.Text);
        return [.. answer.Json.GetProperty("expansion").GetProperty("contains").EnumerateArray().Select(code => code.GetProperty("code").GetString()!)];
    }

    private sealed class SameItems : IEqualityComparer<IEnumerable<string>>
    {
        public bool Equals(IEnumerable<string>? x, IEnumerable<string>? y) => x!.Order(StringComparer.Ordinal).SequenceEqual(y!.Order(StringComparer.Ordinal));

        public int GetHashCode(IEnumerable<string> obj) => 0;
    }
}
