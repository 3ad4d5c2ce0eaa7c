using Consortium.Adapters.Site;
using Microsoft.Extensions.Configuration;

namespace Consortium.Adapters.Tests.Foundations;

public sealed class SiteConfigurationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("site-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Without_a_folder_the_zone_is_Chinas_and_ids_are_unkeyed()
    {
        SiteConfiguration site = SiteConfiguration.Load(null);

        Assert.Equal(TimeSpan.FromHours(8), site.TimeZone.GetUtcOffset(new DateTime(2024, 7, 1, 0, 0, 0, DateTimeKind.Utc)));
        Assert.False(site.HasKey);
    }

    [Fact]
    public void A_site_file_is_read_whole()
    {
        Write("""
            {
              "name": "第一人民医院",
              "timeZone": "Asia/Urumqi",
              "siteKey": "0123456789abcdef0123456789abcdef",
              "medicalRecordSystem": "urn:oid:1.2.3.4",
              "identifierSystems": { "HOSP": "urn:oid:1.2.3.5" },
              "sources": { "lis": { "adapter": "hl7v2", "timeZone": "+05:00" } } // the laboratory is abroad
            }
            """);

        SiteConfiguration site = SiteConfiguration.Load(_folder);

        Assert.Equal("Asia/Urumqi", site.TimeZone.Id);
        Assert.True(site.HasKey);
        Assert.Equal("urn:oid:1.2.3.5", site.IdentifierSystems.OfAuthority("HOSP"));
        Assert.Equal("urn:oid:1.2.3.4", site.IdentifierSystems.MedicalRecordOf("lis"));
        Assert.Equal("hl7v2", site.Sources["lis"].Adapter);
        Assert.Equal(TimeSpan.FromHours(5), site.ContextFor("lis").TimeZone.BaseUtcOffset);
        Assert.Equal("Asia/Urumqi", site.ContextFor("his").TimeZone.Id);
    }

    [Theory]
    [InlineData("""{ "timezone": "Asia/Shanghai" }""", "timezone", "unknown key")]
    [InlineData("""{ "timeZone": "Shanghai" }""", "timeZone", "Asia/Shanghai")]
    [InlineData("""{ "timeZone": 8 }""", "timeZone", "text")]
    [InlineData("""{ "siteKey": "short" }""", "siteKey", "16")]
    [InlineData("""{ "identifierSystems": { "A": "not a uri" } }""", "identifierSystems.A", "absolute URI")]
    [InlineData("""{ "sources": { "lis": { "zone": "x" } } }""", "sources.lis.zone", "unknown key")]
    [InlineData("""{ "plugins": { "acme": { "minutes": 1 } } }""", "plugins.acme.minutes", "unknown key. Known: seconds, megabytes, concurrency")]
    [InlineData("""{ "plugins": { "acme": { "seconds": 601 } } }""", "plugins.acme.seconds", "a whole number from 1 to 600")]
    [InlineData("""{ "plugins": { "acme": { "megabytes": "512" } } }""", "plugins.acme.megabytes", "a whole number from 64 to 16384")]
    [InlineData("""{ "plugins": { "acme": 30 } }""", "plugins.acme", "an object")]
    [InlineData("{\n  \"name\": \n}", "line 3", "JSON")]
    [InlineData("""{ "name": "a", "name": "b" }""", "line 1", "JSON")]
    public void A_bad_value_is_refused_with_file_key_and_reason(string json, string key, string reason)
    {
        Write(json);

        SiteConfigurationException e = Assert.Throws<SiteConfigurationException>(() => SiteConfiguration.Load(_folder));

        Assert.Contains("site.json", e.Message, StringComparison.Ordinal);
        Assert.Contains(key, e.Message, StringComparison.Ordinal);
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_key_in_the_configuration_wins_over_the_file()
    {
        Write("""{ "siteKey": "0123456789abcdef0123456789abcdef" }""");
        IConfiguration configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { [SiteConfiguration.KeySetting] = "another key, long enough" }).Build();

        string fromFile = SiteConfiguration.Load(_folder).Ids.For("s", "Patient", "1");
        string fromConfiguration = SiteConfiguration.Load(_folder, configuration).Ids.For("s", "Patient", "1");

        Assert.NotEqual(fromFile, fromConfiguration);
    }

    private void Write(string json) => File.WriteAllText(Path.Combine(_folder, "site.json"), json);
}
