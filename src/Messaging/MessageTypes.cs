using System.Text.Json;

namespace Consortium.Messaging;

/// <summary>The messages that an outbox may hold, by the name that stands in its table. Names outlive the program that wrote them.</summary>
public sealed class MessageTypes
{
    private readonly Dictionary<string, Entry> _byName;
    private readonly Dictionary<Type, string> _names;

    private MessageTypes(IEnumerable<Entry> entries)
    {
        _byName = entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
        _names = _byName.Values.ToDictionary(entry => entry.Type, entry => entry.Name);
    }

    /// <summary>The contracts of this room.</summary>
    public static MessageTypes BuiltIn { get; } = new MessageTypes([])
        .With<ResourcesConverted>("ResourcesConverted")
        .With<RecordCommitted>("RecordCommitted")
        .With<RecordsAnchored>("RecordsAnchored")
        .With<ResourceChanges>("ResourceChanges");

    /// <summary>These and one more.</summary>
    public MessageTypes With<T>(string name)
        where T : class => new(_byName.Values.Append(new Entry(name, typeof(T), PublishAsync<T>)));

    internal string NameOf<T>() => _names.TryGetValue(typeof(T), out string? name)
        ? name
        : throw new ArgumentException($"{typeof(T).Name} is no message that this outbox knows; name it with MessageTypes.With.");

    /// <exception cref="NotSupportedException">No such message; an older or newer program wrote the row.</exception>
    internal Task PublishAsync(string name, byte[] body, IDurablePublisher publisher, string messageId, CancellationToken cancellationToken) =>
        _byName.TryGetValue(name, out Entry? entry)
            ? entry.Publish(publisher, body, messageId, cancellationToken)
            : throw new NotSupportedException($"The outbox holds a message of type '{name}', which this program does not know.");

    private static Task PublishAsync<T>(IDurablePublisher publisher, byte[] body, string messageId, CancellationToken cancellationToken)
        where T : class
    {
        T message = JsonSerializer.Deserialize<T>(body) ?? throw new JsonException($"An outbox row holds null for a {typeof(T).Name}.");
        return publisher.PublishAsync(message, messageId, cancellationToken);
    }

    private sealed record Entry(string Name, Type Type, Func<IDurablePublisher, byte[], string, CancellationToken, Task> Publish);
}
