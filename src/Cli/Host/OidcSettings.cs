using Consortium.FhirFacade;
using Microsoft.Extensions.Configuration;

namespace Consortium.Cli.Host;

/// <summary>Reads the keys below <c>Oidc:</c>: the hospital's identity provider and what its tokens mean (docs/access.md).</summary>
internal static class OidcSettings
{
    private const string Section = "Oidc";

    private static readonly string[] s_known =
    [
        "Issuer", "Audience", "MetadataAddress", "ClockSkewSeconds", "ScopeClaim", "RoleClaim", "PatientClaim", "RoleScopes", "RestrictedRoles", "RestrictedScopes",
        "BreakGlassRoles", "BreakGlassMinutes", "AuditRoles",
    ];

    /// <summary>The options; null where the site has no identity provider.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="publicUrl">The FHIR base: the audience where none is named.</param>
    /// <exception cref="CommandException">A key is missing, wrong or not known; the message names it.</exception>
    public static OidcOptions? Read(IConfiguration configuration, string publicUrl)
    {
        IConfigurationSection[] children = [.. configuration.GetSection(Section).GetChildren()];
        if (children.Length == 0) return null;
        if (children.FirstOrDefault(child => !s_known.Contains(child.Key, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            throw CommandException.Misunderstood($"Configuration key {unknown.Path} is not known; below {Section} there are {string.Join(", ", s_known)}.");
        }

        var keys = new ConfigurationReader(configuration);
        var otherwise = new OidcOptions { Issuer = keys.Required($"{Section}:Issuer", "the identity provider's issuer URL"), Audiences = [publicUrl.TrimEnd('/')] };
        OidcOptions options = otherwise with
        {
            Audiences = List(keys, "Audience") is { Length: > 0 } audiences ? audiences : otherwise.Audiences,
            MetadataAddress = keys.Optional($"{Section}:MetadataAddress"),
            ClockSkew = TimeSpan.FromSeconds(keys.Number($"{Section}:ClockSkewSeconds", (int)otherwise.ClockSkew.TotalSeconds)),
            ScopeClaim = keys.Optional($"{Section}:ScopeClaim") ?? otherwise.ScopeClaim,
            RoleClaim = keys.Optional($"{Section}:RoleClaim") ?? otherwise.RoleClaim,
            PatientClaim = keys.Optional($"{Section}:PatientClaim") ?? otherwise.PatientClaim,
            RoleScopes = configuration.GetSection($"{Section}:RoleScopes").GetChildren().ToDictionary(role => role.Key, role => role.Value ?? ""),
            RestrictedRoles = List(keys, "RestrictedRoles"),
            RestrictedScopes = List(keys, "RestrictedScopes"),
            BreakGlassRoles = List(keys, "BreakGlassRoles"),
            BreakGlassLife = TimeSpan.FromMinutes(keys.Number($"{Section}:BreakGlassMinutes", (int)otherwise.BreakGlassLife.TotalMinutes)),
            AuditRoles = List(keys, "AuditRoles"),
        };
        try
        {
            options.Validate();
        }
        catch (ArgumentException e)
        {
            throw CommandException.Misunderstood($"Configuration key {e.Message}");
        }

        return options;
    }

    private static string[] List(ConfigurationReader keys, string key) =>
        (keys.Optional($"{Section}:{key}") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
