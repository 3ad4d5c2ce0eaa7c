using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Consortium.Facade.Bench;

/// <summary>One keep-alive HTTP/1.1 connection, as cheap as can be: the generator shares the cores with the server that it measures.</summary>
internal sealed class RawConnection(int port) : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private byte[] _buffer = new byte[1 << 16];

    public Task ConnectAsync() => _socket.ConnectAsync(IPAddress.Loopback, port);

    /// <summary>Sends a request and reads its answer to the end.</summary>
    /// <returns>The status, and how many bytes the body has.</returns>
    public async Task<(int Status, int Bytes)> SendAsync(string method, string path, ReadOnlyMemory<byte> body = default)
    {
        string head = $"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: application/fhir+json\r\n" + (body.Length > 0
            ? string.Create(CultureInfo.InvariantCulture, $"Content-Type: application/fhir+json\r\nContent-Length: {body.Length}\r\n\r\n") : "\r\n");
        byte[] request = new byte[head.Length + body.Length];
        Encoding.ASCII.GetBytes(head, request);
        body.Span.CopyTo(request.AsSpan(head.Length));
        for (int sent = 0; sent < request.Length;) sent += await _socket.SendAsync(request.AsMemory(sent));

        int have = 0, headEnd;
        while ((headEnd = _buffer.AsSpan(0, have).IndexOf("\r\n\r\n"u8)) < 0) have += await ReceiveAsync(have);
        int status = int.Parse(Encoding.ASCII.GetString(_buffer, 9, 3), CultureInfo.InvariantCulture);
        string headers = Encoding.ASCII.GetString(_buffer, 0, headEnd + 2);
        int at = headers.IndexOf("Content-Length: ", StringComparison.OrdinalIgnoreCase);
        int length = 0;
        if (at >= 0) length = int.Parse(headers.AsSpan(at + 16, headers.IndexOf('\r', at) - at - 16), CultureInfo.InvariantCulture);
        else if (headers.Contains("Transfer-Encoding", StringComparison.OrdinalIgnoreCase)) throw new NotSupportedException("The server answers in chunks; it states lengths elsewhere.");
        int total = headEnd + 4 + length;
        while (have < total) have += await ReceiveAsync(have);
        return (status, length);
    }

    public void Dispose() => _socket.Dispose();

    private async Task<int> ReceiveAsync(int have)
    {
        if (have == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
        int read = await _socket.ReceiveAsync(_buffer.AsMemory(have));
        return read > 0 ? read : throw new IOException("The server closed the connection.");
    }
}
