using Consortium.FhirFacade.Tests.Rest;
using Consortium.Storage;

namespace Consortium.FhirFacade.Tests.Search;

/// <summary>Full-text search: _text and _content (FHIR R4 search.html#text), Chinese among it.</summary>
public sealed class TextSearchTests
{
    private static readonly string[] s_resources =
    [
        """{"resourceType":"Condition","id":"c1","subject":{"reference":"Patient/secretname"},"text":{"status":"additional","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>Metastases in the <b>bone</b>marrow &amp; spine.<!-- hidden --></p></div>"},"code":{"text":"Prostate carcinoma","coding":[{"system":"http://example.org/codes","code":"C61"}]}}""",
        """{"resourceType":"Condition","id":"c2","subject":{"reference":"Patient/x"},"text":{"status":"additional","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">Liver: métastases</div>"},"code":{"text":"Colon carcinoma"}}""",
        """{"resourceType":"Condition","id":"c3","subject":{"reference":"Patient/x"},"text":{"status":"additional","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">患者有2型糖尿病史，血糖升高。liver</div>"},"code":{"text":"糖尿病"},"note":[{"text":"COVID-19 in 2020; no bone involvement"}]}""",
        """{"resourceType":"Condition","id":"c4","subject":{"reference":"Patient/x"},"code":{"text":"尿糖阳性，疑糖尿；病"},"note":[{"text":"end of one"},{"text":"text begins another"}]}""",
        """{"resourceType":"Medication","id":"m1","contained":[{"resourceType":"Substance","id":"s","code":{"text":"Ibuprofen ＬＹＳＩＮＥ"}}],"ingredient":[{"itemReference":{"reference":"#s"}}]}""",
    ];

    [Theory, BothStores]
    public async Task Words_OfTheNarrative_AndOfTheWholeResource(Dialect dialect)
    {
        await using FacadeHost host = await SearchSample.StartAsync(dialect, s_resources);

        await SearchSample.FindsAsync(host, """
            Condition?_text=metastases                                   c1 c2
            Condition?_text=METASTASES                                   c1 c2
            Condition?_text=(bone%20OR%20liver)%20and%20metastases       c1 c2
            Condition?_text=bone%20OR%20liver%20and%20metastases         c1 c2
            Condition?_text=bone,liver                                   c1 c2 c3
            Condition?_text=liver%20NOT%20metastases                     c3
            Condition?_text=NOT%20metastases                             c3 c4
            Condition?_text=metasta*                                     c1 c2
            Condition?_text=metasta
            Condition?_text="bone%20marrow"                              c1
            Condition?_text="marrow%20bone"
            Condition?_text=bonemarrow
            Condition?_text=hidden
            Condition?_text=div
            Condition?_text=carcinoma
            Condition?_content=carcinoma                                 c1 c2
            Condition?_content=carcinoma%20bone                          c1
            Condition?_content=bone                                      c1 c3
            Condition?_content=c61                                       c1
            Condition?_content=covid-19                                  c3
            Condition?_content="19%20covid"
            Condition?_content=secretname
            Condition?_content=example
            Condition?_content="one%20text"
            Condition?_content="text%20begins"                           c4
            Condition?_content=carcinoma&_text=liver                     c2
            Condition?_content=carcinoma&_sort=-_id                      c2 c1
            Medication?_content=lysine                                   m1
            Condition?_content=lysine
            ?_content=ibuprofen                                          m1
            Condition?_content=carcinoma&_count=1                        c1 c2
            """);
        Assert.Equal(2, (await host.GetAsync("Condition?_content=carcinoma&_summary=count")).Json.GetProperty("total").GetInt32());
    }

    [Theory, BothStores]
    public async Task Chinese_IsFoundWhereverItStands_AndOnlyAsItIsWritten(Dialect dialect)
    {
        await using FacadeHost host = await SearchSample.StartAsync(dialect, s_resources);

        await SearchSample.FindsAsync(host, """
            Condition?_text=糖尿病            c3
            Condition?_text=糖尿              c3
            Condition?_text=尿病史            c3
            Condition?_text=血                c3
            Condition?_text=高                c3
            Condition?_text=史                c3
            Condition?_text=2型糖尿病         c3
            Condition?_text=病糖
            Condition?_content=糖尿病          c3
            Condition?_content=糖             c3 c4
            Condition?_content=糖尿            c3 c4
            Condition?_content=病             c3 c4
            Condition?_content=糖尿%20NOT%20升高   c4
            """);
    }

    [Theory, BothStores]
    public async Task Words_FollowEachVersion(Dialect dialect)
    {
        await using FacadeHost host = await SearchSample.StartAsync(dialect, s_resources);
        await SearchSample.PutAsync(host, s_resources[1].Replace("Liver", "Kidney", StringComparison.Ordinal));
        await host.DeleteAsync("Condition/c3");

        await SearchSample.FindsAsync(host, """
            Condition?_text=kidney     c2
            Condition?_text=liver
            Condition?_content=糖      c4
            """);
    }

    [Theory, BothStores]
    public async Task PhrasesOfALongText_AreFoundAtEverySeamOfTheIndex(Dialect dialect)
    {
        string text = string.Join(' ', Enumerable.Range(0, 9000).Select(i => $"w{i}"));
        await using FacadeHost host = await SearchSample.StartAsync(dialect, $$$"""{"resourceType":"Basic","id":"b","code":{"text":"{{{text}}}"}}""");

        foreach (int at in new[] { 0, 1937, 1938, 1939, 1940, 1941, 1998, 1999, 2000, 3878, 3880, 8990 })
        {
            Assert.Equal(["b"], await SearchSample.IdsAsync(host, $"Basic?_content=\"{string.Join("%20", Enumerable.Range(at, 10).Select(i => $"w{i}"))}\""));
        }

        Assert.Equal(["b"], await SearchSample.IdsAsync(host, "Basic?_content=w3%20w8999"));
        Assert.Empty(await SearchSample.IdsAsync(host, "Basic?_content=w9000"));
    }

    [Theory, BothStores]
    public async Task WrongQueries_AreErrors_AndNoSyntaxOfTheDatabaseGetsThrough(Dialect dialect)
    {
        await using FacadeHost host = await SearchSample.StartAsync(dialect, s_resources);

        foreach (string wrong in new[] { "(bone", "bone)", "\"bone", "AND", "bone OR", "!!", "NOT", "()", new string('(', 30) + "a" + new string(')', 30), string.Join(' ', Enumerable.Repeat("a", 100)) })
        {
            Answer answer = (await host.GetAsync($"Condition?_text={Uri.EscapeDataString(wrong)}")).ShouldFail(400, "value");
            Assert.DoesNotContain("bone", answer.Text, StringComparison.Ordinal);
        }

        foreach (string hostile in new[] { "words:bone", "bone'", "NEAR(bone spine)", "bone & !spine", "^bone", "bone:*", "{words}:bone", "' | 'x", "bone\\\\", "rank", "¦" })
        {
            Assert.Contains((await host.GetAsync($"Condition?_text={Uri.EscapeDataString(hostile)}")).Status, new[] { 200, 400 });
        }

        (await host.GetAsync("Condition?_text:exact=x")).ShouldFail(400, "not-supported");
        Assert.Empty(await SearchSample.IdsAsync(host, "Condition?_content=" + Uri.EscapeDataString("b* ¦x")));
    }
}
