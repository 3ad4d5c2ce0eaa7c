using System.Net.Sockets;
using Consortium.Cli.Load;

namespace Consortium.Cli.Demo;

/// <summary>
/// Plays the legacy systems: sends the samples to the two hospitals, HL7 v2 over MLLP and the others over HTTP, then a message about another
/// fictitious patient every two seconds. What is sent again after a restart is the same bytes, which the intake knows.
/// </summary>
internal sealed class DemoFeed(DemoLayout layout)
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(2);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        foreach ((string path, byte[] content) in DemoSamples.All())
        {
            // Notes and messages are hospital A's, the laboratory's export is hospital B's: so one patient has records at both.
            if (path.StartsWith("hl7v2/", StringComparison.Ordinal)) await InsistAsync(() => SendMllpAsync(layout.MllpA, content, cancellationToken), cancellationToken);
            else await InsistAsync(() => SendHttpAsync(http, path.StartsWith("table/", StringComparison.Ordinal) ? layout.HospitalB : layout.HospitalA, path, content, cancellationToken), cancellationToken);
        }

        int seed = (int)(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() & 0x7FFFFF);
        var generator = new MessageGenerator(seed, "DEMO", TimeProvider.System.GetUtcNow().ToOffset(TimeSpan.FromHours(8)));
        using var timer = new PeriodicTimer(Pace);
        for (int number = 0; await timer.WaitForNextTickAsync(cancellationToken); number++)
        {
            byte[] message = generator.Message(number);
            int port = number / 5 % 2 == 0 ? layout.MllpA : layout.MllpB; // a patient's messages go to one hospital
            await InsistAsync(() => SendMllpAsync(port, message, cancellationToken), cancellationToken);
        }
    }

    private static async Task SendMllpAsync(int port, byte[] message, CancellationToken cancellationToken)
    {
        await using MllpClient client = await MllpClient.ConnectAsync("127.0.0.1", port, cancellationToken);
        await client.SendAsync(message, cancellationToken);
    }

    private static async Task SendHttpAsync(HttpClient http, Uri hospital, string path, byte[] content, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(hospital, "intake")) { Content = new ByteArrayContent(content) };
        request.Headers.Add("X-File-Name", Path.GetFileName(path));
        using HttpResponseMessage response = await http.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>A legacy sender keeps a message until it is acknowledged.</summary>
    private static async Task InsistAsync(Func<Task> send, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await send();
                return;
            }
            catch (Exception e) when (e is HttpRequestException or SocketException or IOException)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
            }
        }
    }
}
