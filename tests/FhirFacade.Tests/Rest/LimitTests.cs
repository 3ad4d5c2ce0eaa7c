using System.Globalization;
using Consortium.FhirFacade.Limits;
using Consortium.Ledger;
using Consortium.Storage;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace Consortium.FhirFacade.Tests.Rest;

public sealed class LimitTests
{
    private const string Patient = """{"resourceType":"Patient","id":"p","active":true}""";

    [Fact]
    public void A_bucket_gives_twice_its_rate_at_once_and_its_rate_afterwards()
    {
        var time = new SteppedTime();
        var buckets = new TokenBuckets(10, time);
        Assert.Equal(20, Enumerable.Range(0, 100).Count(_ => buckets.TryTake("a")));
        Assert.True(buckets.TryTake("b"));
        time.Step(TimeSpan.FromSeconds(0.5));
        Assert.Equal(5, Enumerable.Range(0, 100).Count(_ => buckets.TryTake("a")));
        time.Step(TimeSpan.FromHours(1));
        Assert.Equal(20, Enumerable.Range(0, 100).Count(_ => buckets.TryTake("a")));
        Assert.False(buckets.HasToken("a"));
    }

    [Fact]
    public void A_rate_of_nothing_is_no_limit()
    {
        var buckets = new TokenBuckets(0, new SteppedTime());
        Assert.All(Enumerable.Range(0, 1000), _ => Assert.True(buckets.TryTake("a")));
    }

    [Fact]
    public async Task A_caller_beyond_its_rate_is_told_when_to_come_back_and_others_are_not_held_up()
    {
        await using FacadeHost host = await FacadeHost.StartAsync(Dialect.Sqlite, options => options with { Limits = new RequestLimits { OutsideRate = 1 } }, services => services.AddSingleton<TimeProvider>(new SteppedTime()));
        LocalSigner one = host.Membership.Member(MemberRole.Regulator), other = host.Membership.Member(MemberRole.Regulator);
        Assert.Equal(404, (await host.GetAsync("Patient/none", await host.TokenAsync(one))).Status);
        Assert.Equal(404, (await host.GetAsync("Patient/none", await host.TokenAsync(one))).Status);

        using var request = new HttpRequestMessage(HttpMethod.Get, $"{host.Base}/Patient/none");
        (string name, string value) = await host.TokenAsync(one);
        request.Headers.TryAddWithoutValidation(name, value);
        using HttpResponseMessage refused = await host.Client.SendAsync(request);

        Assert.Equal(429, (int)refused.StatusCode);
        Assert.Equal("1", refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds.ToString(CultureInfo.InvariantCulture));
        (await Answer.ReadAsync(refused)).ShouldFail(429, "throttled");
        Assert.Equal(404, (await host.GetAsync("Patient/none", await host.TokenAsync(other))).Status);
        Assert.Equal(404, (await host.GetAsync("Patient/none")).Status); // the hospital's own users have no limit here
    }

    [Fact]
    public async Task An_address_that_names_nobody_truly_is_stopped_before_its_tokens_are_looked_at()
    {
        await using FacadeHost host = await FacadeHost.StartAsync(Dialect.Sqlite, options => options with { OpenAccess = false, Limits = new RequestLimits { UnknownRate = 1 } }, services => services.AddSingleton<TimeProvider>(new SteppedTime()));
        (await host.GetAsync("Patient/p", ("Authorization", "Bearer nonsense"))).ShouldFail(401, "login");
        (await host.GetAsync("Patient/p", ("Authorization", "Bearer nonsense"))).ShouldFail(401, "login");
        (await host.GetAsync("Patient/p", ("Authorization", "Bearer nonsense"))).ShouldFail(429, "throttled");
    }

    [Theory]
    [InlineData("Provenance?target.target.target.target.target.target._id=x")]
    [InlineData("Observation?subject.general-practitioner.organization.endpoint.organization.partof.endpoint.organization.name=x")]
    public async Task A_chain_of_many_ways_is_refused_before_it_reaches_the_database(string path)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(Dialect.Sqlite);
        (await host.GetAsync(path)).ShouldFail(400, "too-costly");
    }

    [Fact]
    public async Task A_search_above_the_cost_that_the_site_allows_names_both_numbers()
    {
        await using FacadeHost host = await FacadeHost.StartAsync(Dialect.Sqlite, options => options with { Limits = new RequestLimits { SearchCost = 10 } });
        string conditions = string.Join('&', Enumerable.Range(0, 12).Select(i => $"code=c{i}"));
        Answer refused = (await host.GetAsync($"Observation?{conditions}")).ShouldFail(400, "too-costly");
        Assert.Contains("12 points", refused.Text, StringComparison.Ordinal);
        Assert.Equal(200, (await host.GetAsync("Observation?code=a&status=final&_sort=date")).Status);
    }

    [Theory, BothStores]
    public async Task A_write_that_waits_too_long_is_stopped_and_changes_nothing(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect, options => options with { Limits = new RequestLimits { Time = TimeSpan.FromSeconds(5) } });
        Assert.Equal(201, (await host.PutAsync("Patient/p", Patient)).Status);
        var release = new TaskCompletionSource();
        var held = new TaskCompletionSource();
        Task holder = host.Services.GetRequiredService<Database>().TransactAsync(async transaction =>
        {
            await transaction.Connection!.ExecuteAsync("UPDATE resource SET updated_at = updated_at WHERE id = 'p'", transaction: transaction);
            held.SetResult();
            await release.Task;
        });
        await held.Task;

        // On SQLite one of them waits for the writer as the leader of a group, and hears of its end when it has it; the other gives up by itself.
        Task<Answer>[] stopped = [host.PutAsync("Patient/p", Patient.Replace("true", "false", StringComparison.Ordinal)), host.PutAsync("Patient/p", Patient.Replace("true", "false", StringComparison.Ordinal))];
        Answer first = await await Task.WhenAny(stopped);
        first.ShouldFail(503, "timeout");
        release.SetResult();
        await holder;
        await Task.WhenAll(stopped);

        Assert.All(stopped, answer => Assert.Equal(503, answer.Result.Status));
        Answer after = await host.GetAsync("Patient/p");
        Assert.Equal("W/\"1\"", after.ETag);
        Assert.Equal(200, (await host.PutAsync("Patient/p", Patient.Replace("true", "false", StringComparison.Ordinal))).Status); // the store goes on
    }

    /// <summary>A clock that a test moves.</summary>
    private sealed class SteppedTime : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Read(ref _ticks);

        public void Step(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);
    }
}
