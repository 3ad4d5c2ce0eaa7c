using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.Audit;

/// <summary>What came of one challenge.</summary>
internal enum ChallengeOutcome
{
    Answered,
    Missing,
    Erased,
    Refused,
    Damaged,
    Unreachable,
}

/// <summary>A custodian's reaction to one challenge.</summary>
internal sealed record ChallengeReply(ChallengeOutcome Outcome, byte[] Body, string Detail)
{
    /// <summary>How long the custodian wants the asker to wait (429 with <c>Retry-After</c>); null where it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>Asks custodians for their records under the regulator's own identity.</summary>
internal sealed class CustodianClient(ReplayOptions options, ulong chainId, HttpClient http, TimeProvider time)
{
    /// <summary>A custodian that limits its callers' rate is asked again this often; it answers, only not at once.</summary>
    private const int MostWaits = 60;

    private static readonly TimeSpan TokenLife = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    /// <summary>Asks for one record; asks again where no answer came.</summary>
    public Task<ChallengeReply> AskAsync(Uri endpoint, Address audience, Tag128 recordId, CancellationToken cancellationToken) => AskAsync(endpoint, audience, [recordId], cancellationToken);

    /// <summary>Asks for several records in one call; null where the custodian's answer is not one for several.</summary>
    public async Task<IReadOnlyList<ChallengeReply>?> AskManyAsync(Uri endpoint, Address audience, IReadOnlyList<Tag128> recordIds, CancellationToken cancellationToken)
    {
        ChallengeReply whole = await AskAsync(endpoint, audience, recordIds, cancellationToken).ConfigureAwait(false);

        // Away, or no right at all: the same holds for each.
        if (whole.Outcome is ChallengeOutcome.Unreachable) return [.. recordIds.Select(_ => whole)];
        return whole.Outcome == ChallengeOutcome.Answered ? Parts(whole.Body, recordIds) : null;
    }

    // Each record's own answer, in the order in which they were asked for; null where one is missing or the answer has another form.
    private static ChallengeReply[]? Parts(byte[] body, IReadOnlyList<Tag128> recordIds)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            var replies = new Dictionary<Tag128, ChallengeReply>();
            foreach (JsonElement record in document.RootElement.GetProperty("parameter").EnumerateArray())
            {
                if (record.GetProperty("name").GetString() != "record") return null;
                Dictionary<string, JsonElement> parts = record.GetProperty("part").EnumerateArray().ToDictionary(part => part.GetProperty("name").GetString()!, StringComparer.Ordinal);
                int status = parts["status"].GetProperty("valueDecimal").GetInt32();
                JsonElement answer = (parts.TryGetValue("answer", out JsonElement given) ? given : parts["outcome"]).GetProperty("resource");
                replies[Tag128.Parse(parts["recordId"].GetProperty("valueString").GetString()!)] =
                    new ChallengeReply(Outcome((HttpStatusCode)status), Encoding.UTF8.GetBytes(answer.GetRawText()), $"The custodian answered with HTTP status {status}.");
            }

            return recordIds.All(replies.ContainsKey) ? [.. recordIds.Select(id => replies[id])] : null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    private Task<ChallengeReply> AskAsync(Uri endpoint, Address audience, IReadOnlyList<Tag128> recordIds, CancellationToken cancellationToken)
    {
        string question = $$"""{"resourceType":"Parameters","parameter":[{{string.Join(',', recordIds.Select(id => $$"""{"name":"recordId","valueString":"{{id}}"}"""))}}]}""";
        return RepeatAsync(() => SendAsync(HttpMethod.Post, endpoint.AbsoluteUri.TrimEnd('/') + "/$disclose", question, audience, cancellationToken), cancellationToken);
    }

