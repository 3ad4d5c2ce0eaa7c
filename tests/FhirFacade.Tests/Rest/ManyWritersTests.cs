using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Consortium.Storage;

namespace Consortium.FhirFacade.Tests.Rest;

/// <summary>Many clients over HTTP at once, and transactions that fail half-way.</summary>
public sealed class ManyWritersTests
{
    private const int Writers = 64, Resources = 100, Increments = 5;

    [Theory, BothStores]
    public async Task SixtyFourClients_OnTheSameHundredResources_LoseNoUpdate(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        string all = string.Join(',', Enumerable.Range(0, Resources).Select(i => $$$"""{"request":{"method":"PUT","url":"Basic/c{{{i}}}"},"resource":{{{Counter(i, 0)}}}}"""));
        Answer made = await host.PostAsync("", $$"""{"resourceType":"Bundle","type":"transaction","entry":[{{all}}]}""");
        Assert.True(made.Status == 200, made.Text);

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            var random = new Random(writer);
            for (int done = 0; done < Increments;)
            {
                int resource = random.Next(Resources);
                Answer current = await host.GetAsync($"Basic/c{resource}");
                Answer written = await host.PutAsync($"Basic/c{resource}", Counter(resource, Value(current.Json) + 1), ("If-Match", current.ETag!));
                Assert.Contains(written.Status, new[] { 200, 412 });
                if (written.Status == 200) done++;
            }
        })));

        JsonElement[] stored = [.. (await host.GetAsync($"Basic?_count={Resources}")).Entries.Select(entry => entry.GetProperty("resource"))];
        Assert.Equal(Resources, stored.Length);
        Assert.All(stored, resource => Assert.Equal(Value(resource) + 1, int.Parse(resource.GetProperty("meta").GetProperty("versionId").GetString()!, CultureInfo.InvariantCulture)));
        Assert.Equal(Writers * Increments, stored.Sum(Value));
    }

    [Theory, BothStores]
    public async Task TransactionThatFailsAtItsFiveHundredthEntry_LeavesNothing(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Basic/c499", Counter(499, 7));
        var bundle = new StringBuilder("""{"resourceType":"Bundle","type":"transaction","entry":[""");
        for (int i = 0; i < 1000; i++)
        {
            string match = i == 499 ? ""","ifMatch":"W/\"9\"" """ : "";
            bundle.Append(CultureInfo.InvariantCulture, $$$"""{{{(i > 0 ? "," : "")}}}{"request":{"method":"PUT","url":"Basic/c{{{i}}}"{{{match}}}},"resource":{{{Counter(i, 1)}}}}""");
        }

        Answer answer = await host.PostAsync("", bundle.Append("]}").ToString());

        Assert.Equal((int)HttpStatusCode.PreconditionFailed, answer.Status);
        Assert.Contains("Bundle.entry[499]", answer.Text, StringComparison.Ordinal);
        Assert.Equal(["c499"], (await host.GetAsync("Basic")).Matches);
        Assert.Equal(7, Value((await host.GetAsync("Basic/c499")).Json));
        Assert.Equal(1, (await host.GetAsync("_history?_count=0")).Json.GetProperty("total").GetInt32());
        Assert.Empty((await host.GetAsync("Basic?code:text=1")).Matches);
    }

    private static string Counter(int resource, int value) =>
        $$$"""{"resourceType":"Basic","id":"c{{{resource.ToString(CultureInfo.InvariantCulture)}}}","code":{"text":"{{{value.ToString(CultureInfo.InvariantCulture)}}}"}}""";

    private static int Value(JsonElement resource) => int.Parse(resource.GetProperty("code").GetProperty("text").GetString()!, CultureInfo.InvariantCulture);
}
