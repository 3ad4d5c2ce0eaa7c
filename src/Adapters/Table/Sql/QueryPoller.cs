using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Consortium.Adapters.Intake;
using Consortium.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consortium.Adapters.Table.Sql;

/// <summary>
/// Asks a query again and again and gives its new rows to the intake journal, as one table a look. Rows with one watermark are never parted. What has been
/// taken is kept beside the journal: nothing is missed and nothing taken twice over a restart, also where it comes between two commits.
/// </summary>
internal sealed class QueryPoller(QueryOptions query, Database database, IntakeJournal journal, TimeProvider time, ILogger<QueryPoller> logger) : BackgroundService
{
    private const int MostRowsOfOneWatermark = 100_000;

    private readonly QueryStates _states = new(database);
    private bool _isReady;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(query.Every, time);
        do
        {
            try
            {
                await journal.Gate.WaitAsync(stoppingToken).ConfigureAwait(false);
                while (await PollAsync(stoppingToken).ConfigureAwait(false) > 0)
                {
                    await journal.Gate.WaitAsync(stoppingToken).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (QueryFaultException e)
            {
                logger.LogError("The query {Query} cannot be used: {Reason}", query.Name, e.Message);
            }
            catch (Exception e) when (e is DbException or IOException or InvalidOperationException or TimeoutException)
            {
                // A database's message may hold what it was asked for.
                logger.LogWarning("The database of query {Query} or the journal failed ({Failure}); it is asked again.", query.Name, e.GetType().Name);
            }
        }
        while (await WaitAsync(timer, stoppingToken).ConfigureAwait(false));
    }

    /// <summary>Looks once; gives how many rows were taken.</summary>
    internal async Task<int> PollAsync(CancellationToken cancellationToken)
    {
        if (!_isReady)
        {
            await _states.InitializeAsync(cancellationToken).ConfigureAwait(false);
            _isReady = true;
        }

        QueryState state = await StateAsync(cancellationToken).ConfigureAwait(false);
        (string? header, List<QueryRow> rows) = await AskAsync(state, cancellationToken).ConfigureAwait(false);
        if (rows.Count == 0) return 0;

        byte[] bytes = Encoding.UTF8.GetBytes(string.Concat(rows.Select(row => row.Text + "\r\n").Prepend(header + "\r\n")));
        QueryState next = Next(state, rows);
        await _states.AnnounceAsync(query.Name, state, System.Convert.ToHexStringLower(SHA256.HashData(bytes)), next, cancellationToken).ConfigureAwait(false);
        await journal.AcceptAsync(bytes, query.Source, query.Name + ".csv", cancellationToken).ConfigureAwait(false);
        await _states.SaveAsync(query.Name, next, cancellationToken).ConfigureAwait(false);
        return rows.Count;
    }

    // A step that was announced is finished where the journal has its record, and begun anew where it has not.
    private async Task<QueryState> StateAsync(CancellationToken cancellationToken)
    {
        if (await _states.LoadAsync(query.Name, cancellationToken).ConfigureAwait(false) is not { } kept) return new QueryState(query.Start, new Dictionary<string, string>());
        if (kept.Announced is null) return kept.State;
        QueryState state = await journal.FindAsync(kept.Announced, cancellationToken).ConfigureAwait(false) is null ? kept.State : kept.Next!;
        await _states.SaveAsync(query.Name, state, cancellationToken).ConfigureAwait(false);
        return state;
    }

    private async Task<(string? Header, List<QueryRow> Rows)> AskAsync(QueryState state, CancellationToken cancellationToken)
    {
        (DbConnection connection, DbTransaction transaction) = await QueryConnection.OpenAsync(query.Connection, cancellationToken).ConfigureAwait(false);
        await using (connection)
        await using (transaction)
        {
            await using DbCommand command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = query.Sql;
            command.CommandTimeout = (int)query.Timeout.TotalSeconds;
            DbParameter parameter = command.CreateParameter();
            parameter.ParameterName = "@watermark";
            parameter.Value = Watermark.Parameter(query.Type, state.Watermark, query.Overlap);
            command.Parameters.Add(parameter);
            await using DbDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            var answer = new QueryRows(reader, query);
            var rows = new List<QueryRow>();
            var seen = new HashSet<string>(StringComparer.Ordinal);
            string? last = null;
            while (await answer.NextAsync(cancellationToken).ConfigureAwait(false) is { } row)
            {
                if (last is not null && Watermark.Compare(query.Type, row.Watermark, last) < 0) throw new QueryFaultException($"its rows are not in the order of {query.Watermark}; ORDER BY it, or rows would be passed over.");
                if (rows.Count >= query.MostRows && row.Watermark != last) break;
                last = row.Watermark;
                if (state.Taken.ContainsKey(row.Digest) || !seen.Add(row.Digest)) continue;
                rows.Add(row);
                if (rows.Count > query.MostRows + MostRowsOfOneWatermark) throw new QueryFaultException($"more than {MostRowsOfOneWatermark} rows have one {query.Watermark}, and rows with one watermark are not parted. Take a finer watermark.");
            }

            return (answer.Header, rows);
        }
    }

    // The rows of the last watermark, and of the overlap before it, will be seen again; their digests say that they are known.
    private QueryState Next(QueryState state, List<QueryRow> rows)
    {
        string latest = rows[^1].Watermark;
        if (Watermark.Compare(query.Type, state.Watermark, latest) > 0) latest = state.Watermark;
        object from = Watermark.Parameter(query.Type, latest, query.Overlap);
        string edge = Watermark.Of(query.Type, from) ?? latest;
        var taken = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string digest, string watermark) in state.Taken.Concat(rows.Select(row => KeyValuePair.Create(row.Digest, row.Watermark))))
        {
            if (Watermark.Compare(query.Type, watermark, edge) >= 0) taken[digest] = watermark;
        }

        return new QueryState(latest, taken);
    }

    private static async ValueTask<bool> WaitAsync(PeriodicTimer timer, CancellationToken cancellationToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
