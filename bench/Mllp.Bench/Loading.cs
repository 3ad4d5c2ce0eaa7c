using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Consortium.Mllp.Bench;

/// <summary>The load generator: as many connections as senders, each with one message under way (MLLP release 1: wait for the answer before the next).</summary>
internal static class Loading
{
    public static async Task<int> RunAsync(int port, int count, int connections, int seed)
    {
        byte[][] frames = [.. Enumerable.Range(0, count).Select(number => TestMessage.Frame(seed, number))];
        double[] waits = new double[count];
        int next = -1;
        int refused = 0;
        Socket[] sockets = new Socket[connections];
        for (int i = 0; i < connections; i++)
        {
            sockets[i] = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await sockets[i].ConnectAsync(IPAddress.Loopback, port);
        }

        using Process self = Process.GetCurrentProcess();
        TimeSpan before = self.TotalProcessorTime;
        long start = Stopwatch.GetTimestamp();
        await Task.WhenAll(sockets.Select(socket => Task.Run(async () =>
        {
            byte[] answer = new byte[4096];
            for (int number; (number = Interlocked.Increment(ref next)) < count;)
            {
                long sent = Stopwatch.GetTimestamp();
                await socket.SendAsync(frames[number]);
                int length = 0;
                while (length < 2 || answer[length - 1] != 0x0D || answer[length - 2] != 0x1C)
                {
                    int read = await socket.ReceiveAsync(answer.AsMemory(length));
                    if (read == 0) throw new IOException("The server closed the connection.");
                    length += read;
                }

                waits[number] = Stopwatch.GetElapsedTime(sent).TotalMilliseconds;
                if (answer[1] != 0 && answer.AsSpan(0, length).IndexOf("MSA|AA|"u8) < 0) Interlocked.Increment(ref refused);
            }
        })));
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        self.Refresh();
        foreach (Socket socket in sockets) socket.Dispose();
        Array.Sort(waits);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $$"""{"messages":{{count}},"connections":{{connections}},"bytes":{{frames.Sum(frame => (long)frame.Length) / count}},"refused":{{refused}},"seconds":{{elapsed.TotalSeconds:0.000}},"messagesPerSecond":{{count / elapsed.TotalSeconds:0.0}},"medianMilliseconds":{{waits[count / 2]:0.00}},"p99Milliseconds":{{waits[count * 99 / 100]:0.00}},"generatorCpuSeconds":{{(self.TotalProcessorTime - before).TotalSeconds:0.00}}}"""));
        return refused == 0 ? 0 : 1;
    }
}
