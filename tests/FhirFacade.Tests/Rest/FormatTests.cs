using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using System.Xml.Linq;
using Consortium.Fhir;
using Consortium.Storage;

namespace Consortium.FhirFacade.Tests.Rest;

/// <summary>FHIR R4 http.html#mime-type, #parameters, #compression, xml.html: JSON and XML both ways, and compressed.</summary>
public sealed class FormatTests
{
    private const string Patient = """{"resourceType":"Patient","id":"p","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">王 <b>小</b> 明</div>"},"active":true,"birthDate":"1970-03-30","_birthDate":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/patient-birthTime","valueDateTime":"1970-03-30T08:00:00+08:00"}]}}""";
    private static readonly XNamespace Fhir = "http://hl7.org/fhir";

    [Theory, BothStores]
    public async Task Accept_DecidesTheFormat_ByQuality(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/p", Patient);

        foreach ((string accept, string type) in new[]
        {
            ("application/fhir+json", "application/fhir+json"), ("application/json", "application/json"), ("text/json", "text/json"), ("*/*", "application/fhir+json"),
            ("application/*", "application/fhir+json"), ("text/html,application/xhtml+xml,*/*;q=0.8", "application/fhir+json"), ("application/fhir+json; fhirVersion=4.0", "application/fhir+json"),
            ("application/json+fhir", "application/fhir+json"), ("application/fhir+xml", "application/fhir+xml"), ("application/xml", "application/xml"), ("text/xml", "text/xml"),
            ("application/xml;q=0.9,application/json;q=0.1", "application/xml"), ("application/fhir+xml;q=0.1, application/fhir+json", "application/fhir+json"),
            ("application/fhir+xml, application/fhir+json", "application/fhir+xml"), ("application/json;q=0, text/json;q=0, application/fhir+json;q=0, */*;q=0.5", "application/fhir+xml"),
        })
        {
            Answer answer = await host.GetAsync("Patient/p", ("Accept", accept));
            Assert.Equal((200, type + "; charset=utf-8"), (answer.Status, answer.ContentType));
        }

        foreach (string accept in new[] { "text/csv", "text/turtle", "application/fhir+json; fhirVersion=3.0", "application/json;q=0" })
        {
            (await host.GetAsync("Patient/p", ("Accept", accept))).ShouldFail(406, "not-supported");
        }
    }

    [Theory, BothStores]
    public async Task FormatParameter_GoesBeforeAccept(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/p", Patient);

        foreach (string format in new[] { "json", "text/json", "application/json", "application/fhir%2Bjson", "application/fhir+json", "application/fhir%2Bjson;fhirVersion=4.0" })
        {
            Assert.Equal(("application/fhir+json; charset=utf-8", 200), (await host.GetAsync($"Patient/p?_format={format}", ("Accept", "application/xml"))) is { } answer ? (answer.ContentType, answer.Status) : default);
        }

        foreach (string format in new[] { "xml", "text/xml", "application/xml", "application/fhir%2Bxml", "application/fhir+xml" })
        {
            Assert.Equal("application/fhir+xml; charset=utf-8", (await host.GetAsync($"Patient/p?_format={format}", ("Accept", "application/json"))).ContentType);
        }

        foreach (string format in new[] { "ttl", "html", "text/turtle", "nonsense", "application/fhir%2Bjson;fhirVersion=5.0" }) (await host.GetAsync($"Patient/p?_format={format}")).ShouldFail(406, "not-supported");
    }

    [Theory, BothStores]
    public async Task Xml_IsTakenAndGiven_AndStoredAsJson(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        string xml = Encoding.UTF8.GetString(FhirDocument.Parse(Encoding.UTF8.GetBytes(Patient)).ToXml());

        Answer put = await host.PutAsync("Patient/p", xml, ("Content-Type", "application/fhir+xml; charset=utf-8"), ("Accept", "application/fhir+xml"));
        Answer read = await host.GetAsync("Patient/p?_format=xml"), json = await host.GetAsync("Patient/p");
        Answer posted = await host.PostAsync("Patient", xml, ("Content-Type", "application/xml"));

        Assert.Equal((201, "W/\"1\""), (put.Status, put.ETag));
        Assert.Equal("Patient", XDocument.Parse(put.Text).Root!.Name.LocalName);
        Assert.Equal("1970-03-30", XDocument.Parse(read.Text).Root!.Element(Fhir + "birthDate")!.Attribute("value")!.Value);
        Assert.Equal("1970-03-30T08:00:00+08:00", json.Json.GetProperty("_birthDate").GetProperty("extension")[0].GetProperty("valueDateTime").GetString());
        Assert.Contains("王 <b>小</b> 明", json.Json.GetProperty("text").GetProperty("div").GetString(), StringComparison.Ordinal);
        Assert.Equal(201, posted.Status);
        Assert.Equal("application/fhir+json; charset=utf-8", posted.ContentType);
    }