    private async Task<ChallengeReply> RepeatAsync(Func<Task<ChallengeReply>> ask, CancellationToken cancellationToken)
    {
        for (int attempt = 0, waits = 0; ; attempt++)
        {
            ChallengeReply reply = await ask().ConfigureAwait(false);
            if (reply.RetryAfter is { } wait && waits++ < MostWaits)
            {
                attempt--;
                await Task.Delay(wait < LongestWait ? wait : LongestWait, time, cancellationToken).ConfigureAwait(false);
                continue;
            }

            if (reply.Outcome != ChallengeOutcome.Unreachable || attempt >= options.Retries) return reply;
            await Task.Delay(options.RetryDelay, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A page of what the custodian says it holds; asks again where no answer came.</summary>
    /// <param name="endpoint">Its FHIR base.</param>
    /// <param name="audience">Its name.</param>
    /// <param name="after">The <c>next</c> of the page before; empty for the first.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<InventoryPage> InventoryAsync(Uri endpoint, Address audience, string after, CancellationToken cancellationToken)
    {
        string url = endpoint.AbsoluteUri.TrimEnd('/') + "/$inventory" + (after.Length == 0 ? "" : "?_after=" + Uri.EscapeDataString(after));
        ChallengeReply reply = await RepeatAsync(() => SendAsync(HttpMethod.Get, url, null, audience, cancellationToken), cancellationToken).ConfigureAwait(false);
        if (reply.Outcome != ChallengeOutcome.Answered) return new InventoryPage(reply.Outcome, reply.Detail, [], null);
        try
        {
            using JsonDocument document = JsonDocument.Parse(reply.Body);
            var records = new List<(Tag128, DateTimeOffset)>();
            string? next = null;
            if (document.RootElement.TryGetProperty("parameter", out JsonElement parameters))
            {
                foreach (JsonElement parameter in parameters.EnumerateArray())
                {
                    if (parameter.GetProperty("name").GetString() == "next") next = parameter.GetProperty("valueString").GetString();
                    else records.Add((Tag128.Parse(parameter.GetProperty("part")[0].GetProperty("valueString").GetString()!), parameter.GetProperty("part")[1].GetProperty("valueInstant").GetDateTimeOffset()));
                }
            }

            // A page that leads to itself would be asked for for ever.
            return next is not null && (next == after || records.Count == 0)
                ? new InventoryPage(ChallengeOutcome.Refused, "Its pages lead nowhere.", [], null)
                : new InventoryPage(ChallengeOutcome.Answered, reply.Detail, records, next);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            return new InventoryPage(ChallengeOutcome.Refused, "Its list cannot be read.", [], null);
        }
    }

    private async Task<ChallengeReply> SendAsync(HttpMethod method, string url, string? question, Address audience, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, url);
        request.Headers.Accept.ParseAdd("application/fhir+json");
        if (options.Regulator is { } signer)
        {
            // One token a request: a custodian may refuse a token that it has seen.
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Bearer", await MemberToken.IssueAsync(signer, chainId, MemberToken.Audience(chainId, audience), time, TokenLife, cancellationToken).ConfigureAwait(false));
        }

        if (question is not null) request.Content = new StringContent(question, Encoding.UTF8, "application/fhir+json");
        using var patience = new CancellationTokenSource(options.Timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            using HttpResponseMessage response = await http.SendAsync(request, both.Token).ConfigureAwait(false);
            byte[] body = await response.Content.ReadAsByteArrayAsync(both.Token).ConfigureAwait(false);
            string detail = $"The custodian answered with HTTP status {(int)response.StatusCode}.";
            return new ChallengeReply(Outcome(response.StatusCode), body, detail)
            {
                RetryAfter = response.StatusCode == HttpStatusCode.TooManyRequests ? response.Headers.RetryAfter?.Delta : null,
            };
        }
        catch (HttpRequestException e)
        {
            return new ChallengeReply(ChallengeOutcome.Unreachable, [], $"The custodian could not be reached ({e.HttpRequestError}).");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ChallengeReply(ChallengeOutcome.Unreachable, [], $"The custodian did not answer in {options.Timeout.TotalSeconds:0} s.");
        }
    }

    private static ChallengeOutcome Outcome(HttpStatusCode status) => status switch
    {
        HttpStatusCode.OK => ChallengeOutcome.Answered,
        HttpStatusCode.NotFound => ChallengeOutcome.Missing,
        HttpStatusCode.Gone => ChallengeOutcome.Erased,
        HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => ChallengeOutcome.Unreachable,
        >= HttpStatusCode.InternalServerError => ChallengeOutcome.Damaged,
        _ => ChallengeOutcome.Refused,
    };
}
