using System.Data.Common;
using System.Text.Json;
using Consortium.Fhir;
using Consortium.Storage;
using Dapper;

namespace Consortium.Adapters.Intake;

/// <summary>What became of a record: everything went on, or some of it waits in the quarantine.</summary>
/// <param name="Issues">The errors of what waits; empty where nothing does.</param>
internal sealed record RecordOutcome(IReadOnlyList<OutcomeIssue> Issues)
{
    /// <summary>Nothing of the record waits for a person.</summary>
    public bool IsGood => Issues.Count == 0;
}

/// <summary>Waits for the outcome of records, for the acknowledgements that tell it. Another process over the same store may be the one that settles them.</summary>
internal sealed class RecordOutcomes(Database database, IntakeJournal journal, TimeProvider time)
{
    private const int MostIssues = 10;
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(2);

    /// <summary>Completes when the record with this digest is settled.</summary>
    public async Task<RecordOutcome> WaitAsync(string digest, CancellationToken cancellationToken)
    {
        if (await ReadAsync(digest, cancellationToken).ConfigureAwait(false) is { } already) return already;
        try
        {
            while (true)
            {
                Task next = journal.Settled.NextAsync(digest); // before looking, so that nothing falls in between
                if (await ReadAsync(digest, cancellationToken).ConfigureAwait(false) is { } outcome) return outcome;
                using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                await Task.WhenAny(next, Task.Delay(LookAgain, time, stop.Token)).ConfigureAwait(false);
                await stop.CancelAsync().ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            journal.Settled.Forget(digest);
        }
    }

    private async Task<RecordOutcome?> ReadAsync(string digest, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        string? state = await connection.ExecuteScalarAsync<string?>("SELECT state FROM intake WHERE digest = @digest", new { digest }).ConfigureAwait(false);
        if (state == IntakeSchema.Published) return new RecordOutcome([]);
        if (state != IntakeSchema.Quarantined) return null;
        IEnumerable<string> outcomes = await connection.QueryAsync<string>(
            "SELECT outcome FROM quarantine WHERE digest = @digest ORDER BY record_index LIMIT @MostIssues", new { digest, MostIssues }).ConfigureAwait(false);
        return new RecordOutcome([.. outcomes.SelectMany(Errors).Take(MostIssues)]);
    }

    private static List<OutcomeIssue> Errors(string outcome)
    {
        using JsonDocument document = JsonDocument.Parse(outcome);
        var errors = new List<OutcomeIssue>();
        foreach (JsonElement issue in document.RootElement.GetProperty("issue").EnumerateArray())
        {
            if (issue.GetProperty("severity").GetString() is not ("error" or "fatal")) continue;
            errors.Add(new OutcomeIssue(
                IssueSeverity.Error, issue.GetProperty("code").GetString() ?? "processing", Text(issue, "diagnostics") ?? "",
                issue.TryGetProperty("expression", out JsonElement expression) && expression.GetArrayLength() > 0 ? expression[0].GetString() : null));
        }

        return errors;
    }

    private static string? Text(JsonElement issue, string name) => issue.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
}
