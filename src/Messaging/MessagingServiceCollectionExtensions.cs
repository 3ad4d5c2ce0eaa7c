using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consortium.Messaging;

/// <summary>Sets up messaging in a host.</summary>
public static class MessagingServiceCollectionExtensions
{
    /// <summary>Adds <see cref="IDurablePublisher"/>, <see cref="MessagingStatus"/> and the consumers, over RabbitMQ or inside the process as <paramref name="options"/> say.</summary>
    /// <exception cref="FormatException">An option is out of its range; the message names it.</exception>
    public static IServiceCollection AddConsortiumMessaging(
        this IServiceCollection services, MessagingOptions options, Action<MessagingBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(configure);
        options.Validate();
        var builder = new MessagingBuilder();
        configure(builder);

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        if (options.IsInProcess) services.AddInProcess(options, builder.Consumers);
        else services.AddRabbitMq(options, builder.Consumers);
        return services;
    }

    /// <summary>Runs the relay of an outbox in this host; call it once for each outbox.</summary>
    public static IServiceCollection AddOutboxRelay(
        this IServiceCollection services, Func<IServiceProvider, Outbox> outbox, OutboxRelayOptions? options = null) =>
        services.AddSingleton<IHostedService>(provider => new OutboxRelay(
            outbox(provider),
            provider.GetRequiredService<IDurablePublisher>(),
            options ?? new OutboxRelayOptions(),
            provider.GetService<TimeProvider>() ?? TimeProvider.System,
            provider.GetRequiredService<ILogger<OutboxRelay>>()));

    /// <summary>
    /// Runs the relay of an outbox of <see cref="ResourceChanges"/> to the topic of changes in this host. The exchange is <c>NAMESPACE.changes</c>, the routing keys are
    /// <c>Type.interaction</c>.
    /// </summary>
    /// <exception cref="InvalidOperationException">When the host starts: messages travel in process, where there are no topics.</exception>
    public static IServiceCollection AddChangeTopic(this IServiceCollection services, Func<IServiceProvider, Outbox> outbox, OutboxRelayOptions? options = null)
    {
        services.AddSingleton(provider => new ChangeTopic(
            provider.GetService<RabbitMqChannel>() ?? throw new InvalidOperationException("The topic of changes needs a RabbitMQ broker; messages travel inside this process."),
            provider.GetRequiredService<MessagingOptions>()));
        return services.AddSingleton<IHostedService>(provider => new OutboxRelay(
            outbox(provider),
            provider.GetRequiredService<ChangeTopic>(),
            options ?? new OutboxRelayOptions(),
            provider.GetService<TimeProvider>() ?? TimeProvider.System,
            provider.GetRequiredService<ILogger<OutboxRelay>>()));
    }

    private static void AddInProcess(this IServiceCollection services, MessagingOptions options, List<ConsumerRegistration> consumers)
    {
        services.AddMediator(mediator =>
        {
            foreach (ConsumerRegistration consumer in consumers) consumer.Add(mediator);
            mediator.ConfigureMediator((_, endpoint) => UseRetry(endpoint, options));
        });
        services.AddSingleton<IDurablePublisher>(provider =>
            new InProcessPublisher(provider.GetRequiredService<MassTransit.Mediator.IMediator>(), options, consumers));
        services.AddSingleton(new MessagingStatus(null, [], options));
    }

    private static void AddRabbitMq(this IServiceCollection services, MessagingOptions options, List<ConsumerRegistration> consumers)
    {
        BrokerUrl broker = BrokerUrl.Parse(options.Broker);
        string[] queues = [.. consumers.Select(c => $"{options.Namespace}.{c.Queue}").Distinct()];
        services.AddSingleton(_ => new RabbitMqChannel(broker, options.ConfirmTimeout)); // by factory: the container disposes it
        services.AddSingleton<IDurablePublisher, RabbitMqPublisher>();
        services.AddSingleton(provider => new MessagingStatus(provider.GetRequiredService<RabbitMqChannel>(), queues, options));
        services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry(); // else it reports to its maker over the internet
            foreach (ConsumerRegistration consumer in consumers) consumer.Add(bus);
        });
        services.RemoveMassTransitHostedService();
        services.AddSingleton(provider => new BusService(
            () => CreateBus(provider, broker, options, consumers),
            provider.GetRequiredService<RabbitMqChannel>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<BusService>>()));
        services.AddHostedService(provider => provider.GetRequiredService<BusService>());
    }

    private static IBusControl CreateBus(IServiceProvider provider, BrokerUrl broker, MessagingOptions options, List<ConsumerRegistration> consumers)
    {
        LogContext.ConfigureCurrentLogContext(provider.GetRequiredService<ILoggerFactory>());
        IBusRegistrationContext context = provider.GetRequiredService<IBusRegistrationContext>();
        return Bus.Factory.CreateUsingRabbitMq(rabbit =>
        {
            rabbit.ConfigureHost(broker);
            rabbit.MessageTopology.SetEntityNameFormatter(new NamespacedEntityNames(options.Namespace));
            foreach (IGrouping<string, ConsumerRegistration> queue in consumers.GroupBy(c => $"{options.Namespace}.{c.Queue}"))
            {
                rabbit.ReceiveEndpoint(queue.Key, endpoint =>
                {
                    endpoint.ConfigureQuorumQueue(queue.Key, options, [.. queue]);
                    var faulted = new FaultedMessageFilter(queue.Key, provider.GetRequiredService<RabbitMqChannel>(), options,
                        provider.GetRequiredService<ILogger<FaultedMessageFilter>>());
                    endpoint.ConfigureError(error => error.UseFilter(faulted));
                    endpoint.ConfigureDeadLetter(deadLetter => deadLetter.UseFilter(faulted));
                    UseRetry(endpoint, options);
                    foreach (ConsumerRegistration consumer in queue) consumer.Configure(endpoint, context);
                });
            }
        });
    }

    private static void UseRetry(IConsumePipeConfigurator endpoint, MessagingOptions options)
    {
        if (options.RetryIntervals.Count > 0) endpoint.UseMessageRetry(retry => retry.Intervals([.. options.RetryIntervals]));
    }
}