    [Theory, BothStores]
    public async Task Xml_OfBundlesAndOutcomes_AndErrorsNameThePlaceInTheXml(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/p", Patient);

        foreach ((string path, string root) in new[] { ("Patient", "Bundle"), ("Patient/_history", "Bundle"), ("Patient/p/_history", "Bundle"), ("Patient/none", "OperationOutcome"), ("metadata", "CapabilityStatement"), ("Patient/p/$meta", "Parameters"), ("Patient/p/$receipt", "Parameters") })
        {
            Answer answer = await host.GetAsync(path, ("Accept", "application/fhir+xml"));
            Assert.Equal("application/fhir+xml; charset=utf-8", answer.ContentType);
            Assert.Equal(root, XDocument.Parse(answer.Text).Root!.Name.LocalName);
        }

        Answer invalid = await host.PostAsync("Patient", "<Patient xmlns=\"http://hl7.org/fhir\">\n  <gender value=\"unheard-of\"/>\n</Patient>", ("Content-Type", "application/fhir+xml"));
        Assert.Equal(422, invalid.Status);
        Assert.Contains("\"valueInteger\":2", invalid.Text, StringComparison.Ordinal);
        Assert.Equal(400, (await host.PostAsync("Patient", "<Patient xmlns=\"http://hl7.org/fhir\">", ("Content-Type", "application/fhir+xml"))).Status);
        Assert.Equal(400, (await host.PostAsync("Patient", "<!DOCTYPE x [<!ENTITY e \"y\">]><Patient xmlns=\"http://hl7.org/fhir\"/>", ("Content-Type", "application/fhir+xml"))).Status);
    }

    [Theory, BothStores]
    public async Task Pretty_Xml_IsIndented_AndTheNarrativeStays(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/p", Patient);

        string text = (await host.GetAsync("Patient/p?_format=xml&_pretty=true")).Text;

        Assert.Contains("\n  <active value=\"true\"", text, StringComparison.Ordinal);
        Assert.Contains("王 <b>小</b> 明", text, StringComparison.Ordinal);
        Assert.Equal("Patient", FhirDocument.ParseXml(Encoding.UTF8.GetBytes(text)).ResourceType);
    }

    [Theory, BothStores]
    public async Task Compression_IsGivenWhereAskedFor_AndTakenUpToTheLimit(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect, options => options with { MaxBodyBytes = 100_000 });
        string large = "{\"resourceType\":\"Patient\",\"id\":\"p\",\"name\":[{\"text\":\"" + new string('x', 5000) + "\"}]}";

