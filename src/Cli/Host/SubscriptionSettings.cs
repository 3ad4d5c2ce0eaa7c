using Consortium.FhirFacade;
using Consortium.Messaging;

namespace Consortium.Cli.Host;

/// <summary>The keys of subscriptions and of the topic of changes.</summary>
internal static class SubscriptionSettings
{
    /// <summary><c>SubscriptionEndpoints</c> and <c>SubscriptionOffAfterHours</c>.</summary>
    /// <exception cref="CommandException">One cannot work; the message names it.</exception>
    public static SubscriptionOptions Read(ConfigurationReader keys)
    {
        var options = new SubscriptionOptions
        {
            Endpoints = (keys.Optional("SubscriptionEndpoints") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            OffAfter = TimeSpan.FromHours(keys.Number("SubscriptionOffAfterHours", 24, 1, 24 * 365)),
        };
        try
        {
            options.Validate();
            return options;
        }
        catch (ArgumentException)
        {
            throw ConfigurationReader.Wrong("SubscriptionEndpoints", "http or https URLs such as https://app.hospital.cn/hooks, separated by commas, or * for every https endpoint on a public address");
        }
    }

    /// <summary><c>ChangeTopic</c>.</summary>
    /// <exception cref="CommandException">It cannot work; the message says why.</exception>
    public static ChangeContent ReadTopic(ConfigurationReader keys)
    {
        ChangeContent content = keys.Optional("ChangeTopic") switch
        {
            null or "none" => ChangeContent.None,
            "identifiers" => ChangeContent.Identifiers,
            "resource" => ChangeContent.Resource,
            _ => throw ConfigurationReader.Wrong("ChangeTopic", "none, identifiers or resource"),
        };
        bool inProcess = new MessagingOptions { Broker = keys.Optional("Broker") ?? MessagingOptions.InProcess }.IsInProcess;
        return inProcess && content != ChangeContent.None
            ? throw ConfigurationReader.Wrong("ChangeTopic", "none, unless Broker names a RabbitMQ broker: there are no topics in process")
            : content;
    }
}
