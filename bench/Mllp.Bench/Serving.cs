using System.Net;
using System.Net.Sockets;
using Consortium.Adapters.Intake;
using Consortium.Adapters.Mllp;
using Consortium.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Consortium.Mllp.Bench;

/// <summary>The two servers: the real one, and the floor.</summary>
internal static class Serving
{
    private const int AnswerBytes = 130; // as long as an AA to these messages in its frame

    public static async Task<int> JournalAsync(string folder)
    {
        await using Database database = Database.Open($"sqlite:{Path.Combine(folder, "intake.db")}");
        using var journal = new IntakeJournal(database, new JournalKeys(new byte[JournalKeys.Length]), TimeProvider.System);
        await journal.InitializeAsync();
        await using var listener = new MllpListener(new MllpOptions { Source = "bench" }, journal, TimeProvider.System, NullLogger<MllpListener>.Instance);
        listener.Start();
        Console.WriteLine(listener.EndPoint.Port);
        await Console.In.ReadToEndAsync();
        return 0;
    }

    public static async Task<int> EchoAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start(512);
        Console.WriteLine(((IPEndPoint)listener.LocalEndpoint).Port);
        Task ended = Task.Run(Console.In.ReadToEnd); // its asynchronous form blocks all the same
        while (true)
        {
            Task<Socket> accepting = listener.AcceptSocketAsync();
            if (await Task.WhenAny(accepting, ended) == ended) return 0;
            _ = EchoAsync(await accepting);
        }
    }

    private static async Task EchoAsync(Socket socket)
    {
        using Socket connection = socket;
        connection.NoDelay = true;
        byte[] buffer = new byte[8192];
        byte[] answer = new byte[AnswerBytes];
        answer[0] = 0x0B;
        answer[^2] = 0x1C;
        answer[^1] = 0x0D;
        byte before = 0;
        while (true)
        {
            int read = await connection.ReceiveAsync(buffer);
            if (read == 0) return;
            bool ends = buffer[read - 1] == 0x0D && (read > 1 ? buffer[read - 2] : before) == 0x1C;
            before = buffer[read - 1];
            if (ends) await connection.SendAsync(answer);
        }
    }
}
