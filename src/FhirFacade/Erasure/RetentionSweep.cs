using System.Data.Common;
using Consortium.FhirFacade.Search.Parameters;
using Consortium.FhirFacade.Search.Sql;
using Consortium.FhirFacade.Store;
using Consortium.Storage;
using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consortium.FhirFacade.Erasure;

/// <summary>
/// Erases by the site's retention rules: once at start and once a day, in portions, each with its AuditEvent. A record under legal hold is left, and looked at again the next day.
/// </summary>
internal sealed class RetentionSweep(Database database, RecordEraser eraser, StoreCleaning cleaning, FacadeOptions options, TimeProvider time, ILogger<RetentionSweep> logger) : BackgroundService
{
    private const int Portion = 200;
    private static readonly TimeSpan Rhythm = TimeSpan.FromDays(1);

    /// <summary>Erases all that is due now; returns how many versions that were.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        int erased = 0;
        foreach (RetentionRule rule in options.Retention)
        {
            for (long after = 0; ;)
            {
                (long Key, string Id)[] due = await DueAsync(rule, after, cancellationToken).ConfigureAwait(false);
                if (due.Length == 0) break;
                after = due[^1].Key;
                erased += await EraseAsync(rule, [.. due.Select(one => new ErasureTarget(new RecordKey(rule.Type, one.Id)))], cancellationToken).ConfigureAwait(false);
            }
        }

        if (erased == 0) return 0;
        await cleaning.RunAsync(CancellationToken.None).ConfigureAwait(false);
        logger.LogInformation("{Count} versions were erased by the site's retention rules.", erased);
        return erased;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Retention.Count == 0) return;
        using var timer = new PeriodicTimer(Rhythm, time);
        do
        {
            try
            {
                await RunAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (DbException e)
            {
                logger.LogWarning("The retention rules could not be applied ({Reason}); they are tried again tomorrow, or at the next start.", e.GetType().Name);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }

    private async Task<int> EraseAsync(RetentionRule rule, IReadOnlyList<ErasureTarget> targets, CancellationToken cancellationToken)
    {
        try
        {
            return (await eraser.EraseAsync(new ErasureRequest(targets, rule.Basis, "retention") { DefersCleaning = true }, cancellationToken).ConfigureAwait(false)).Versions;
        }
        catch (LegalHoldException) when (targets.Count == 1)
        {
            return 0;
        }
        catch (LegalHoldException)
        {
            int erased = 0;
            foreach (ErasureTarget target in targets) erased += await EraseAsync(rule, [target], cancellationToken).ConfigureAwait(false);
            return erased;
        }
    }

    private async Task<(long Key, string Id)[]> DueAsync(RetentionRule rule, long after, CancellationToken cancellationToken)
    {
        var parameters = new SqlParameters();
        string where = $"r.type = {parameters.Add(rule.Type)} AND r.key > {parameters.Add(after)} AND r.updated_at < {parameters.Add((time.GetUtcNow() - rule.Age).ToUnixTimeMilliseconds())} AND length(v.secret) > 0";
        if (rule.Statuses.Count > 0)
        {
            if (SearchCatalog.R4.Find(rule.Type, "status") is not { } status) return [];
            where += $" AND EXISTS (SELECT 1 FROM search_token s WHERE s.key = r.key AND {parameters.IsOf("s", status.Number)} AND s.code IN {parameters.List(rule.Statuses)})";
        }

        await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        return [.. await connection.QueryAsync<(long, string)>(new CommandDefinition(
            $"SELECT r.key, r.id FROM resource r JOIN resource_version v ON v.type = r.type AND v.id = r.id AND v.version = r.version WHERE {where} ORDER BY r.key LIMIT {Portion}",
            parameters.Values, cancellationToken: cancellationToken)).ConfigureAwait(false)];
    }
}
