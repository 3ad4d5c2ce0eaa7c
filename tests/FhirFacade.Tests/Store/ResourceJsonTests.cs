using System.Text;
using System.Text.Json;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.Tests.Store;

/// <summary>Stamping id, version and time into the bytes without touching anything else.</summary>
public sealed class ResourceJsonTests
{
    private const string Stamped = "\"versionId\":\"3\",\"lastUpdated\":\"1970-01-01T00:00:01.500Z\"";

    [Theory]
    [InlineData("""{"resourceType":"Patient"}""", """{"resourceType":"Patient","id":"x","meta":{@}}""")]
    [InlineData("""{"resourceType":"Patient","id":"x"}""", """{"resourceType":"Patient","meta":{@},"id":"x"}""")]
    [InlineData("""{"id":"old","resourceType":"Patient"}""", """{"id":"x","resourceType":"Patient","meta":{@}}""")]
    [InlineData("""{"meta":{},"id":"x","resourceType":"Patient"}""", """{"meta":{@},"id":"x","resourceType":"Patient"}""")]
    [InlineData("""{"meta":{"versionId":"1"},"resourceType":"Patient"}""", """{"meta":{@},"resourceType":"Patient","id":"x"}""")]
    [InlineData(
        """{"resourceType":"Patient","meta":{"profile":["a", "b"],"lastUpdated":"2000-01-01T00:00:00Z","versionId":"9","tag":[{"code":"\u4e2d"}]},"text":{"div":"<p>1.0</p>"}, "n":1.00 }""",
        """{"resourceType":"Patient","id":"x","meta":{@,"profile":["a", "b"],"tag":[{"code":"\u4e2d"}]},"text":{"div":"<p>1.0</p>"}, "n":1.00 }""")]
    [InlineData(
        """ { "resourceType" : "Patient" , "contained":[{"id":"c","meta":{"versionId":"7"}}] } """,
        """ { "resourceType" : "Patient","id":"x","meta":{@} , "contained":[{"id":"c","meta":{"versionId":"7"}}] } """)]
    public void Stamp_KeepsEverythingElse(string json, string expected)
    {
        byte[] stamped = ResourceJson.Read(Encoding.UTF8.GetBytes(json)).Stamp("x", 3, 1500);

        Assert.Equal(expected.Replace("@", Stamped, StringComparison.Ordinal), Encoding.UTF8.GetString(stamped));
    }

    [Fact]
    public void Stamp_Twice_GivesTheSameBytes()
    {
        byte[] once = ResourceJson.Read("""{"resourceType":"Patient","meta":{"source":"a"},"active":true}"""u8.ToArray()).Stamp("x", 3, 1500);

        Assert.Equal(once, ResourceJson.Read(once).Stamp("x", 3, 1500));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"resourceType":"Patient"} {}""")]
    [InlineData("""{"resourceType":"Patient","id":"a","id":"b"}""")]
    [InlineData("""{"resourceType":"Patient","resourceType":"Basic"}""")]
    [InlineData("""{"resourceType":"Patient","meta":{},"meta":{}}""")]
    [InlineData("""{"resourceType":7}""")]
    [InlineData("""{"resourceType":"Patient","meta":[]}""")]
    [InlineData("""{"resourceType":"Patient",}""")]
    [InlineData("""{"resourceType":"Patient" """)]
    public void Read_WhatIsNoResource_Throws(string json) => Assert.ThrowsAny<JsonException>(() => ResourceJson.Read(Encoding.UTF8.GetBytes(json)));
}