        Assert.Equal(201, await PutAsync(host, large, "gzip"));
        Assert.Equal(200, await PutAsync(host, large, "br"));
        Assert.Equal(415, await PutAsync(host, large, "compress"));
        Assert.Equal(413, await PutAsync(host, "{\"resourceType\":\"Patient\",\"id\":\"p\",\"name\":[{\"text\":\"" + new string('x', 10_000_000) + "\"}]}", "gzip"));
        foreach ((string accept, string? coding) in new[] { ("gzip", "gzip"), ("br, gzip", "br"), ("gzip;q=1, br;q=0.5", "gzip"), ("identity", null), ("br;q=0", (string?)null), ("deflate", null) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{host.Base}/Patient/p");
            request.Headers.TryAddWithoutValidation("Accept-Encoding", accept);
            using HttpResponseMessage response = await host.Client.SendAsync(request);
            byte[] bytes = await response.Content.ReadAsByteArrayAsync();
            Assert.Equal(coding, response.Content.Headers.ContentEncoding.SingleOrDefault());
            using Stream stream = coding switch
            {
                "gzip" => new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress),
                "br" => new BrotliStream(new MemoryStream(bytes), CompressionMode.Decompress),
                _ => new MemoryStream(bytes),
            };
            Assert.Contains(new string('x', 5000), await new StreamReader(stream).ReadToEndAsync(), StringComparison.Ordinal);
        }
    }

    [Theory, BothStores]
    public async Task RequestId_ComesBack_OrIsGiven(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);

        Assert.Equal("a-1.b", await IdAsync("a-1.b"));
        Assert.Matches("^[0-9a-f]{32}$", await IdAsync(null));
        Assert.Matches("^[0-9a-f]{32}$", await IdAsync("<script>"));

        async Task<string> IdAsync(string? id)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{host.Base}/metadata");
            if (id is not null) request.Headers.TryAddWithoutValidation("X-Request-Id", id);
            using HttpResponseMessage response = await host.Client.SendAsync(request);
            return response.Headers.GetValues("X-Request-Id").Single();
        }
    }

    [Theory, BothStores]
    public async Task CrossOrigin_IsOffUnlessListed(Dialect dialect)
    {
        await using FacadeHost closed = await FacadeHost.StartAsync(dialect);
        await using FacadeHost open = await FacadeHost.StartAsync(dialect, options => options with { CorsOrigins = ["https://app.example"] });

        Assert.Null((await PreflightAsync(closed, "https://app.example")).Origin);
        Assert.Null((await PreflightAsync(open, "https://other.example")).Origin);
        (string? origin, string methods, int status) = await PreflightAsync(open, "https://app.example");
        Assert.Equal(("https://app.example", 204), (origin, status));
        Assert.Equal("GET, HEAD, PUT, PATCH, DELETE", methods);

        static async Task<(string? Origin, string Methods, int Status)> PreflightAsync(FacadeHost host, string origin)
        {
            using var request = new HttpRequestMessage(HttpMethod.Options, $"{host.Base}/Patient/p");
            request.Headers.TryAddWithoutValidation("Origin", origin);
            request.Headers.TryAddWithoutValidation("Access-Control-Request-Method", "PUT");
            using HttpResponseMessage response = await host.Client.SendAsync(request);
            return (response.Headers.TryGetValues("Access-Control-Allow-Origin", out var allowed) ? allowed.Single() : null,
                response.Headers.TryGetValues("Access-Control-Allow-Methods", out var verbs) ? string.Join(", ", verbs) : "", (int)response.StatusCode);
        }
    }

    [Theory, BothStores]
    public async Task Binary_ComesAndGoesAsItsContent(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);

        Answer posted = await host.PostAsync("Binary", "a,b\n1,2\n", ("Content-Type", "text/csv"), ("X-Security-Context", "Patient/p"));
        Answer resource = await host.GetAsync(posted.Location!, ("Accept", "application/fhir+json")), content = await host.GetAsync(posted.Location!.Split("/_history")[0]);

        Assert.Equal(201, posted.Status);
        Assert.Equal("Patient/p", resource.Json.GetProperty("securityContext").GetProperty("reference").GetString());
        Assert.Equal(("text/csv", "a,b\n1,2\n", "W/\"1\""), (content.ContentType, content.Text, content.ETag));
        (await host.GetAsync("Binary/none")).ShouldFail(404, "not-found");
        (await host.PostAsync("Patient", "a,b", ("Content-Type", "text/csv"))).ShouldFail(415, "not-supported");
    }

    private static async Task<int> PutAsync(FacadeHost host, string body, string coding)
    {
        var output = new MemoryStream();
        using (Stream stream = coding == "br" ? new BrotliStream(output, CompressionLevel.Fastest) : new GZipStream(output, CompressionLevel.Fastest)) stream.Write(Encoding.UTF8.GetBytes(body));
        using var request = new HttpRequestMessage(HttpMethod.Put, $"{host.Base}/Patient/p") { Content = new ByteArrayContent(output.ToArray()) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/fhir+json");
        request.Content.Headers.ContentEncoding.Add(coding);
        using HttpResponseMessage response = await host.Client.SendAsync(request);
        return (int)response.StatusCode;
    }
}
