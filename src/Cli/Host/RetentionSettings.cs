using Consortium.Fhir;
using Consortium.FhirFacade;
using Microsoft.Extensions.Configuration;

namespace Consortium.Cli.Host;

/// <summary>Reads the site's retention rules: <c>"Retention": [{"Type": "Appointment", "Days": 3650, "Status": "cancelled,noshow", "Basis": "retention"}]</c>.</summary>
internal static class RetentionSettings
{
    private const int MostDays = 36_500;

    /// <summary>The rules; empty where there are none.</summary>
    /// <exception cref="CommandException">A rule cannot be meant; the message names its key.</exception>
    public static IReadOnlyList<RetentionRule> Read(IConfiguration configuration, ConfigurationProblems problems)
    {
        var keys = new ConfigurationReader(configuration);
        _ = keys.Optional("Retention"); // the section is known, whether it has rules or not
        return [.. configuration.GetSection("Retention").GetChildren().Select(section => problems.Try(() => ReadRule(keys, section.Path + ":"))).OfType<RetentionRule>()];
    }

    private static RetentionRule ReadRule(ConfigurationReader keys, string prefix)
    {
        string type = keys.Required(prefix + "Type", "a FHIR resource type");
        if (!FhirR4.IsResourceType(type)) throw ConfigurationReader.Wrong(prefix + "Type", "a FHIR R4 resource type, such as Appointment");
        if (type == "AuditEvent") throw ConfigurationReader.Wrong(prefix + "Type", "another type than AuditEvent: what was done to records is kept");
        _ = keys.Required(prefix + "Days", "how many days a record is kept after its last change");
        string basis = keys.Optional(prefix + "Basis") ?? "retention";
        if (basis.Length > 40 || !basis.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-')) throw ConfigurationReader.Wrong(prefix + "Basis", "a code of at most 40 lower-case letters, digits, dots and hyphens");
        return new RetentionRule(type, TimeSpan.FromDays(keys.Number(prefix + "Days", 0, 1, MostDays)), basis)
        {
            Statuses = (keys.Optional(prefix + "Status") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
        };
    }
}
