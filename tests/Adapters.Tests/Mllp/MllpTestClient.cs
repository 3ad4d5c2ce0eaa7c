using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Consortium.Adapters.Mllp;

namespace Consortium.Adapters.Tests.Mllp;

/// <summary>A sender over a real socket.</summary>
internal sealed class MllpTestClient : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly List<byte> _unread = [];

    private MllpTestClient(Socket socket, Stream stream)
    {
        _socket = socket;
        _stream = stream;
    }

    public static async Task<MllpTestClient> ConnectAsync(IPEndPoint endPoint)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(endPoint);
        return new MllpTestClient(socket, new NetworkStream(socket, ownsSocket: true));
    }

    /// <summary>Over TLS, trusting whatever certificate the listener shows.</summary>
    public static async Task<MllpTestClient> ConnectSecurelyAsync(IPEndPoint endPoint, X509Certificate2? own = null)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(endPoint);
        var secure = new SslStream(new NetworkStream(socket, ownsSocket: true), leaveInnerStreamOpen: false);
        await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "mllp.test",
            ClientCertificates = own is null ? null : [own],
            RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.Subject == "CN=mllp.test",
        });
        return new MllpTestClient(socket, secure);
    }

    /// <summary>The certificate that the listener showed.</summary>
    public X509Certificate? ListenersCertificate => (_stream as SslStream)?.RemoteCertificate;

    public Task SendAsync(ReadOnlyMemory<byte> bytes) => _stream.WriteAsync(bytes).AsTask();

    public Task SendFrameAsync(string message) => SendAsync(MllpFrame.Wrap(Encoding.UTF8.GetBytes(message)));

    public void Close() => _socket.Close();

    public void ShutdownSend() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>The next answer's segments; null where the listener closed instead.</summary>
    public async Task<string[]?> ReceiveAsync()
    {
        byte[] buffer = new byte[4096];
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            int end = _unread.IndexOf(MllpFrame.End);
            if (end >= 0 && end + 1 < _unread.Count)
            {
                Assert.Equal(MllpFrame.Start, _unread[0]);
                Assert.Equal(MllpFrame.Return, _unread[end + 1]);
                string text = Encoding.UTF8.GetString([.. _unread[1..end]]);
                _unread.RemoveRange(0, end + 2);
                return text.TrimEnd('\r').Split('\r');
            }

            int read = await _stream.ReadAsync(buffer, patience.Token);
            if (read == 0) return null;
            _unread.AddRange(buffer[..read]);
        }
    }

    /// <summary>Sends a message and gives MSA-1 of the answer.</summary>
    public async Task<string> AskAsync(string message)
    {
        await SendFrameAsync(message);
        string[] answer = Assert.IsType<string[]>(await ReceiveAsync());
        return answer[1].Split('|')[1];
    }

    public async ValueTask DisposeAsync() => await _stream.DisposeAsync();
}
