using System.Text;
using System.Text.Json;
using Consortium.FhirFacade.Store;
using Consortium.FhirFacade.Tests.Rest;
using Consortium.Integrity;
using Consortium.Messaging;
using Consortium.Storage;
using Consortium.Testing;
using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;

namespace Consortium.FhirFacade.Tests.Subscriptions;

/// <summary>The topic of changes, on a real RabbitMQ.</summary>
public sealed class ChangeTopicTests
{
    [Theory, BothStores]
    public async Task EachCommittedChange_IsPublishedUnderTypeAndInteraction_WithoutContent(Dialect dialect)
    {
        await using Consumer consumer = await Consumer.StartAsync("Patient.*", "#.delete");
        await using FacadeHost host = await StartAsync(dialect, consumer, ChangeContent.Identifiers);
        await host.PutAsync("Patient/p", """{"resourceType":"Patient","id":"p","name":[{"family":"Zhang"}]}""");
        await host.PutAsync("Patient/p", """{"resourceType":"Patient","id":"p","name":[{"family":"Zhang"}]}"""); // unchanged: nothing
        await host.PutAsync("Patient/p", """{"resourceType":"Patient","id":"p","name":[{"family":"Wang"}]}""");
        await host.PutAsync("Organization/o", """{"resourceType":"Organization","id":"o","name":"A"}""");
        await host.DeleteAsync("Organization/o");

        (string Key, string Id, string Text)[] got = [await consumer.NextAsync(), await consumer.NextAsync(), await consumer.NextAsync()];

        Assert.Equal(["Organization.delete", "Patient.create", "Patient.update"], got.Select(one => one.Key).Order());
        Assert.All(got, one => Assert.DoesNotContain("Zhang", one.Text, StringComparison.Ordinal));
        JsonElement update = JsonSerializer.Deserialize<JsonElement>(got.Single(one => one.Key == "Patient.update").Text);
        Assert.Equal("Patient p 2 update", $"{update.GetProperty("type").GetString()} {update.GetProperty("id").GetString()} {update.GetProperty("version").GetString()} {update.GetProperty("interaction").GetString()}");
        CommittedVersion stored = (await host.Services.GetRequiredService<RecordQueries>().CommittedAsync("Patient", "p", 2, default))!;
        Assert.Equal(Convert.ToHexStringLower(stored.Entry.Commitment.ToArray()), update.GetProperty("commitment").GetString());
        Assert.Equal(Convert.ToHexStringLower(stored.Entry.RecordId.ToArray()), got.Single(one => one.Key == "Patient.update").Id);
        Assert.Equal(stored.Entry.RecordId, new Tag128(Convert.FromHexString(update.GetProperty("recordId").GetString()!)));
    }

    [Theory, BothStores]
    public async Task WhereTheSiteSaysSo_TheResourceIsInIt_ByteForByte_AlsoOfALargeTransaction(Dialect dialect)
    {
        await using Consumer consumer = await Consumer.StartAsync("Patient.create");
        await using FacadeHost host = await StartAsync(dialect, consumer, ChangeContent.Resource);
        string entries = string.Join(',', Enumerable.Range(0, 300).Select(i => """{"resource":{"resourceType":"Patient","id":"p#","name":[{"family":"Zhang#"}]},"request":{"method":"PUT","url":"Patient/p#"}}""".Replace("#", i.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal)));
        Answer done = await host.PostAsync("", $$"""{"resourceType":"Bundle","type":"transaction","entry":[{{entries}}]}""");
        Assert.True(done.Status == 200, done.Text);

        var found = new Dictionary<string, JsonElement>();
        while (found.Count < 300)
        {
            JsonElement change = JsonSerializer.Deserialize<JsonElement>((await consumer.NextAsync()).Text);
            found[change.GetProperty("id").GetString()!] = change;
        }

        Assert.Equal((await host.GetAsync("Patient/p7")).Text, found["p7"].GetProperty("resource").GetRawText());
    }

    [Fact]
    public async Task InProcess_ThereIsNoTopic_AndTheStartSaysSo()
    {
        InvalidOperationException refused = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await using FacadeHost host = await FacadeHost.StartAsync(Dialect.Sqlite, options => options with { Changes = ChangeContent.Identifiers });
        });

        Assert.Contains("RabbitMQ", refused.Message, StringComparison.Ordinal);
    }

    private static Task<FacadeHost> StartAsync(Dialect dialect, Consumer consumer, ChangeContent content) => FacadeHost.StartAsync(
        dialect, options => options with { Changes = content },
        services => services.AddConsortiumMessaging(new MessagingOptions { Broker = TestServers.RabbitMq, Namespace = consumer.Namespace }, _ => { }));

    /// <summary>A queue of a consumer's own, bound as docs/rest.md says.</summary>
    private sealed class Consumer : IAsyncDisposable
    {
        private readonly IConnection _connection;
        private readonly IChannel _channel;
        private readonly string _queue;

        private Consumer(IConnection connection, IChannel channel, string queue, string prefix) => (_connection, _channel, _queue, Namespace) = (connection, channel, queue, prefix);

        public string Namespace { get; }

        public static async Task<Consumer> StartAsync(params string[] keys)
        {
            var url = new Uri(TestServers.RabbitMq);
            string[] user = url.UserInfo.Split(':');
            var factory = new ConnectionFactory { HostName = url.Host, Port = url.Port, UserName = user[0], Password = user[1] };
            IConnection connection = await factory.CreateConnectionAsync();
            IChannel channel = await connection.CreateChannelAsync();
            string prefix = TestServers.NewNamespace();
            await channel.ExchangeDeclareAsync($"{prefix}.changes", ExchangeType.Topic, durable: true, autoDelete: false);
            string queue = (await channel.QueueDeclareAsync("", durable: false, exclusive: true, autoDelete: true)).QueueName;
            foreach (string key in keys) await channel.QueueBindAsync(queue, $"{prefix}.changes", key);
            return new Consumer(connection, channel, queue, prefix);
        }

        public async Task<(string Key, string Id, string Text)> NextAsync()
        {
            for (int i = 0; i < 1500; i++)
            {
                if (await _channel.BasicGetAsync(_queue, autoAck: true) is { } message) return (message.RoutingKey, message.BasicProperties.MessageId!, Encoding.UTF8.GetString(message.Body.Span));
                await Task.Delay(20);
            }

            throw new TimeoutException("Nothing was published.");
        }

        public async ValueTask DisposeAsync()
        {
            await _channel.DisposeAsync();
            await _connection.DisposeAsync();
        }
    }
}
