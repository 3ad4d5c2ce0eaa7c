using System.Text.Json;
using Consortium.Adapters;
using Consortium.Adapters.Intake;
using Consortium.Adapters.Plugins;
using Consortium.Adapters.Site;
using Consortium.Adapters.Table.Sql;
using Consortium.Cli.Page;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Consortium.Cli.Host;

/// <summary>The intake's part of a hospital's host.</summary>
internal static class IntakeComposition
{
    /// <summary>Adds journal, converter, quarantine and listeners.</summary>
    /// <exception cref="CommandException">The site folder cannot be used.</exception>
    public static void Add(IServiceCollection services, HospitalOptions options, StoreUrls stores)
    {
        SiteConfiguration site = LoadSite(options);
        PluginCatalog plugins = SiteFolder.Plugins(site);
        plugins.Watch(notice => Output.Say($"consortium: {notice}"));
        services.AddHostedService(_ => new PluginLifetime(plugins));
        services.AddIntake(new IntakeOptions
        {
            Store = stores.Intake,
            Site = site,
            Adapters = AdapterRegistry.ForSite(site, plugins, notice => Output.Say($"consortium: {notice}")),
            Keys = LoadKeys(options.Intake),
            Retention = options.Intake.Retention,
            DataFolder = options.State,
            MinFreeDiskBytes = options.Intake.MinFreeDiskBytes,
            MaxPending = options.Intake.MaxPending,
            MaxRecordBytes = options.Intake.MaxRecordBytes,
            Mllp = options.Intake.Mllp,
            FileDrops = options.Drop is { } folder ? [new FileDropOptions { Source = options.Name, Folder = folder }] : [],
            Queries = LoadQueries(options),
            ApiToken = options.IntakeToken,
        });
    }

    public static void Map(WebApplication app) => app.MapIntake();

    /// <summary>The intake's counts, and the parts that have waited longest in quarantine; null where this process has no intake.</summary>
    public static async Task<IntakeSection?> ReadAsync(IServiceProvider services, int lines, CancellationToken cancellationToken)
    {
        if (services.GetService<IntakeStatus>() is not { } status) return null;
        IReadOnlyList<SourceStatus> sources = await status.BySourceAsync(cancellationToken);
        IReadOnlyList<QuarantinedRecord> waiting = await services.GetRequiredService<Quarantine>().ListAsync(null, lines, default, cancellationToken);
        return new IntakeSection(
            sources.Sum(s => s.Received), sources.Sum(s => s.Pending), sources.Sum(s => s.Published), sources.Sum(s => s.Quarantined),
            [.. waiting.Select(r => new QuarantineLine(r.Digest, r.QuarantinedAt, r.Source, r.ControlId, r.Place, Reason(r.OutcomeJson)))]);
    }

    private static JournalKeys LoadKeys(IntakeSettings settings)
    {
        bool isNew = !File.Exists(settings.KeyFile);
        byte[] key = LocalKeys.ReadOrCreate("IntakeKeyFile", settings.KeyFile);
        if (isNew || !settings.IsKeyFileNamed)
        {
            Output.Say(
                $"consortium: {(isNew ? "a new key of the intake journal was made" : "the key of the intake journal lies")} in {settings.KeyFile}" +
                $"{(settings.IsKeyFileNamed ? "" : ", beside the data that it seals")}. Move it to a place of its own, name it in IntakeKeyFile, and keep a copy apart from the backup of the data.");
        }

        return new JournalKeys(key, settings.PreviousKeyFiles.Select(file => File.Exists(file)
            ? LocalKeys.ReadOrCreate("IntakePreviousKeyFile", file)
            : throw CommandException.Misunderstood($"Configuration key IntakePreviousKeyFile: {file}: no such file.")));
    }

    private static IReadOnlyList<QueryOptions> LoadQueries(HospitalOptions options)
    {
        try
        {
            return QueryFiles.Read(options.Site, Environment.GetEnvironmentVariable);
        }
        catch (SiteConfigurationException e)
        {
            throw CommandException.Misunderstood($"Configuration key Site: {e.Message}");
        }
    }

    private static SiteConfiguration LoadSite(HospitalOptions options)
    {
        string key = Convert.ToHexStringLower(LocalKeys.ReadOrCreate("SiteKeyFile", options.SiteKeyFile));
        try
        {
            return SiteConfiguration.Load(options.Site, new ConfigurationBuilder().AddInMemoryCollection([new(SiteConfiguration.KeySetting, key)]).Build());
        }
        catch (SiteConfigurationException e)
        {
            throw CommandException.Misunderstood($"Configuration key Site: {e.Message}");
        }
    }

    /// <summary>The first error's words; adapters keep patient data out of them.</summary>
    private static string Reason(string outcome)
    {
        using JsonDocument document = JsonDocument.Parse(outcome);
        return document.RootElement.GetProperty("issue").EnumerateArray()
            .Where(issue => issue.GetProperty("severity").GetString() is "error" or "fatal")
            .Select(issue => issue.TryGetProperty("diagnostics", out JsonElement diagnostics) ? diagnostics.GetString() : null)
            .FirstOrDefault(text => text is not null) ?? "";
    }
}
