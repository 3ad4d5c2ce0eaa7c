using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Consortium.Cli.Load;

namespace Consortium.EndToEnd.Tests;

/// <summary>
/// A sender as HL7 demands: it keeps a message until it has been acknowledged, and sends it again over a new connection when the old one ended.
/// </summary>
internal sealed class MessageSender(IPEndPoint target, MessageGenerator generator)
{
    private readonly ConcurrentDictionary<int, string> _answers = new();

    /// <summary>Messages acknowledged with <c>AA</c> so far.</summary>
    public int Accepted => _answers.Count(answer => answer.Value == "AA");

    /// <summary>Every answer that was not <c>AA</c>.</summary>
    public IReadOnlyList<string> Refusals => _answers.Where(answer => answer.Value != "AA").Select(answer => $"{answer.Key}: {answer.Value}").ToArray();

    /// <summary>Sends messages 0 … count−1 over several connections; <paramref name="accepted"/> is called after each acknowledgement with the count so far.</summary>
    public Task SendAsync(int count, int connections, Action<int> accepted, CancellationToken cancellationToken)
    {
        int next = -1;
        return Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            MllpClient? client = null;
            for (int number = Interlocked.Increment(ref next); number < count; number = Interlocked.Increment(ref next))
            {
                byte[] message = generator.Message(number);
                while (!_answers.ContainsKey(number))
                {
                    try
                    {
                        client ??= await MllpClient.ConnectAsync(target.Address.ToString(), target.Port, cancellationToken);
                        _answers[number] = (await client.SendAsync(message, cancellationToken)).Code;
                        accepted(_answers.Count);
                    }
                    catch (Exception e) when (e is IOException or SocketException)
                    {
                        if (client is not null) await client.DisposeAsync();
                        client = null;
                        await Task.Delay(100, cancellationToken); // the host is being started again
                    }
                }
            }

            if (client is not null) await client.DisposeAsync();
        }, cancellationToken)));
    }
}
