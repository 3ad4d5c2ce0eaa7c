using System.Collections.Concurrent;
using System.Threading.Channels;
using MassTransit;

namespace Consortium.Messaging.Tests;

/// <summary>The message of these tests.</summary>
public sealed record Note(int Number, string Text);

/// <summary>What <see cref="NoteConsumer"/> does, and what it saw. One a test, shared by its hosts.</summary>
public sealed class NoteBook
{
    private readonly ConcurrentDictionary<int, int> _attempts = new();
    private readonly Channel<(Note Note, string Id)> _applied = Channel.CreateUnbounded<(Note, string)>();

    /// <summary>Called at each attempt with the note and the number of the attempt, from 1; throws to fail it.</summary>
    public Func<Note, int, Task> OnAttempt { get; set; } = (_, _) => Task.CompletedTask;

    public int AttemptsOf(int number) => _attempts.GetValueOrDefault(number);

    public async Task<(Note Note, string Id)> NextAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        return await _applied.Reader.ReadAsync(limit.Token);
    }

    public bool HasMore => _applied.Reader.TryPeek(out _);

    public async Task ApplyAsync(Note note, string id)
    {
        int attempt = _attempts.AddOrUpdate(note.Number, 1, (_, before) => before + 1);
        await OnAttempt(note, attempt);
        _applied.Writer.TryWrite((note, id));
    }
}

public sealed class NoteConsumer(NoteBook book) : IConsumer<Note>
{
    public Task Consume(ConsumeContext<Note> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return book.ApplyAsync(context.Message, context.DurableMessageId());
    }
}
